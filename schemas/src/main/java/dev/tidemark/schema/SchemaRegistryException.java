package dev.tidemark.schema;

/** A schema registry does not answer, or refuses; the message says which, and what to do. */
public final class SchemaRegistryException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    SchemaRegistryException(String message) {
        super(message);
    }
}
