package dev.tidemark.serving.segment;

import java.util.List;
import java.util.function.Predicate;

/**
 * Which cells of a view a query counts.
 *
 * @param from the first pane, in microseconds of the epoch
 * @param to the first pane after them
 * @param dimensions which dimension values are wanted
 */
public record Selection(long from, long to, Predicate<List<Object>> dimensions) {}
