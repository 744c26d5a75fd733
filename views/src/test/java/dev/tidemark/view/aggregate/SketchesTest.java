package dev.tidemark.view.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Position;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.schema.ValueType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Sketches of more than they can hold exactly. What they hold exactly, {@link AggregateLawsTest} tests. */
class SketchesTest {

    private static final Occurrence ANYWHERE = new Occurrence(0, new Position("log", 0, 0));
    private static final long SEED = System.nanoTime();

    @BeforeAll
    static void tellTheSeed() {
        System.out.println("seed " + SEED);
    }

    private static Sketched partial(Aggregate<Sketched> aggregate, List<?> inputs) {
        Sketched partial = aggregate.identity();
        for (Object input : inputs) {
            partial = aggregate.add(partial, input, ANYWHERE);
        }
        return partial;
    }

    /** The partials of so many parts. */
    private static List<Sketched> parts(Aggregate<Sketched> aggregate, List<?> inputs, int parts) {
        int size = inputs.size() / parts;
        return IntStream.range(0, parts)
                .mapToObj(part -> partial(aggregate, inputs.subList(part * size, (part + 1) * size)))
                .toList();
    }

    @Test
    void aDistinctCountDependsOnTheSetOfValuesAlone() {
        DistinctCount count = new DistinctCount(ValueType.BIGINT);
        List<Long> values = new ArrayList<>(
                LongStream.range(0, 60_000).map(i -> i % 50_000).boxed().toList());
        Object found = count.finish(partial(count, values));
        Collections.shuffle(values, new Random(SEED));
        List<Sketched> parts = new ArrayList<>(parts(count, values, 30));
        assertEquals(found, count.finish(count.mergeAll(parts)), "merged at once");
        Collections.reverse(parts);
        assertEquals(found, count.finish(parts.stream().reduce(count.identity(), count::merge)), "one after the other");
        assertEquals(50_000, (Long) found, 50_000 * DistinctCount.ERROR);
    }

    @Test
    void stringsAreCountedByTheirUtf8BytesAndEmptyOnesNot() {
        DistinctCount count = new DistinctCount(ValueType.STRING);
        List<String> values = new ArrayList<>(List.of("", "a", "a", "é", "e\u0301", "\uD83D\uDE00"));
        values.add(null);
        assertEquals(4L, count.finish(partial(count, values)));
    }

    @Test
    void aPercentilesRankIsNearTheWantedOne() {
        Percentile percentile = new Percentile(ValueType.BIGINT, 0.9);
        List<Long> values = new ArrayList<>(LongStream.range(0, 100_000).boxed().toList());
        Collections.shuffle(values, new Random(SEED));
        Sketched whole = partial(percentile, values);
        Sketched merged = percentile.mergeAll(parts(percentile, values, 20));
        for (Sketched each : List.of(whole, merged)) {
            assertEquals(0.9, ((Long) percentile.finish(each)) / 100_000.0, 2 * Percentile.ERROR);
            assertTrue(percentile.accepts(each, 89_999L));
            assertFalse(percentile.accepts(each, 80_000L));
            assertFalse(percentile.accepts(each, null));
        }
    }

    @Test
    void frequentItemsAmongMoreThanASketchHoldsAreFound() {
        TopItems top = new TopItems(ValueType.STRING, 3);
        List<String> values = new ArrayList<>();
        IntStream.range(0, 40_000).forEach(i -> values.add("rare " + i));
        IntStream.range(0, 6_000).forEach(i -> values.add("often"));
        IntStream.range(0, 4_000).forEach(i -> values.add(null));
        Collections.shuffle(values, new Random(SEED));
        double error = FrequentItems.error(values.size());
        assertTrue(error > 0 && error < 100, () -> "an error of " + error);
        for (Sketched each : List.of(partial(top, values), top.mergeAll(parts(top, values, 10)))) {
            List<RankedItem> found = top.finish(each);
            assertEquals("often", found.get(0).item());
            assertEquals(6_000, found.get(0).count(), error);
            assertEquals(new RankedItem(null, 4_000), found.get(1));
            assertTrue(top.accepts(each, List.of(new RankedItem("often", 6_000), new RankedItem(null, 4_000))));
            assertFalse(top.accepts(each, List.of(new RankedItem("often", 6_500), new RankedItem(null, 4_000))));
            assertFalse(top.accepts(each, List.of(new RankedItem("often", 6_000))), "one is missing");
        }
    }

    @Test
    void equallyFrequentItemsComeInTheirOrder() {
        TopItems top = new TopItems(ValueType.BIGINT, 2);
        List<RankedItem> found = top.finish(partial(top, List.of(3L, 1L, 2L, 2L, 1L, 3L)));
        assertEquals(List.of(new RankedItem(1L, 2), new RankedItem(2L, 2)), found);
    }

    @Test
    void fewInputsWaitOutsideOfTheSketchHoweverManyThereWere() {
        TopItems top = new TopItems(ValueType.BIGINT, 2);
        Sketched partial = top.identity();
        for (long i = 0; i < 5_000; i++) {
            partial = top.add(partial, i, ANYWHERE);
            int waiting = partial.latest() == null ? 0 : partial.latest().count();
            assertTrue(waiting < Math.max(64, partial.bytes().length / 64), waiting + " inputs wait");
        }
    }

    @Test
    void ranksAndSizesThatMakeNoSenseAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Percentile(ValueType.BIGINT, 1.1));
        assertThrows(IllegalArgumentException.class, () -> new Percentile(ValueType.BIGINT, Double.NaN));
        assertThrows(IllegalArgumentException.class, () -> new TopItems(ValueType.BIGINT, 0));
        assertThrows(IllegalArgumentException.class, () -> new TopItems(ValueType.BIGINT, 1001));
    }
}
