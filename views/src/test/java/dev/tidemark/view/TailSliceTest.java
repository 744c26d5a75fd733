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

    /** What slices have come to, as bytes. */
    private static final class Kept implements KeptTail {
        private final TailFormat format = new TailFormat(SET);
        private final TreeMap<byte[], byte[]> partitions = new TreeMap<>(Arrays::compareUnsigned);
        private final TreeMap<byte[], byte[]> cells = new TreeMap<>(Arrays::compareUnsigned);

        private void add(TailSlice slice) {
            slice.partitions()
                    .forEach((partition, counted) ->
                            partitions.put(format.partition(partition), format.counted(counted)));
            for (int i = 0; i < slice.changes().size(); i++) {
                int view = i;
                slice.changes()
                        .get(i)
                        .forEach(
                                (place, cell) -> cells.put(format.key(view, place), format.value(view, cell)),
                                gone -> cells.remove(format.key(view, gone)));
            }
        }

        @Override
        public Map<LogPartition, Counted> partitions() {
            Map<LogPartition, Counted> read = new TreeMap<>();
            try {
                for (Map.Entry<byte[], byte[]> each : partitions.entrySet()) {
                    read.put(format.partition(each.getKey()), format.counted(each.getValue()));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
            return read;
        }

        @Override
        public void forEach(CellTaker taker) {
            try {
                for (Map.Entry<byte[], byte[]> each : cells.entrySet()) {
                    format.read(each.getKey(), each.getValue(), taker);
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** A tail that is killed now and then, and what it leaves behind. */
    private static final class Spooled {
        private final Map<LogPartition, Long> cuts;
        private final Kept kept = new Kept();
        private final Map<LogPartition, Integer> resume = new TreeMap<>();
        private final Map<LogPartition, Integer> settled = new TreeMap<>();
        private final Map<LogPartition, List<Increment>> arrived = new TreeMap<>();
        private Tail tail;

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

        private void slice() {
            cuts.keySet().forEach(this::settle);
            kept.add(tail.slice().orElseThrow());
            resume.putAll(settled);
        }

        /** Begins again from what is kept, and reads what has arrived since the last slice, some of it once more. */
        private void kill() {
            tail = Tail.of(SET, kept);
            cuts.forEach((partition, cut) -> {
                if (!tail.counts(partition)) {
                    tail.start(partition, 0, cut);
                }
            });
            tail.beginSlices();
            arrived.forEach((partition, all) ->
                    all.subList(resume.getOrDefault(partition, 0), all.size()).forEach(tail::add));
            settled.putAll(resume);
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
            if (random.nextInt(6) == 0) {
                spooled.slice();
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

    private static Tail again(Tail tail) {
        Kept kept = new Kept();
        kept.add(tail.slice().orElseThrow());
        return Tail.of(SET, kept);
    }

    @Test
    void noSliceIsMadeWhileEventsAreMissing() {
        Tail tail = counting(0);
        tail.add(increment(3));
        tail.miss(partition(0), OffsetRanges.of(1, 3));
        assertEquals(Optional.empty(), tail.slice());
        tail.add(increment(1));
        assertEquals(Optional.empty(), tail.slice());
        assertEquals(3, tail.unsliced().events());
        tail.add(increment(2));
        assertSame(tail, again(tail));
    }

    @Test
    void aSliceHoldsWhatHasChangedSinceTheOneBeforeAndNothingElse() {
        Tail tail = counting(0, 1, 2, 3, 4, 5, 6, 7);
        int cells = tail.unsliced().cells();
        assertEquals(8, tail.unsliced().events());
        TailSlice slice = tail.slice().orElseThrow();
        assertEquals(cells, slice.changes().stream().mapToInt(Changes::size).sum());
        assertEquals(new Tail.Unsliced(0, 0), tail.unsliced());
        tail.add(increment(8));
        assertTrue(tail.unsliced().cells() <= SET.views().size(), "one event changes one cell of each view");
        assertEquals(cells, slice.changes().stream().mapToInt(Changes::size).sum(), "what is given stays");
    }

    @Test
    void nothingIsKeptForWhomTakesNoSlices() {
        Tail tail = counting(0);
        tail.endSlices();
        tail.add(increment(1));
        assertEquals(new Tail.Unsliced(0, 0), tail.unsliced());
        assertEquals(Optional.empty(), tail.slice());
    }

    @Test
    void aPartitionThatWasStartedSinceTheLastSliceIsInTheNextFromItsBegin() {
        Tail tail = counting(0);
        Kept kept = new Kept();
        kept.add(tail.slice().orElseThrow());
        tail.start(partition(1), 5, 7);
        kept.add(tail.slice().orElseThrow());
        Counted counted = kept.partitions().get(partition(1));
        assertEquals(List.of(7L, 5L, 5L), List.of(counted.cut(), counted.from(), counted.through()));
        assertSame(tail, Tail.of(SET, kept));
    }

    @Test
    void bytesThatAreNothingOfTheSetAreRefused() {
        Kept kept = new Kept();
        kept.add(counting(0, 1, 2, 3).slice().orElseThrow());
        TailFormat format = new TailFormat(SET);
        byte[] counted = kept.partitions.firstEntry().getValue();
        for (int length = 0; length < counted.length; length++) {
            byte[] cut = Arrays.copyOf(counted, length);
            assertThrows(IOException.class, () -> format.counted(cut), length + " bytes");
        }
        kept.cells.forEach((key, value) -> {
            for (int length = 0; length < value.length; length++) {
                byte[] cut = Arrays.copyOf(value, length);
                assertThrows(IOException.class, () -> format.read(key, cut, (view, cell) -> {}), length + " bytes");
            }
            byte[] longer = Arrays.copyOf(value, value.length + 1);
            assertThrows(IOException.class, () -> format.read(key, longer, (view, cell) -> {}));
            byte[] ofNoView = key.clone();
            ofNoView[3] = 9;
            assertThrows(IOException.class, () -> format.read(ofNoView, value, (view, cell) -> {}));
            assertThrows(IOException.class, () -> format.read(Arrays.copyOf(key, 5), value, (view, cell) -> {}));
        });
    }
}
