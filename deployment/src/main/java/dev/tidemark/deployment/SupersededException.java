package dev.tidemark.deployment;

/** Another process has taken over this one's work, which must not go on; the message says so. */
public final class SupersededException extends RuntimeException {

    /**
     * The status with which a process ends that has been taken over from: it is not to be started again, or the two would
     * take over from each other for ever.
     */
    public static final int EXIT_STATUS = 76;

    private static final long serialVersionUID = 1L;

    public SupersededException(String message) {
        super(message);
    }
}
