package dev.tidemark.schema;

/** A name and the type of what stands under it. */
public record Field(String name, ValueType type) {}
