package dev.tidemark.serving.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LagTest {

    private static final Instant START = Instant.parse("2026-03-02T12:00:00Z");

    private final Lag lag = new Lag(START);

    @Test
    void anIdleSourceIsNotBehind() {
        for (int second = 0; second <= 100; second++) {
            lag.observe(START.plusSeconds(second), Map.of(0, 10L));
        }
        assertEquals(new Lag.Behind(0, Duration.ZERO), lag.behind(Map.of(0, 10L), START.plusSeconds(100)));
    }

    @Test
    void nobodyIsFreshBeforeTheLogHasBeenSeen() {
        assertEquals(new Lag.Behind(0, Duration.ofMillis(300)), lag.behind(Map.of(0, 10L), START.plusMillis(300)));
        assertFalse(lag.isKnown());
        lag.observe(START.plusMillis(400), Map.of(0, 10L));
        assertEquals(new Lag.Behind(0, Duration.ZERO), lag.behind(Map.of(0, 10L), START.plusMillis(500)));
        assertTrue(lag.isKnown());
    }

    @Test
    void whatIsBehindIsAsOldAsTheLastObservationThatItHasReached() {
        lag.observe(START.plusMillis(100), Map.of(0, 10L, 1, 5L));
        lag.observe(START.plusMillis(200), Map.of(0, 20L, 1, 5L));
        lag.observe(START.plusMillis(300), Map.of(0, 30L, 1, 7L));
        assertEquals(
                new Lag.Behind(7, Duration.ofMillis(150)), lag.behind(Map.of(0, 25L, 1, 5L), START.plusMillis(350)));
    }

    @Test
    void nobodyIsFreshOnceTheLogCannotBeSeenAnyMore() {
        lag.observe(START, Map.of(0, 10L));
        assertEquals(
                Duration.ofSeconds(60),
                lag.behind(Map.of(0, 10L), START.plusSeconds(60)).time());
    }

    @Test
    void aLongLagStaysKnownRoughly() {
        for (int tick = 0; tick <= 20_000; tick++) {
            lag.observe(START.plusMillis(50L * tick), Map.of(0, (long) tick));
        }
        Duration behind =
                lag.behind(Map.of(0, 10_000L), START.plusMillis(50L * 20_000)).time();
        assertTrue(Math.abs(behind.toSeconds() - 500) < 60, behind.toString());
    }
}
