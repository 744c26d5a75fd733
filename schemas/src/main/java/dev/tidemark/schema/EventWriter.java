package dev.tidemark.schema;

/** Makes a topic's values of lines of JSON. Not thread-safe. */
public interface EventWriter {

    /**
     * The value that a line becomes; the line itself where it is no event of the schema.
     *
     * @throws IllegalArgumentException if the line is no event of the schema, and its bytes would be read as another
     *     one
     */
    byte[] write(byte[] line);
}
