package dev.tidemark.view.aggregate;

/**
 * A value and the event that it is of.
 *
 * @param at the event's place
 * @param value the value; null where the expression gave null
 */
public record Occurred(Occurrence at, Object value) {}
