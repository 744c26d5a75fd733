package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.Shop;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Session;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Answers about sessions of random logs around the night when clocks go forward in Berlin. */
class SessionMergeLawsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant FROM = Instant.parse("2026-03-26T12:00:00Z");
    private static final LogPartition PARTITION = new LogPartition("log", 0);
    private static final Source SOURCE = Shop.source("orders", "orders");
    private static final int FIRST_MEASURE = 3;

    /** An event of the log, at its offset. */
    private record Event(long offset, Instant recorded, Instant time, String user) {}

    /**
     * A random log.
     *
     * @param events recorded in order, none later than the source allows
     */
    private record Log(View view, List<Event> events) {

        static Log of(Random random) {
            Duration gap = Duration.ofHours(List.of(1, 5, 24, 30).get(random.nextInt(4)));
            View view = viewOf(new Session("user", gap, 2));
            List<Event> events = new ArrayList<>();
            Instant recorded = FROM;
            for (int i = random.nextInt(40); i > 0; i--) {
                recorded = recorded.plus(gap.dividedBy(4).multipliedBy(random.nextInt(5)));
                Duration late = SOURCE.allowedLateness().dividedBy(4).multipliedBy(random.nextInt(5));
                events.add(new Event(events.size(), recorded, recorded.minus(late), "u" + random.nextInt(2)));
            }
            return new Log(view, events);
        }

        /** What is published of the first events, and the tail of those from {@code cut} on up to {@code through}. */
        Snapshot snapshot(int cut, int through, Selection selection) {
            Map<LocalDate, List<Cell>> days = new TreeMap<>();
            cells(0, cut, new Selection(Long.MIN_VALUE, Long.MAX_VALUE, dimensions -> true, (first, last) -> false))
                    .forEach(cell -> days.computeIfAbsent(day(cell), day -> new ArrayList<>())
                            .add(cell));
            List<Segment> segments = days.entrySet().stream()
                    .map(day -> Segment.of(day.getKey().toString(), view, day.getValue(), BERLIN))
                    .toList();
            Map<Integer, Long> newest = through == cut
                    ? Map.of()
                    : Map.of(0, events.get(through - 1).recorded().toEpochMilli());
            return new Snapshot(
                    published(cut),
                    PARTITION.log(),
                    segments,
                    cells(cut, through, selection),
                    Map.of(0, new Tail.Progress(cut, through, OffsetRanges.NONE)),
                    Map.of(),
                    Map.of(),
                    newest);
        }

        private static LocalDate day(Cell cell) {
            return Micros.instant(cell.start()).atZone(BERLIN).toLocalDate();
        }

        private Publication published(int cut) {
            Map<Integer, Long> newest = cut == 0
                    ? Map.of()
                    : Map.of(0, events.get(cut - 1).recorded().toEpochMilli());
            SourceState state =
                    new SourceState("a", "b", 1, FROM, Cut.NONE, Map.of(PARTITION.log(), newest), Map.of(), Map.of());
            return new Publication(1, FROM, Cause.RECOMPUTE, Map.of(SOURCE.name(), state), Map.of());
        }

        private List<Cell> cells(int from, int to, Selection selection) {
            Tail tail = new Tail(new DefinitionSet("v1-test", SOURCE, BERLIN, List.of(view)));
            tail.start(PARTITION, from, from);
            events.subList(from, to).forEach(event -> tail.add(increment(event)));
            List<Cell> cells = new ArrayList<>();
            tail.select(view.name(), selection.from(), selection.to(), cell -> {
                if (selection.dimensions().test(cell.dimensions())) {
                    cells.add(cell);
                }
            });
            return cells;
        }

        private static Increment increment(Event event) {
            long time = Micros.of(event.time());
            Contribution counted =
                    new Contribution(Bucket.COUNTED, time, List.of(event.user()), List.of(event.offset()));
            return new Increment(
                    new Position(PARTITION.log(), 0, event.offset()),
                    event.offset(),
                    event.recorded().toEpochMilli(),
                    time,
                    List.of(counted));
        }

        Query query(String parameters) {
            return Query.of(UrlQuery.parse(view.name(), parameters), view, BERLIN, FROM);
        }

        Merged answer(String parameters, int cut, int through) {
            Query query = query(parameters);
            Selection selection = query.selection();
            return Merged.of(query, selection, snapshot(cut, through, selection), SOURCE);
        }

        /** The answer's rows without what is open, a line each. */
        TreeSet<String> rows(String parameters, int cut) {
            TreeSet<String> lines = new TreeSet<>();
            answer(parameters, cut, events.size()).rows().forEach(row -> lines.add(line(row)));
            return lines;
        }

        static String line(Object[] row) {
            return Arrays.asList(row).subList(0, row.length - 1).toString();
        }
    }

    private static View viewOf(Session session) {
        MeasureCall count = MeasureCall.parse("count()");
        MeasureCall sum = MeasureCall.parse("sum(n)");
        ViewDefinition definition = new ViewDefinition(
                "visits",
                "",
                SOURCE.name(),
                Layers.BOTH,
                Optional.empty(),
                session,
                Map.of("user", "user"),
                new TreeMap<>(Map.of("events", count, "total", sum)));
        return new View(
                definition,
                List.of(new Field("user", ValueType.STRING)),
                List.of(
                        new Measure("events", count, count.over(null)),
                        new Measure("total", sum, sum.over(ValueType.BIGINT))));
    }

    @Property(tries = 100)
    void anAnswerIsTheSameAtEveryCutAndHasTheSessionsThatStartInItsRange(@ForAll long seed) {
        Random random = new Random(seed);
        Log log = Log.of(random);
        Instant from = FROM.plus(Duration.ofHours(random.nextInt(120)));
        Instant to = from.plus(Duration.ofHours(1 + random.nextInt(72)));
        String range = "from=" + from + "&to=" + to;
        TreeSet<String> all = log.rows("", 0);
        TreeSet<String> within = new TreeSet<>();
        log.answer("", 0, log.events().size()).rows().forEach(row -> {
            Instant start = (Instant) row[0];
            if (!start.isBefore(from) && start.isBefore(to)) {
                within.add(Log.line(row));
            }
        });
        for (int cut = 0; cut <= log.events().size(); cut++) {
            assertEquals(all, log.rows("", cut), "cut " + cut + " of " + log);
            assertEquals(within, log.rows(range, cut), range + ", cut " + cut + " of " + log);
        }
    }

    @Property(tries = 100)
    void eachEventIsInOneSession(@ForAll long seed) {
        Log log = Log.of(new Random(seed));
        long events = log.answer("", 0, log.events().size()).rows().stream()
                .mapToLong(row -> (Long) row[FIRST_MEASURE])
                .sum();
        assertEquals(log.events().size(), events);
    }

    @Property(tries = 100)
    void whatIsNotOpenDoesNotChangeByEventsThatComeInTime(@ForAll long seed) {
        Random random = new Random(seed);
        Log log = Log.of(random);
        TreeSet<String> all = log.rows("", 0);
        for (int through = 0; through <= log.events().size(); through++) {
            for (Object[] row :
                    log.answer("", random.nextInt(through + 1), through).rows()) {
                boolean open = (Boolean) row[row.length - 1];
                assertTrue(
                        open || all.contains(Log.line(row)),
                        "through " + through + ": " + Log.line(row) + " of " + log);
            }
        }
    }

    @Property(tries = 100)
    void anAnswerThatIsFinalDoesNotChangeByEventsThatComeInTime(@ForAll long seed) {
        Random random = new Random(seed);
        Log log = Log.of(random);
        Instant from = FROM.plus(Duration.ofHours(random.nextInt(48)));
        String range = "from=" + from + "&to=" + from.plus(Duration.ofHours(1 + random.nextInt(24)));
        TreeSet<String> last = log.rows(range, 0);
        for (int cut = 0; cut <= log.events().size(); cut++) {
            Query query = log.query(range);
            Snapshot snapshot = log.snapshot(cut, cut, query.selection());
            Merged merged = Merged.of(query, query.selection(), snapshot, SOURCE);
            if (Finality.of(SOURCE, snapshot).isFinal(merged.end().orElseThrow())) {
                TreeSet<String> rows = new TreeSet<>();
                merged.rows().forEach(row -> rows.add(Log.line(row)));
                assertEquals(last, rows, range + ", cut " + cut + " of " + log);
            }
        }
    }

    @Property(tries = 20)
    void whatHasEndedLongAgoIsNotOpen(@ForAll long seed) {
        Log log = Log.of(new Random(seed));
        List<Event> events = new ArrayList<>(log.events());
        Instant later = FROM.plus(Duration.ofDays(100));
        events.add(new Event(events.size(), later, later, "u9"));
        List<Object[]> rows = new Log(log.view(), events)
                .answer("order=session_start", 0, events.size())
                .rows();
        for (Object[] row : rows) {
            assertEquals(row[2].equals("u9"), row[row.length - 1]);
        }
    }
}
