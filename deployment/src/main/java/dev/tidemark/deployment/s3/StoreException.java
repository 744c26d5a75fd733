package dev.tidemark.deployment.s3;

import java.io.IOException;

/** An object store did not do what it was asked for; the message says what, where, and what to look at. */
public final class StoreException extends IOException {
    private static final long serialVersionUID = 1L;

    StoreException(String message, Throwable cause) {
        super(message, cause);
    }
}
