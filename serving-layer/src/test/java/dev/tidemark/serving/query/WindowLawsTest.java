package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import java.time.Instant;
import java.time.ZoneId;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

class WindowLawsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @Property
    void windowsFollowOneAnotherWithoutGapOrOverlap(
            @ForAll @LongRange(min = 1_700_000_000, max = 1_900_000_000) long second) {
        Instant time = Instant.ofEpochSecond(second);
        for (String text :
                new String[] {"90s", "15m", "1h", "2h", "3h", "4h", "6h", "8h", "12h", "24h", "1d", "1w", "1mo"}) {
            for (ZoneId zone : new ZoneId[] {BERLIN, ZoneId.of("Asia/Kolkata"), ZoneId.of("America/Sao_Paulo")}) {
                Window window = Window.parse(text, pane("30s"), zone);
                Instant start = window.start(time);
                Instant end = window.end(start);
                assertTrue(!start.isAfter(time) && end.isAfter(time), text + " " + zone);
                assertEquals(start, window.start(start), text + " " + zone);
                assertEquals(start, window.start(end.minusNanos(1_000)), text + " " + zone);
                assertEquals(end, window.start(end), text + " " + zone);
            }
        }
    }

    @Property
    void panesAreTheWindowsThatPaneSays(@ForAll @LongRange(min = 1_700_000_000, max = 1_900_000_000) long second) {
        Instant time = Instant.ofEpochSecond(second);
        for (String length : new String[] {"1s", "5m", "15m", "1h", "1d"}) {
            assertEquals(
                    pane(length).start(time, BERLIN),
                    Window.of(pane(length), BERLIN).start(time));
        }
    }

    private static Pane pane(String length) {
        return new Pane(Durations.parse(length));
    }
}
