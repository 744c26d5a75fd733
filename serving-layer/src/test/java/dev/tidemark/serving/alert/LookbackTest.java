package dev.tidemark.serving.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Condition;
import dev.tidemark.deployment.Threshold;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class LookbackTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Lookback at(String pane, int window, int lasting, ZoneId zone, Instant until) {
        Pane panes = new Pane(Durations.parse(pane));
        Threshold threshold = new Threshold(
                Condition.parse("orders < 1"),
                panes.length().multipliedBy(window),
                panes.length().multipliedBy(lasting),
                List.of());
        return Lookback.at(panes, threshold, zone, until);
    }

    @Test
    void theWindowsEndWithTheNewestWholePaneAndBackFromThere() {
        Lookback lookback = at("1m", 5, 2, BERLIN, Instant.parse("2026-03-02T12:08:59Z"));
        assertEquals(
                List.of(
                        Instant.parse("2026-03-02T12:06:00Z"),
                        Instant.parse("2026-03-02T12:07:00Z"),
                        Instant.parse("2026-03-02T12:08:00Z")),
                lookback.ends());
        assertEquals(Instant.parse("2026-03-02T12:03:00Z"), lookback.start(lookback.newest()));
        assertEquals(Instant.parse("2026-03-02T12:04:00Z"), lookback.startsBefore());
        assertEquals(Instant.parse("2026-03-02T11:56:00Z"), lookback.groupsSince());
    }

    @Test
    void daysAreCalendarDaysWhenClocksChangeToo() {
        Lookback lookback = at("1d", 2, 1, BERLIN, Instant.parse("2026-03-30T10:00:00Z"));
        assertEquals(
                List.of(Instant.parse("2026-03-28T23:00:00Z"), Instant.parse("2026-03-29T22:00:00Z")),
                lookback.ends(),
                "the day between them had 23 hours");
        assertEquals(Instant.parse("2026-03-27T23:00:00Z"), lookback.start(lookback.newest()));
        assertEquals(Instant.parse("2026-03-28T23:00:00Z"), lookback.startsBefore());
    }

    @Provide
    Arbitrary<String> panes() {
        return Arbitraries.of("1s", "90s", "1m", "15m", "1h", "1d");
    }

    @Provide
    Arbitrary<String> zones() {
        return Arbitraries.of("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Pacific/Auckland");
    }

    @Property(tries = 500)
    void eachTimeIsOnAPaneAndThereAreAsManyStartsAsEnds(
            @ForAll("panes") String pane,
            @ForAll("zones") String zone,
            @ForAll @IntRange(min = 1, max = 60) int window,
            @ForAll @IntRange(max = 40) int lasting,
            @ForAll @IntRange(min = 1_735_689_600, max = 1_798_761_600) int second) {
        ZoneId of = ZoneId.of(zone);
        Instant until = Instant.ofEpochSecond(second);
        Lookback lookback = at(pane, window, lasting, of, until);
        Pane panes = lookback.pane();
        List<Instant> ends = lookback.ends();
        assertEquals(panes.start(until, of), ends.get(ends.size() - 1));
        assertEquals(lasting + 1, ends.size());
        int starts = 0;
        Instant start = lookback.startsBefore();
        while (start.isAfter(lookback.start(ends.get(0)))) {
            start = panes.start(start.minusMillis(1), of);
            starts++;
        }
        assertEquals(lookback.start(ends.get(0)), start);
        assertEquals(ends.size(), starts, "one window for each end");
        assertTrue(lookback.groupsSince().isBefore(start));
        for (Instant time : List.of(start, lookback.startsBefore(), lookback.groupsSince(), lookback.newest())) {
            assertEquals(panes.start(time, of), time, "on a pane");
        }
    }
}
