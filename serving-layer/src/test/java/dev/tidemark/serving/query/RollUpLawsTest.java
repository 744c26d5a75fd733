package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.Shop;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.Publication;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import dev.tidemark.view.aggregate.Occurrence;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Answers from segments, which have roll-ups, and from the same cells one by one, as a tail has them. */
class RollUpLawsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Source SOURCE = Shop.source("orders", "orders");
    private static final List<String> ZONES = List.of(
            "Europe/Berlin",
            "UTC",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "America/New_York",
            "Pacific/Chatham",
            "Antarctica/Troll");
    private static final List<String> WINDOWS = List.of(
            "",
            "&window=15m",
            "&window=1h",
            "&window=6h",
            "&window=24h",
            "&window=1d",
            "&window=1w",
            "&window=1mo",
            "&window=45m&every=15m",
            "&window=3h&every=1h",
            "&window=90m&every=1h",
            "&window=1d&every=6h",
            "&window=24h&every=15m",
            "&window=2d&every=1d",
            "&window=1mo&every=1d");

    /** Nights on which the clocks of some of the timezones change. */
    private static final List<String> BEGINNINGS = List.of("2026-03-27", "2026-04-03", "2026-10-02", "2026-10-23");

    /** Random cells of a few days. */
    private record Cells(View view, List<Cell> cells) {

        static Cells of(Random random) {
            Pane pane =
                    new Pane(Durations.parse(List.of("5m", "15m", "1h", "1d").get(random.nextInt(4))));
            View view = viewOf(pane);
            Instant from = LocalDate.parse(BEGINNINGS.get(random.nextInt(BEGINNINGS.size())))
                    .atStartOfDay(BERLIN)
                    .toInstant();
            Set<List<Object>> places = new HashSet<>();
            List<Cell> cells = new ArrayList<>();
            int many = 1 + random.nextInt(600);
            for (int i = 0; i < many; i++) {
                Instant start = pane.start(from.plusSeconds(random.nextInt(4 * 86_400)), BERLIN);
                List<Object> dimensions = List.of("EU" + random.nextInt(2), "books" + random.nextInt(3));
                if (places.add(List.of(start, dimensions))) {
                    cells.add(new Cell(Micros.of(start), dimensions, partials(view, start, i, 1 + random.nextInt(5))));
                }
            }
            return new Cells(view, cells);
        }

        /** Of so many events. */
        private static Object[] partials(View view, Instant start, int offset, int events) {
            Object[] partials = view.identity();
            for (int i = 0; i < events; i++) {
                Contribution event = new Contribution(
                        Bucket.COUNTED, Micros.of(start), List.of(), List.of((long) offset, "user" + offset % 9, (long)
                                offset));
                Position at = new Position("log", i, offset);
                partials = view.add(partials, event, new Occurrence(Micros.of(start), at));
            }
            return partials;
        }

        List<Segment> segments() {
            Map<LocalDate, List<Cell>> days = new TreeMap<>();
            cells.forEach(cell -> days.computeIfAbsent(
                            Micros.instant(cell.start()).atZone(BERLIN).toLocalDate(), day -> new ArrayList<>())
                    .add(cell));
            return days.entrySet().stream()
                    .map(day -> Segment.of(day.getKey().toString(), view, day.getValue(), BERLIN))
                    .toList();
        }

        List<Cell> selected(Selection selection) {
            return cells.stream()
                    .filter(cell -> cell.start() >= selection.from() && cell.start() < selection.to())
                    .filter(cell -> selection.dimensions().test(cell.dimensions()))
                    .toList();
        }

        String rows(Query query, List<Segment> segments, List<Cell> tail) {
            Snapshot snapshot =
                    new Snapshot(Publication.NONE, "log", segments, tail, Map.of(), Map.of(), Map.of(), Map.of());
            List<String> rows = new ArrayList<>();
            Merged.of(query, query.selection(), snapshot, SOURCE).rows().forEach(row -> rows.add(Arrays.toString(row)));
            return String.join("\n", rows);
        }
    }

    private static View viewOf(Pane pane) {
        MeasureCall count = MeasureCall.parse("count()");
        MeasureCall first = MeasureCall.parse("first(n)");
        MeasureCall users = MeasureCall.parse("approx_count_distinct(user)");
        MeasureCall most = MeasureCall.parse("max(n)");
        ViewDefinition definition = new ViewDefinition(
                "revenue",
                "",
                SOURCE.name(),
                Layers.BOTH,
                Optional.empty(),
                pane,
                new TreeMap<>(Map.of("region", "region", "category", "category")),
                new TreeMap<>(Map.of("events", count, "first", first, "users", users, "most", most)));
        return new View(
                definition,
                List.of(new Field("region", ValueType.STRING), new Field("category", ValueType.STRING)),
                List.of(
                        new Measure("events", count, count.over(null)),
                        new Measure("first", first, first.over(ValueType.BIGINT)),
                        new Measure("users", users, users.over(ValueType.STRING)),
                        new Measure("most", most, most.over(ValueType.BIGINT))));
    }

    private static String random(Random random, Cells cells) {
        Pane pane = cells.view().pane();
        Instant from = pane.start(
                Micros.instant(cells.cells().get(0).start()).minusSeconds(random.nextInt(2 * 86_400)), BERLIN);
        Instant to = pane.start(from.plusSeconds(2 * 86_400 + random.nextInt(3 * 86_400)), BERLIN);
        String zone = pane.isCalendar() ? BERLIN.toString() : ZONES.get(random.nextInt(ZONES.size()));
        List<String> windows = WINDOWS.stream()
                .filter(text -> !pane.isCalendar() || !text.contains("m") || text.contains("mo"))
                .filter(text -> !pane.isDay() || !text.contains("h"))
                .toList();
        return (random.nextBoolean() ? "from=" + from + "&to=" + to : "")
                + windows.get(random.nextInt(windows.size()))
                + List.of("", "&by=region", "&by=category,region").get(random.nextInt(3))
                + List.of("", "&filter[region]=EU0").get(random.nextInt(2))
                + "&timezone=" + zone;
    }

    @Property(tries = 300)
    void anAnswerIsTheSameFromRollUpsAndFromCells(@ForAll long seed) {
        Random random = new Random(seed);
        Cells cells = Cells.of(random);
        List<Segment> segments = cells.segments();
        Map<Boolean, List<Cell>> halves =
                cells.cells().stream().collect(Collectors.partitioningBy(cell -> random.nextBoolean()));
        Cells published = new Cells(cells.view(), halves.get(true));
        Cells tail = new Cells(cells.view(), halves.get(false));
        for (int i = 0; i < 5; i++) {
            String parameters = random(random, cells);
            Query query =
                    Query.of(UrlQuery.parse(cells.view().name(), parameters), cells.view(), BERLIN, Instant.EPOCH);
            String expected = cells.rows(query, List.of(), cells.selected(query.selection()));
            assertEquals(expected, cells.rows(query, segments, List.of()), parameters);
            assertEquals(
                    expected,
                    cells.rows(query, published.segments(), tail.selected(query.selection())),
                    () -> parameters + ", half of it beyond the cut");
        }
    }

    @Test
    void manyMayAskASegmentThatHasNotBeenAskedBefore() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int i = 0; i < 50; i++) {
                Cells cells = Cells.of(new Random(i));
                Query query = Query.of(UrlQuery.parse("revenue", "by=region"), cells.view(), BERLIN, Instant.EPOCH);
                String expected = cells.rows(query, List.of(), cells.selected(query.selection()));
                List<Segment> fresh = cells.segments();
                List<Callable<String>> asked = Collections.nCopies(8, () -> cells.rows(query, fresh, List.of()));
                for (Future<String> answer : threads.invokeAll(asked)) {
                    assertEquals(expected, answer.get());
                }
            }
        } finally {
            threads.shutdown();
        }
    }

    @Test
    void longWindowsAreMadeOfFewCells() {
        Cells minutes = minutesOfADay(1);
        Segment segment = minutes.segments().get(0);
        assertEquals(1, given(minutes, segment, "window=1d"));
        assertEquals(1, given(minutes, segment, ""));
        assertEquals(1, given(minutes, segment, "window=7d&every=1d"));
        assertEquals(24, given(minutes, segment, "window=1h"));
        assertEquals(24, given(minutes, segment, "window=1d&timezone=America/New_York"), "hours of two days");
        assertEquals(21 + 11, given(minutes, segment, "from=2026-05-01T00:05:00Z"), "an hour that is not whole");
        assertEquals(288, given(minutes, segment, "window=1h&timezone=Asia/Kolkata"), "hours that begin at half past");
    }

    @Test
    void aRollUpIsKeptIfItIsAtMostHalfAsMany() {
        Cells half = minutesOfADay(144);
        assertEquals(144, given(half, half.segments().get(0), "window=1d"));
        Cells more = minutesOfADay(145);
        assertEquals(288, given(more, more.segments().get(0), "window=1d"));
    }

    /** A cell each five minutes, of so many groups in turn. */
    private static Cells minutesOfADay(int groups) {
        Instant midnight = Instant.parse("2026-04-30T22:00:00Z");
        View view = viewOf(new Pane(Durations.parse("5m")));
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < 288; i++) {
            long start = Micros.of(midnight.plusSeconds(300L * i));
            cells.add(new Cell(start, List.of("EU", "books" + i % groups), Cells.partials(view, midnight, i, 1)));
        }
        return new Cells(view, cells);
    }

    /** How many cells a query is given. */
    private static int given(Cells cells, Segment segment, String parameters) {
        Query query = Query.of(UrlQuery.parse("revenue", parameters), cells.view(), BERLIN, Instant.EPOCH);
        int[] many = new int[1];
        segment.select(query.selection(), cell -> many[0]++);
        return many[0];
    }
}
