package dev.tidemark.schema;

import java.io.Serializable;

/** A name and the type of what stands under it. */
public record Field(String name, ValueType type) implements Serializable {}
