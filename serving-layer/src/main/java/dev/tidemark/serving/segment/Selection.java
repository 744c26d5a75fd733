package dev.tidemark.serving.segment;

import java.util.List;
import java.util.function.Predicate;

/**
 * Which cells of a view a query counts.
 *
 * @param from where the first of them may start, in microseconds of the epoch
 * @param to where none may start any more
 * @param dimensions which dimension values are wanted
 */
public record Selection(long from, long to, Predicate<List<Object>> dimensions) {}
