package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.LogicalTypes;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;

/** A tail that is put together from slices is the tail that never stopped. */
class TailSliceTest {

    private static final String LOG = "log";
    private static final int PARTITIONS = 3;
    private static final long MINUTE = 60_000_000L;
    private static final ValueType PRICE = ValueType.decimal(10, 2);
    private static final Session SESSION = new Session("name", Duration.ofMinutes(3), 2);
    private static final DefinitionSet SET = new DefinitionSet(
            "v1-test",
            new Source(
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
                    Source.DEFAULT_HORIZON),
            ZoneId.of("Europe/Berlin"),
            List.of(
                    view("panes", Layers.BOTH, new Pane(Duration.ofMinutes(1))),
                    view("alone", Layers.SPEED, new Pane(Duration.ofHours(1))),
                    view("visits", Layers.BOTH, SESSION)));

    private static View view(String name, Layers layers, Slicing slicing) {
        Map<String, ValueType> inputs = new LinkedHashMap<>();
        inputs.put("count()", null);
        inputs.put("sum(n)", ValueType.BIGINT);
        inputs.put("sum(x)", ValueType.DOUBLE);
        inputs.put("avg(price)", PRICE);
        inputs.put("max(price)", PRICE);
        inputs.put("last(day)", ValueType.DATE);
        inputs.put("approx_count_distinct(name)", ValueType.STRING);
        inputs.put("approx_percentile(n, 0.5)", ValueType.BIGINT);
        inputs.put("approx_top_k(name, 2)", ValueType.STRING);
        List<Measure> measures = new ArrayList<>();
        inputs.forEach((text, type) -> {
            MeasureCall call = MeasureCall.parse(text);
            measures.add(new Measure("m" + measures.size(), call, call.over(type)));
        });
        Map<String, MeasureCall> calls = new LinkedHashMap<>();
        measures.forEach(measure -> calls.put(measure.name(), measure.call()));
        Map<String, String> dimensions = new LinkedHashMap<>();
        dimensions.put("name", "name");
        dimensions.put("price", "price");
        return new View(
                new ViewDefinition(name, "", "orders", layers, Optional.empty(), slicing, dimensions, calls),
                List.of(new Field("name", ValueType.STRING), new Field("price", PRICE)),
                measures);
    }

    /** What one event adds to each view, in the order of the set: alone, panes, visits. */
    private static List<Contribution> contributions(Random random) {
        if (random.nextInt(6) == 0) {
            return Collections.nCopies(3, Contribution.none(Bucket.MALFORMED));
        }
        // In no order, around midnight: every other event is late.
        long time = LocalDate.parse("2026-03-02").toEpochDay() * 1440 * MINUTE + (random.nextInt(60) - 90) * MINUTE;
        String name = random.nextInt(8) == 0 ? null : "n" + random.nextInt(3);
        BigDecimal price = new BigDecimal(random.nextInt(3)).setScale(2);
        long n = random.nextInt(1_000);
        List<Object> inputs = Arrays.asList(
                n,
                random.nextInt(5) == 0 ? null : random.nextDouble(),
                price,
                price,
                LocalDate.ofEpochDay(n),
                name,
                n,
                name);
        List<Contribution> all = new ArrayList<>();
        for (long start : new long[] {Math.floorDiv(time, 60 * MINUTE) * 60 * MINUTE, time, time}) {
            all.add(
                    random.nextInt(8) == 0
                            ? Contribution.none(Bucket.FILTERED)
                            : new Contribution(Bucket.COUNTED, start, Arrays.asList(name, price), inputs));
        }
        return all;
    }

    /** A partition's increments: with markers in between, of several attempts, repeated and out of turn. */
    private static List<Increment> increments(int partition, Random random) {
        TreeMap<Long, List<Contribution>> events = new TreeMap<>();
        long offset = 0;
        for (int i = random.nextInt(40); i > 0; i--) {
            offset += random.nextInt(4) == 0 ? 1 + random.nextInt(3) : 0;
            events.put(offset++, contributions(random));
        }
        List<Increment> all = new ArrayList<>(attempt(partition, events, 0));
        for (int attempts = random.nextInt(3); attempts > 0 && !all.isEmpty(); attempts--) {
            all.addAll(random.nextInt(all.size()), attempt(partition, events, random.nextInt((int) offset)));
        }
        for (int i = 0; i + 1 < all.size(); i++) {
            if (random.nextInt(4) == 0) {
                Collections.swap(all, i, Math.min(all.size() - 1, i + 1 + random.nextInt(3)));
            }
        }
        return all;
    }

    private static List<Increment> attempt(int partition, TreeMap<Long, List<Contribution>> events, long from) {
        List<Increment> attempt = new ArrayList<>();
        long covered = from;
        for (Map.Entry<Long, List<Contribution>> event : events.tailMap(from).entrySet()) {
            Position position = new Position(LOG, partition, event.getKey());
            long time = event.getValue().get(1).pane();
            attempt.add(new Increment(position, covered, 1_000 + event.getKey(), time, event.getValue()));
            covered = event.getKey() + 1;
        }
        return attempt;
    }

    /** A tail that is killed now and then, and what it leaves behind. */
    private static final class Spooled {
        private final Map<LogPartition, Long> cuts;
        private final List<byte[]> slices = new ArrayList<>();
        private final Map<LogPartition, Integer> resume = new TreeMap<>();
        private final Map<LogPartition, Integer> settled = new TreeMap<>();
        private final Map<LogPartition, List<Increment>> arrived = new TreeMap<>();
        private Tail tail;
        private TailSlicer slicer;

        private Spooled(Map<LogPartition, Long> cuts) {
            this.cuts = cuts;
            kill();
        }

        private void add(Increment increment) {
            LogPartition partition = partition(increment.position().partition());
            List<Increment> all = arrived.computeIfAbsent(partition, key -> new ArrayList<>());
            all.add(increment);
            tail.add(increment);
            settle(partition);
        }

        private void settle(LogPartition partition) {
            if (tail.gap(partition).isEmpty()) {
                settled.put(
                        partition, arrived.getOrDefault(partition, List.of()).size());
            }
        }

        private void slice() throws IOException {
            cuts.keySet().forEach(this::settle);
            slicer.add(tail.take().orElseThrow());
            slices.add(write(slicer.slice().orElseThrow()));
            resume.putAll(settled);
        }

        private void merge(int at) throws IOException {
            TailSlice merged = read(slices.get(at)).plus(read(slices.remove(at + 1)));
            slices.set(at, write(merged));
        }

        /** Begins again from the slices, and reads what has arrived since the last of them, some of it once more. */
        private void kill() {
            tail = new Tail(SET);
            slices.forEach(slice -> tail.add(read(slice)));
            cuts.forEach((partition, cut) -> {
                if (!tail.counts(partition)) {
                    tail.start(partition, 0, cut);
                }
            });
            tail.beginSlices();
            slicer = new TailSlicer(SET);
            arrived.forEach((partition, all) ->
                    all.subList(resume.getOrDefault(partition, 0), all.size()).forEach(tail::add));
            settled.putAll(resume);
        }
    }

    private static byte[] write(TailSlice slice) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder out = EncoderFactory.get().binaryEncoder(bytes, null);
        new TailSliceFormat(SET).write(slice, out);
        out.flush();
        return bytes.toByteArray();
    }

    private static TailSlice read(byte[] bytes) {
        try {
            return new TailSliceFormat(SET).read(DecoderFactory.get().binaryDecoder(bytes, null));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static LogPartition partition(int number) {
        return new LogPartition(LOG, number);
    }

    @Property(tries = 200)
    void aTailFromSlicesIsTheTailThatNeverStopped(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        Map<LogPartition, Long> cuts = new TreeMap<>();
        List<List<Increment>> partitions = new ArrayList<>();
        for (int p = 0; p < PARTITIONS; p++) {
            cuts.put(partition(p), (long) random.nextInt(10));
            partitions.add(new ArrayList<>(increments(p, random)));
        }
        Tail steady = new Tail(SET);
        cuts.forEach((partition, cut) -> steady.start(partition, 0, cut));
        Spooled spooled = new Spooled(cuts);
        while (partitions.stream().anyMatch(left -> !left.isEmpty())) {
            List<Increment> left = partitions.get(random.nextInt(PARTITIONS));
            if (!left.isEmpty()) {
                Increment increment = left.remove(0);
                steady.add(increment);
                spooled.add(increment);
            }
            if (random.nextInt(4) == 0) {
                spooled.slicer.add(spooled.tail.take().orElseThrow());
            }
            if (random.nextInt(6) == 0) {
                spooled.slice();
            }
            if (spooled.slices.size() > 1 && random.nextInt(10) == 0) {
                spooled.merge(random.nextInt(spooled.slices.size() - 1));
            }
            if (random.nextInt(20) == 0) {
                spooled.kill();
                assertSame(steady, spooled.tail);
            }
        }
        spooled.slice();
        spooled.kill();
        assertSame(steady, spooled.tail);
    }

    private static void assertSame(Tail steady, Tail other) {
        assertEquals(steady.progress(), other.progress());
        assertEquals(steady.newestRecords(), other.newestRecords());
        for (LogPartition partition : steady.progress().keySet()) {
            assertEquals(steady.events(partition), other.events(partition));
            assertEquals(steady.buckets(partition), other.buckets(partition));
            assertEquals(steady.reach(partition), other.reach(partition));
        }
        for (View view : SET.views()) {
            Map<String, Cell> expected = cells(steady, view);
            Map<String, Cell> actual = cells(other, view);
            assertEquals(expected.keySet(), actual.keySet(), view.name());
            expected.forEach((key, cell) -> assertTrue(agree(view, cell, actual.get(key)), view.name() + " " + key));
        }
    }

    private static boolean agree(View view, Cell one, Cell other) {
        for (int i = 0; i < one.partials().length; i++) {
            if (!view.measures().get(i).algebra().agrees(one.partials()[i], other.partials()[i])) {
                return false;
            }
        }
        return true;
    }

    private static Map<String, Cell> cells(Tail tail, View view) {
        Map<String, Cell> cells = new TreeMap<>();
        tail.select(view.name(), Long.MIN_VALUE, Long.MAX_VALUE, cell -> {
            Cell before = cells.put(cell.start() + " " + cell.last() + " " + cell.dimensions(), cell);
            assertEquals(null, before, "two cells of one key");
        });
        return cells;
    }

    private static Increment increment(long offset) {
        return new Increment(new Position(LOG, 0, offset), offset, 0, 0, contributions(new Random(offset)));
    }

    private static Tail counting(long... offsets) {
        Tail tail = new Tail(SET);
        tail.start(partition(0), 0, 0);
        tail.beginSlices();
        for (long offset : offsets) {
            tail.add(increment(offset));
        }
        return tail;
    }

    private static Optional<TailSlice> slice(Tail tail) {
        TailSlicer slicer = new TailSlicer(SET);
        slicer.add(tail.take().orElseThrow());
        return slicer.slice();
    }

    @Test
    void whatHasBeenCountedIsNotTakenFromASliceAgain() {
        TailSlice slice = slice(counting(0, 1)).orElseThrow();
        Tail tail = new Tail(SET);
        tail.add(slice);
        String refused =
                assertThrows(OverlapException.class, () -> tail.add(slice)).getMessage();
        assertEquals("a slice from 0 overlaps what has been counted up to 2: it would be counted twice", refused);
        assertThrows(OverlapException.class, () -> slice.plus(slice));
        assertEquals(2, tail.events(partition(0)).all(), "refused as a whole");
    }

    @Test
    void aSliceThatDoesNotFollowIsRefused() {
        Tail counted = counting(0, 1);
        slice(counted);
        counted.add(increment(2));
        TailSlice second = slice(counted).orElseThrow();
        Tail tail = counting(0);
        tail.endSlices();
        assertEquals(
                "a slice from 2, cut 0, does not follow what has been counted up to 1, cut 0",
                assertThrows(IllegalArgumentException.class, () -> tail.add(second))
                        .getMessage());
        Tail otherCut = new Tail(SET);
        otherCut.start(partition(0), 1, 2);
        assertThrows(IllegalArgumentException.class, () -> otherCut.add(second));
    }

    @Test
    void noSliceIsMadeWhileEventsAreMissing() {
        TailSlicer slicer = new TailSlicer(SET);
        Tail tail = counting(0);
        tail.add(increment(3));
        tail.miss(partition(0), OffsetRanges.of(1, 3));
        slicer.add(tail.take().orElseThrow());
        assertEquals(Optional.empty(), slicer.slice());
        tail.add(increment(1));
        slicer.add(tail.take().orElseThrow());
        assertEquals(Optional.empty(), slicer.slice());
        tail.add(increment(2));
        slicer.add(tail.take().orElseThrow());
        Tail again = new Tail(SET);
        again.add(slicer.slice().orElseThrow());
        assertSame(tail, again);
    }

    @Test
    void whatIsNotTakenInTimeIsFoldedAndComesToTheSame() {
        Map<LogPartition, Long> cuts = Map.of(partition(0), 4L);
        Tally expected = new Tally(SET);
        Counted counted = new Counted(SET, cuts, 3);
        for (long offset = 0; offset < 10; offset++) {
            counted.add(increment(offset));
            expected.count(increment(offset), partition(0), offset < 4);
        }
        counted.end(Map.of(partition(0), new TailSlice.Extent(4, 0, 10)), true);
        Tally tally = new Tally(SET);
        counted.foldInto(tally);
        assertEquals(expected.events(partition(0)), tally.events(partition(0)));
        assertEquals(expected.buckets(partition(0)), tally.buckets(partition(0)));
        assertEquals(expected.size(), tally.size());
    }

    @Test
    void aPartitionThatWasStartedSinceTheLastSliceIsInTheNextFromItsBegin() {
        Tail tail = counting(0);
        TailSlice first = slice(tail).orElseThrow();
        tail.start(partition(1), 5, 7);
        TailSlice second = slice(tail).orElseThrow();
        assertEquals(new TailSlice.Extent(7, 5, 5), second.extents().get(partition(1)), "nothing of it is counted yet");
        Tail again = new Tail(SET);
        again.add(first);
        again.add(second);
        assertSame(tail, again);
    }

    @Test
    void whatIsNoSliceIsRefused() throws Exception {
        byte[] bytes = write(slice(counting(0, 1, 2)).orElseThrow());
        for (int length = 0; length < bytes.length; length += 7) {
            byte[] cut = Arrays.copyOf(bytes, length);
            assertThrows(IOException.class, () -> new TailSliceFormat(SET)
                    .read(DecoderFactory.get().binaryDecoder(cut, null)));
        }
    }
}
