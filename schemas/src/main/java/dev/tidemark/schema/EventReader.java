package dev.tidemark.schema;

/** Reads events of one schema from the values of one format. Not thread-safe. */
interface EventReader {

    /**
     * The event in a value that is not empty.
     *
     * @throws MalformedEventException if there is none
     * @throws SchemaRegistryException if a schema registry is needed and does not answer
     */
    EventRecord read(byte[] value) throws MalformedEventException;
}
