package dev.tidemark.deployment;

/** What was asked would risk a wrong answer, so it is not done; the message says why, and what to do instead. */
public final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RefusedException(String message) {
        super(message);
    }
}
