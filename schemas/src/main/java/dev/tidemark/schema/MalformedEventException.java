package dev.tidemark.schema;

/** A value is no event of its schema. Carries no stack trace: a stream of bad events must not be slow. */
final class MalformedEventException extends Exception {

    private final Judged.Reason reason;

    MalformedEventException(Judged.Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
    }

    Judged.Reason reason() {
        return reason;
    }
}
