package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Count;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class WindowsLawsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final ZoneId KOLKATA = ZoneId.of("Asia/Kolkata");
    private static final List<List<String>> SLIDING = List.of(
            List.of("5m", "1m"),
            List.of("7m", "2m"),
            List.of("1h", "15m"),
            List.of("24h", "1h"),
            List.of("1d", "6h"),
            List.of("1d", "15m"),
            List.of("1w", "1d"),
            List.of("2w", "1w"),
            List.of("1mo", "1w"));

    @Property(tries = 200)
    void theFirstWindowWithATimeIsTheEarliestThatHasIt(
            @ForAll @LongRange(min = 1_700_000_000, max = 1_900_000_000) long second) {
        Instant time = Instant.ofEpochSecond(second);
        for (List<String> text : SLIDING) {
            for (ZoneId zone : List.of(BERLIN, KOLKATA)) {
                Windows windows = windows(text.get(0), text.get(1), "1m", zone);
                Instant first = windows.firstWith(time, Instant.MIN);
                assertTrue(!first.isAfter(time) && windows.end(first).isAfter(time), text + " at " + time);
                Instant before = windows.start(first.minusNanos(1_000));
                assertTrue(!windows.end(before).isAfter(time), text + " at " + time);
                assertEquals(first, windows.next(before));
            }
        }
    }

    @Property(tries = 100)
    void whatSlidesIsWhatIsMergedAnew(@ForAll Random random) {
        List<Aggregate<Object>> measures = List.of(measure(new Count()));
        TreeMap<Instant, Object[]> panes = new TreeMap<>();
        for (int i = 0; i < 60; i++) {
            panes.put(Instant.ofEpochSecond(random.nextInt(300)), new Object[] {(long) random.nextInt(10)});
        }
        SlidingMerge sliding = new SlidingMerge(measures);
        List<Instant> times = new ArrayList<>(panes.keySet());
        int come = 0;
        int gone = 0;
        while (come < times.size()) {
            sliding.add(times.get(come), panes.get(times.get(come)));
            come++;
            gone += random.nextInt(come - gone + 1) / 2;
            sliding.dropBefore(times.get(Math.min(gone, come - 1)));
            gone = Math.min(gone, come - 1);
            long expected = panes.subMap(times.get(gone), true, times.get(come - 1), true).values().stream()
                    .mapToLong(partials -> (Long) partials[0])
                    .sum();
            assertEquals(expected, sliding.merged()[0]);
        }
        sliding.dropBefore(Instant.MAX);
        assertTrue(sliding.isEmpty());
    }

    @Property(tries = 30)
    void eachWindowHasThePanesThatLieInIt(@ForAll Random random) {
        for (List<String> text : SLIDING) {
            for (ZoneId zone : List.of(BERLIN, KOLKATA, ZoneId.of("Africa/Cairo"), ZoneId.of("Australia/Lord_Howe"))) {
                Windows windows = windows(text.get(0), text.get(1), "1m", zone);
                // Around the nights of 2026 on which their clocks change.
                Instant first = Instant.parse(List.of(
                                "2026-03-20T00:00:00Z",
                                "2026-04-20T00:00:00Z",
                                "2026-09-20T00:00:00Z",
                                "2026-10-20T00:00:00Z")
                        .get(random.nextInt(4)));
                TreeMap<Instant, Object[]> panes = new TreeMap<>();
                for (int i = 0; i < 20; i++) {
                    panes.put(first.plusSeconds(900L * random.nextInt(2_000)), new Object[] {1L + random.nextInt(9)});
                }
                Instant from = first.plusSeconds(900L * random.nextInt(100));
                Instant to = from.plusSeconds(900L * random.nextInt(1_500));
                Map<Instant, Object> expected = new TreeMap<>();
                for (Instant start : windows.starts(from, to, Integer.MAX_VALUE)) {
                    panes.subMap(start, true, windows.end(start), false)
                            .values()
                            .forEach(partials ->
                                    expected.merge(start, partials[0], (one, other) -> (Long) one + (Long) other));
                }
                TreeMap<Instant, Object[]> within = new TreeMap<>(panes.tailMap(windows.startAtOrAfter(from), true));
                Map<Instant, Object> found = new TreeMap<>();
                if (!within.isEmpty()) {
                    SlidingMerge.slide(
                            within,
                            windows,
                            from,
                            to,
                            List.of(measure(new Count())),
                            (start, partials) -> found.put(start, partials[0]));
                }
                assertEquals(expected, found, text + " in " + zone + " from " + from + " to " + to);
            }
        }
    }

    /** In Chatham clocks change within an hour, at the Troll station by two: to the minute windows are not right there. */
    @Test
    void windowsGoOnWhereClocksChangeInUnusualWays() {
        for (ZoneId zone : List.of(ZoneId.of("Pacific/Chatham"), ZoneId.of("Antarctica/Troll"))) {
            for (List<String> text : List.of(List.of("1h", "1h"), List.of("2h", "1h"), List.of("6h", "2h"))) {
                Windows windows = windows(text.get(0), text.get(1), "15m", zone);
                for (String day : List.of(
                        "2026-03-28T12:00:00Z",
                        "2026-04-04T06:00:00Z",
                        "2026-09-26T06:00:00Z",
                        "2026-10-24T12:00:00Z")) {
                    Instant from = Instant.parse(day);
                    for (int quarter = 0; quarter < 96; quarter++) {
                        Instant time = from.plusSeconds(900L * quarter);
                        TreeMap<Instant, Object[]> panes = new TreeMap<>(Map.of(time, new Object[] {1L}));
                        List<Instant> found = new ArrayList<>();
                        SlidingMerge.slide(
                                panes,
                                windows,
                                Instant.MIN,
                                Instant.MAX,
                                List.of(measure(new Count())),
                                (start, partials) -> found.add(start));
                        assertTrue(found.size() < 10, text + " in " + zone + " at " + time);
                        assertTrue(windows.next(windows.start(time)).isAfter(windows.start(time)));
                    }
                }
            }
        }
    }

    @Test
    void windowsThatWouldLeaveTimeOutOrEndBeforeEarlierOnesAreRefused() {
        for (List<String> text : List.of(
                List.of("30d", "1mo"),
                List.of("1mo", "30d"),
                List.of("24h", "1d"),
                List.of("360d", "12mo"),
                List.of("1mo", "6h"),
                List.of("5m", "6m"))) {
            HttpProblem problem = assertThrows(
                    HttpProblem.class, () -> windows(text.get(0), text.get(1), "1m", BERLIN), text::toString);
            assertEquals("every", problem.toJson().get("field"));
        }
    }

    @Test
    void daysEndByTheCalendarWhereTheyBeginWithADayAndLastSoManyHoursElsewhere() {
        Instant start = Instant.parse("2026-03-27T23:00:00Z");
        assertEquals(
                Instant.parse("2026-03-29T22:00:00Z"),
                windows("2d", "1d", "1m", BERLIN).end(start));
        assertEquals(
                Instant.parse("2026-03-29T23:00:00Z"),
                windows("2d", "1h", "1m", BERLIN).end(start));
        assertTrue(windows("1d", "24h", "1m", BERLIN).tumble());
    }

    @Test
    void aTimezoneThatDoesNotFitTheViewsPanesIsRefused() {
        Windows windows = Windows.parse("1d", Optional.empty(), pane("1h"), KOLKATA, BERLIN);
        HttpProblem problem =
                assertThrows(HttpProblem.class, () -> windows.start(Instant.parse("2026-03-28T11:00:00Z")));
        assertEquals("timezone", problem.toJson().get("field"));
        assertEquals(
                Instant.parse("2026-03-28T00:00:00Z"),
                Windows.parse("1d", Optional.empty(), pane("1h"), ZoneId.of("UTC"), BERLIN)
                        .start(Instant.parse("2026-03-28T11:00:00Z")));
    }

    @SuppressWarnings("unchecked")
    private static Aggregate<Object> measure(Aggregate<?> aggregate) {
        return (Aggregate<Object>) aggregate;
    }

    private static Windows windows(String window, String every, String pane, ZoneId zone) {
        return Windows.parse(window, Optional.of(every), pane(pane), zone, BERLIN);
    }

    private static Pane pane(String length) {
        return new Pane(Durations.parse(length));
    }
}
