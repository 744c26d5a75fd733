package dev.tidemark.batch;

/** Another process did the same meanwhile, and this one wrote nothing that counts; to try again is right. */
final class LostRaceException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    LostRaceException(String message) {
        super(message);
    }
}
