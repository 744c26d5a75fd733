package dev.tidemark.serving.live;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class PaceTest {

    private final Pace pace = new Pace(0);

    @Test
    void progressIsFollowedAtOnceButNotMoreThanTwentyTimesASecond() {
        pace.progressed();
        assertFalse(pace.begin(millis(49)));
        assertTrue(pace.begin(millis(50)));
        pace.done(millis(51));
        pace.progressed();
        assertFalse(pace.begin(millis(99)));
        assertTrue(pace.begin(millis(100)));
    }

    @Test
    void withoutProgressItIsAskedOnceASecond() {
        assertFalse(pace.begin(millis(999)));
        assertTrue(pace.begin(millis(1_000)));
        pace.done(millis(1_001));
        assertFalse(pace.begin(millis(1_999)));
        assertTrue(pace.begin(millis(2_000)));
    }

    @Test
    void progressWhileItIsAskedIsNotForgotten() {
        pace.progressed();
        assertTrue(pace.begin(millis(50)));
        pace.progressed();
        assertFalse(pace.begin(millis(120)));
        pace.done(millis(55));
        assertTrue(pace.begin(millis(121)));
    }

    @Test
    void whatCostsMuchRestsFourTimesAsLong() {
        pace.progressed();
        assertTrue(pace.begin(millis(100)));
        pace.done(millis(300));
        pace.progressed();
        assertFalse(pace.begin(millis(1_099)));
        assertTrue(pace.begin(millis(1_100)));
    }

    private static long millis(long millis) {
        return TimeUnit.MILLISECONDS.toNanos(millis);
    }
}
