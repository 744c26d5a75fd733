package dev.tidemark.schema;

/** The first 128 bits of an id's SHA-256: what an id is remembered as. */
public record IdHash(long high, long low) {}
