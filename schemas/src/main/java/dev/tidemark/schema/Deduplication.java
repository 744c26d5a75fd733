package dev.tidemark.schema;

import java.time.Duration;

/**
 * How often an id counts: once within so much record time of its partition.
 *
 * @param field the schema's field with the id; an event without one is no duplicate
 * @param within how long an id is remembered
 */
public record Deduplication(String field, Duration within) {}
