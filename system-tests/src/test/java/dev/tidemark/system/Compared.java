package dev.tidemark.system;

import static dev.tidemark.view.aggregate.Equality.DOUBLES;
import static dev.tidemark.view.aggregate.Equality.SKETCHES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.view.aggregate.DistinctCount;
import dev.tidemark.view.aggregate.Percentile;
import java.util.List;
import java.util.stream.Stream;

/**
 * A column of an answer and how its values are compared with those of another engine.
 *
 * @param name the column
 * @param equality how
 */
record Compared(String name, Equality equality) {

    /** How two values are equal. */
    enum Equality {
        /** To the last digit, and written as an integer. */
        INTEGER,
        /** To the last digit, and written as a text: decimals and dimensions. */
        TEXT,
        /** But for the order in which doubles were added. */
        DOUBLE,
        /** To the last digit, and written as this JSON. */
        JSON,
        /** A count, but for what a sketch may be off. */
        ABOUT,
        /** One of these numbers, in order, whose rank is 0.95 but for what a sketch may be off. */
        RANK_95
    }

    /** Columns of one equality. */
    static List<Compared> all(Equality equality, String... names) {
        return List.of(names).stream().map(name -> new Compared(name, equality)).toList();
    }

    /** The rank nearest to {@code rank} that {@code number} has among numbers such as {@code [1, 2, 2, 5]}. */
    private static double nearestRank(String numbers, long number, double rank) {
        List<Long> all = Stream.of(numbers.replaceAll("[\\[\\] ]", "").split(","))
                .map(Long::valueOf)
                .toList();
        double below = all.stream().filter(each -> each < number).count();
        double notAbove = all.stream().filter(each -> each <= number).count();
        return Math.max(below / all.size(), Math.min(notAbove / all.size(), rank));
    }

    void same(String wanted, JsonNode row) {
        JsonNode found = row.path(name);
        if (wanted.equals("null")) {
            assertEquals("null", found.toString(), () -> name + " of " + row);
            return;
        }
        switch (equality) {
            case INTEGER -> assertEquals(wanted, found.toString(), () -> name + " of " + row);
            case TEXT -> assertEquals('"' + wanted + '"', found.toString(), () -> name + " of " + row);
            case DOUBLE -> {
                double number = Double.parseDouble(wanted);
                assertEquals(true, found.isNumber(), () -> name + " of " + row);
                assertTrue(DOUBLES.equal(number, found.asDouble()), () -> name + " of " + row + ", not " + wanted);
            }
            case JSON -> assertEquals(wanted, found.toString(), () -> name + " of " + row);
            case ABOUT -> {
                long count = Long.parseLong(wanted);
                double error = DistinctCount.ERROR * count;
                assertTrue(SKETCHES.equal(count, found.asLong(), error), () -> name + " of " + row + ", not " + wanted);
            }
            case RANK_95 -> {
                double rank = nearestRank(wanted, found.asLong(), 0.95);
                assertTrue(SKETCHES.equal(0.95, rank, Percentile.ERROR), () -> name + " of " + row + " has " + rank);
            }
        }
    }
}
