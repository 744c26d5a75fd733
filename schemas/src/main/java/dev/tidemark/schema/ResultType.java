package dev.tidemark.schema;

/** The type of what stands in a column of an answer: a value, a list of them, or a list of items with their counts. */
public sealed interface ResultType permits ValueType, ListType, RankedItemsType {}
