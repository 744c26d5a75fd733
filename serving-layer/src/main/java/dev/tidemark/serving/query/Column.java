package dev.tidemark.serving.query;

import dev.tidemark.schema.ValueType;

/** A column of an answer. */
public record Column(String name, ValueType type, Role role) {

    /** What a column tells. */
    public enum Role {
        WINDOW,
        DIMENSION,
        MEASURE,
        FINAL
    }
}
