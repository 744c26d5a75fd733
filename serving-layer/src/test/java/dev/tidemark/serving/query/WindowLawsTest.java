package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.stream.Stream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class WindowLawsTest {

    private static final List<ZoneId> ZONES = Stream.of(
                    "Europe/Berlin",
                    "Asia/Kolkata",
                    "America/Sao_Paulo",
                    "America/Havana",
                    "America/Santiago",
                    "Asia/Beirut",
                    "Australia/Lord_Howe")
            .map(ZoneId::of)
            .toList();

    @Property
    void windowsFollowOneAnotherWithoutGapOrOverlap(
            @ForAll @LongRange(min = 1_700_000_000, max = 1_900_000_000) long second) {
        for (ZoneId zone : ZONES) {
            Instant time = Instant.ofEpochSecond(second);
            assertDivides(time, zone);
            assertDivides(nearAShift(time, zone), zone);
        }
    }

    /** Within a few hours of the time when the zone's clocks change next, if they ever do. */
    private static Instant nearAShift(Instant time, ZoneId zone) {
        ZoneOffsetTransition next = zone.getRules().nextTransition(time);
        return next == null ? time : next.getInstant().plusSeconds(time.getEpochSecond() % 20_000 - 10_000);
    }

    private static void assertDivides(Instant time, ZoneId zone) {
        for (String text : new String[] {
            "90s", "15m", "90m", "1h", "2h", "5h", "6h", "12h", "24h", "36h", "1d", "3d", "1w", "2w", "1mo", "5mo"
        }) {
            String what = text + " " + zone + " " + time;
            Window window = WindowText.parse("window", text, pane("30s"), zone);
            Instant start = window.start(time);
            Instant end = window.end(start);
            assertTrue(!start.isAfter(time) && end.isAfter(time), what);
            assertEquals(start, window.start(start), what);
            assertEquals(start, window.start(end.minusNanos(1_000)), what);
            assertEquals(end, window.start(end), what);
            Duration length = Duration.between(start, end);
            assertTrue(length.compareTo(window.shortest()) >= 0 && length.compareTo(window.longest()) <= 0, what);
        }
    }

    @Property
    void panesAreTheWindowsThatPaneSays(@ForAll @LongRange(min = 1_700_000_000, max = 1_900_000_000) long second) {
        for (ZoneId zone : ZONES) {
            Instant time = nearAShift(Instant.ofEpochSecond(second), zone);
            for (String length : new String[] {"1s", "5m", "15m", "1h", "1d"}) {
                assertEquals(
                        pane(length).start(time, zone),
                        Window.of(pane(length), zone).start(time));
            }
        }
    }

    private static Pane pane(String length) {
        return new Pane(Durations.parse(length));
    }
}
