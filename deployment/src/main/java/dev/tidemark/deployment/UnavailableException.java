package dev.tidemark.deployment;

/** Something outside this process is needed and not there; the message says what, and how to get it. */
public final class UnavailableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public UnavailableException(String message) {
        super(message);
    }
}
