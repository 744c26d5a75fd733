package dev.tidemark.serving.query;

import dev.tidemark.schema.ResultType;

/** A column of an answer. */
public record Column(String name, ResultType type, Role role) {

    /** What a column tells. */
    public enum Role {
        WINDOW,
        DIMENSION,
        MEASURE,
        FINAL,
        OPEN,
        /** What tells a match from others: its id, and the positions of its events. */
        MATCH
    }
}
