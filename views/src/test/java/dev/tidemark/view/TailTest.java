package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Tail.LogPartition;
import java.math.BigInteger;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.LogicalTypes;
import org.apache.avro.SchemaBuilder;
import org.junit.jupiter.api.Test;

/** The tail against a plain fold: any events, any cut, any order and repetition of increments. */
class TailTest {

    private static final String LOG = "log";
    private static final int PARTITIONS = 3;
    private static final View VIEW = view("totals", Layers.BOTH);
    private static final DefinitionSet SET = set(VIEW);

    private static DefinitionSet set(View... views) {
        Source source = new Source(
                "orders",
                "orders",
                SchemaBuilder.record("order")
                        .fields()
                        .name("at")
                        .type(LogicalTypes.timestampMillis()
                                .addToSchema(SchemaBuilder.builder().longType()))
                        .noDefault()
                        .endRecord(),
                "at",
                Optional.empty(),
                Source.DEFAULT_ALLOWED_LATENESS,
                Source.DEFAULT_EARLIEST,
                Source.DEFAULT_HORIZON);
        return new DefinitionSet("v1-test", source, ZoneOffset.UTC, List.of(views));
    }

    private static View view(String name, Layers layers) {
        MeasureCall count = MeasureCall.parse("count()");
        MeasureCall sum = MeasureCall.parse("sum(n)");
        ViewDefinition definition = new ViewDefinition(
                name,
                "",
                "orders",
                layers,
                Optional.empty(),
                new Pane(Duration.ofMinutes(1)),
                Map.of("d", "d"),
                new TreeMap<>(Map.of("a", count, "b", sum)));
        return new View(
                definition,
                List.of(new Field("d", ValueType.STRING)),
                List.of(new Measure("a", count, count.over(null)), new Measure("b", sum, sum.over(ValueType.BIGINT))));
    }

    /** A partition's events by offset; what lies between them are markers and aborted records. */
    private static TreeMap<Long, Contribution> events(Random random) {
        TreeMap<Long, Contribution> events = new TreeMap<>();
        long offset = 0;
        for (int i = random.nextInt(40); i > 0; i--) {
            offset += random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
            events.put(offset++, contribution(random));
        }
        return events;
    }

    private static Contribution contribution(Random random) {
        int kind = random.nextInt(10);
        if (kind < 3) {
            return Contribution.none(
                    List.of(Bucket.MALFORMED, Bucket.FILTERED, Bucket.FAILED).get(kind));
        }
        // Panes in no order: every other event is late.
        long pane = random.nextInt(5) * 60_000_000L;
        return new Contribution(Bucket.COUNTED, pane, List.of("d" + random.nextInt(3)), Collections.singletonList((long)
                random.nextInt(100)));
    }

    /** Increments of several attempts, each from an offset of its own on, repeated, and out of turn by a few. */
    private static List<Increment> increments(
            int partition, TreeMap<Long, Contribution> events, long cut, Random random) {
        List<Increment> all = new ArrayList<>(attempt(partition, events, cut));
        for (int attempts = random.nextInt(3); attempts > 0; attempts--) {
            long from = events.isEmpty() ? 0 : random.nextInt(events.lastKey().intValue() + 1);
            all.addAll(random.nextInt(all.size() + 1), attempt(partition, events, from));
        }
        for (int i = 0; i + 1 < all.size(); i++) {
            if (random.nextInt(4) == 0) {
                Collections.swap(all, i, Math.min(all.size() - 1, i + 1 + random.nextInt(3)));
            }
        }
        return all;
    }

    private static List<Increment> attempt(int partition, TreeMap<Long, Contribution> events, long from) {
        List<Increment> attempt = new ArrayList<>();
        long covered = -1;
        for (Map.Entry<Long, Contribution> event : events.tailMap(from).entrySet()) {
            long offset = event.getKey();
            Position position = new Position(LOG, partition, offset);
            attempt.add(new Increment(position, covered < 0 ? offset : covered, offset, 0, List.of(event.getValue())));
            covered = offset + 1;
        }
        return attempt;
    }

    @Property(tries = 500)
    void theTailIsAPlainFoldOfWhatItSaysItCounts(@ForAll long seed) {
        Random random = new Random(seed);
        Tail tail = new Tail(SET);
        List<TreeMap<Long, Contribution>> events = new ArrayList<>();
        List<Increment> arriving = new ArrayList<>();
        long[] cuts = new long[PARTITIONS];
        for (int p = 0; p < PARTITIONS; p++) {
            TreeMap<Long, Contribution> partition = events(random);
            events.add(partition);
            cuts[p] =
                    partition.isEmpty() ? 0 : random.nextInt(partition.lastKey().intValue() + 2);
            tail.start(new LogPartition(LOG, p), cuts[p], cuts[p]);
            interleave(arriving, increments(p, partition, cuts[p], random), random);
        }
        long[] before = cuts.clone();
        for (Increment increment : arriving) {
            assertTrue(tail.add(increment));
            closeGaps(tail, events, random);
            giveUp(tail, events, random);
            checkAgainstFold(tail, events, cuts, before);
        }
        for (int p = 0; p < PARTITIONS; p++) {
            closeAll(tail, p, events.get(p));
            long end = events.get(p).isEmpty() ? 0 : events.get(p).lastKey() + 1;
            assertTrue(tail.progress(new LogPartition(LOG, p)).through() >= end, "everything is counted in the end");
        }
        checkAgainstFold(tail, events, cuts, before);
        for (int p = 0; p < PARTITIONS; p++) {
            attempt(p, events.get(p), 0).forEach(tail::add);
            assertEquals(
                    OffsetRanges.NONE,
                    tail.progress(new LogPartition(LOG, p)).missing().minus(0, firstEvent(events.get(p))),
                    "nothing is missing once all has come");
        }
        batchAndTailTogetherAreTheFoldOfEverything(tail, events, cuts);
    }

    private static long firstEvent(TreeMap<Long, Contribution> events) {
        return events.isEmpty() ? 0 : events.firstKey();
    }

    private static void interleave(List<Increment> all, List<Increment> more, Random random) {
        int at = 0;
        for (Increment increment : more) {
            at += random.nextInt(all.size() - at + 1);
            all.add(at++, increment);
        }
    }

    /** What a reader of committed records would find: the next event at or after what has been counted. */
    private static void closeGaps(Tail tail, List<TreeMap<Long, Contribution>> events, Random random) {
        int p = random.nextInt(PARTITIONS);
        if (random.nextInt(3) == 0) {
            LogPartition partition = new LogPartition(LOG, p);
            Long next = events.get(p).ceilingKey(tail.progress(partition).through());
            if (next != null) {
                tail.close(partition, next);
            }
        }
    }

    /** Now and then, what is next is given up: the events up to some offset, or any offsets if nobody can tell. */
    private static void giveUp(Tail tail, List<TreeMap<Long, Contribution>> events, Random random) {
        int p = random.nextInt(PARTITIONS);
        if (random.nextInt(4) > 0 || events.get(p).isEmpty()) {
            return;
        }
        LogPartition partition = new LogPartition(LOG, p);
        long through = tail.progress(partition).through();
        long end = Math.min(events.get(p).lastKey() + 1, through + random.nextInt(4));
        if (end > through && random.nextBoolean()) {
            tail.miss(partition, OffsetRanges.of(through, end));
        } else {
            OffsetRanges lost = OffsetRanges.NONE;
            for (long event :
                    events.get(p).subMap(through, Math.max(through, end)).keySet()) {
                lost = lost.plus(OffsetRanges.of(event, event + 1));
            }
            tail.miss(partition, lost);
        }
    }

    private static void closeAll(Tail tail, int p, TreeMap<Long, Contribution> events) {
        LogPartition partition = new LogPartition(LOG, p);
        for (Long event : events.keySet()) {
            long through = tail.progress(partition).through();
            if (event >= through && events.ceilingKey(through).equals(event)) {
                tail.close(partition, event);
            }
        }
    }

    private static void checkAgainstFold(
            Tail tail, List<TreeMap<Long, Contribution>> events, long[] cuts, long[] before) {
        Map<List<Object>, long[]> expected = new HashMap<>();
        for (int p = 0; p < PARTITIONS; p++) {
            long through = tail.progress(new LogPartition(LOG, p)).through();
            assertTrue(through >= before[p], "through never steps back");
            before[p] = through;
            Map<Long, Contribution> countable =
                    countable(events.get(p), cuts[p], tail.progress(new LogPartition(LOG, p)));
            countable.values().forEach(event -> fold(expected, event));
            long counted = tail.buckets(new LogPartition(LOG, p)).get(0).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            assertEquals(countable.size(), counted, "conservation");
        }
        assertEquals(text(expected), text(cells(tail)));
    }

    /** The events from the cut on that what the tail says of itself includes. */
    private static Map<Long, Contribution> countable(
            TreeMap<Long, Contribution> events, long cut, Tail.Progress progress) {
        TreeMap<Long, Contribution> countable = new TreeMap<>(events.subMap(cut, Math.max(cut, progress.through())));
        countable.keySet().removeIf(progress.missing()::contains);
        return countable;
    }

    private static void batchAndTailTogetherAreTheFoldOfEverything(
            Tail tail, List<TreeMap<Long, Contribution>> events, long[] cuts) {
        Map<List<Object>, long[]> together = cells(tail);
        Map<List<Object>, long[]> everything = new HashMap<>();
        for (int p = 0; p < PARTITIONS; p++) {
            events.get(p).headMap(cuts[p]).values().forEach(event -> fold(together, event));
            events.get(p).values().forEach(event -> fold(everything, event));
        }
        assertEquals(text(everything), text(together));
    }

    private static void fold(Map<List<Object>, long[]> cells, Contribution event) {
        if (event.bucket() == Bucket.COUNTED) {
            long[] cell = cells.computeIfAbsent(
                    List.of(event.pane(), event.dimensions().get(0)), key -> new long[2]);
            cell[0]++;
            cell[1] += (Long) event.inputs().get(0);
        }
    }

    private static Map<List<Object>, long[]> cells(Tail tail) {
        Map<List<Object>, long[]> cells = new HashMap<>();
        tail.select("totals", Long.MIN_VALUE, Long.MAX_VALUE, cell -> {
            Object[] partials = cell.partials();
            long count = (Long) VIEW.measures().get(0).algebra().finish(partials[0]);
            BigInteger sum = (BigInteger) VIEW.measures().get(1).algebra().finish(partials[1]);
            cells.put(List.of(cell.start(), cell.dimensions().get(0)), new long[] {count, sum.longValueExact()});
        });
        return cells;
    }

    private static String text(Map<List<Object>, long[]> cells) {
        TreeMap<String, String> sorted = new TreeMap<>();
        cells.forEach((key, cell) -> sorted.put(key.toString(), cell[0] + "/" + cell[1]));
        return sorted.toString();
    }

    private static Increment increment(long from, long offset) {
        Contribution counted = new Contribution(Bucket.COUNTED, 0, List.of("d"), Collections.singletonList(1L));
        return new Increment(new Position(LOG, 0, offset), from, 0, 0, List.of(counted));
    }

    private static long counted(Tail tail) {
        return cells(tail).values().stream().mapToLong(cell -> cell[0]).sum();
    }

    @Test
    void anEventThatWasGivenUpCountsOnceWhenItsIncrementComesAfterAll() {
        LogPartition partition = new LogPartition(LOG, 0);
        Tail tail = new Tail(SET);
        tail.start(partition, 0, 0);
        tail.add(increment(2, 2));
        assertEquals(Optional.of(new OffsetRanges.Range(0, 2)), tail.gap(partition));
        assertEquals(0, counted(tail), "nothing above a gap is counted");
        tail.miss(partition, OffsetRanges.of(0, 2));
        assertEquals(OffsetRanges.of(0, 2), tail.progress(partition).missing());
        assertEquals(3, tail.progress(partition).through());
        tail.add(increment(1, 1));
        tail.add(increment(1, 1));
        assertEquals(2, counted(tail));
        assertEquals(OffsetRanges.of(0, 1), tail.progress(partition).missing());
    }

    @Test
    void anIncrementThatComesAfterAllClearsWhatItCovers() {
        LogPartition partition = new LogPartition(LOG, 0);
        Tail tail = new Tail(SET);
        tail.start(partition, 10, 10);
        // 11 is a transaction's marker.
        tail.add(increment(12, 12));
        tail.miss(partition, OffsetRanges.of(10, 12));
        tail.add(increment(10, 10));
        assertEquals(OffsetRanges.of(11, 12), tail.progress(partition).missing());
        tail.add(increment(11, 12));
        assertEquals(OffsetRanges.NONE, tail.progress(partition).missing());
        assertEquals(2, counted(tail));
    }

    @Test
    void whatTheStreamAloneComputesIsCountedFromTheBeginningAndTheRestFromTheCut() {
        Tail tail = new Tail(set(view("both", Layers.BOTH), view("alone", Layers.SPEED)));
        LogPartition partition = new LogPartition(LOG, 0);
        tail.start(partition, 2, 5);
        Contribution counted = new Contribution(Bucket.COUNTED, 0, List.of("d"), Collections.singletonList(1L));
        for (long offset = 2; offset < 8; offset++) {
            if (offset == 3) {
                continue;
            }
            long from = offset == 4 ? 4 : offset;
            tail.add(new Increment(new Position(LOG, 0, offset), from, 0, 0, List.of(counted, counted)));
            if (offset == 4) {
                tail.miss(partition, OffsetRanges.of(3, 4));
            }
        }
        assertEquals(
                new Tail.Progress(2, 8, OffsetRanges.of(3, 4)),
                tail.progress(Layers.SPEED).get(partition));
        assertEquals(
                new Tail.Progress(5, 8, OffsetRanges.NONE),
                tail.progress(Layers.BOTH).get(partition),
                "below the cut batch has counted, whatever the tail lacks");
        assertEquals(
                List.of(Map.of(Bucket.COUNTED, 5L), Map.of(Bucket.COUNTED, 3L)),
                tail.buckets(partition),
                "alone comes before both");
    }

    @Test
    void aPartitionCannotBeStartedTwiceAndOtherLogsAreNotCounted() {
        Tail tail = new Tail(SET);
        tail.start(new LogPartition(LOG, 0), 0, 0);
        assertThrows(OverlapException.class, () -> tail.start(new LogPartition(LOG, 0), 5, 5));
        Increment foreign =
                new Increment(new Position("another", 0, 0), 0, 0, 0, List.of(Contribution.none(Bucket.FILTERED)));
        assertFalse(tail.add(foreign));
    }
}
