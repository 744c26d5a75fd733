package dev.tidemark.serving.segment;

import java.util.List;
import java.util.function.Predicate;

/**
 * Which cells of a view a query counts.
 *
 * @param from where the first of them may start, in microseconds of the epoch
 * @param to where none may start any more
 * @param dimensions which dimension values are wanted
 * @param alike which cells need not be told apart by their starts
 */
public record Selection(long from, long to, Predicate<List<Object>> dimensions, Alike alike) {

    /** Whether a query does the same with all cells that start within a stretch of time. */
    @FunctionalInterface
    public interface Alike {

        /** @param first the least of the starts, and {@code last} the greatest, in microseconds of the epoch */
        boolean within(long first, long last);
    }

    /** Whether it counts all cells that start from {@code first} to {@code last}, both inclusive, and all alike. */
    boolean takesWhole(long first, long last) {
        return from <= first && last < to && alike.within(first, last);
    }
}
