package dev.tidemark.schema;

/**
 * An item and how often it came up.
 *
 * @param item the item; null for the events without one
 * @param count how often
 */
public record RankedItem(Object item, long count) {}
