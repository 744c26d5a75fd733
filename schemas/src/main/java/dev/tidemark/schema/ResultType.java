package dev.tidemark.schema;

/** The type of a measure's result: that of a value, or of a list of items with their counts. */
public sealed interface ResultType permits ValueType, RankedItemsType {}
