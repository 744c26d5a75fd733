package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RestartPolicyTest {

    private static final int KILLED = 137;
    private static final Duration MOMENT = Duration.ofSeconds(3);

    private final RestartPolicy policy = new RestartPolicy();

    @Test
    void theDelayDoublesUpToHalfAMinute() {
        List<Long> delays = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            delays.add(policy.afterExit(KILLED, MOMENT).orElseThrow().toSeconds());
        }
        assertEquals(List.of(1L, 2L, 4L, 8L, 16L, 30L, 30L), delays);
    }

    @Test
    void aMinuteOfLifeMakesTheDelayShortAgain() {
        policy.afterExit(KILLED, MOMENT);
        policy.afterExit(KILLED, MOMENT);
        assertEquals(Optional.of(Duration.ofSeconds(1)), policy.afterExit(KILLED, Duration.ofMinutes(1)));
    }

    @Test
    void threeRefusalsInARowAreFinal() {
        policy.afterExit(1, MOMENT);
        policy.afterExit(1, MOMENT);
        assertEquals(Optional.empty(), policy.afterExit(1, MOMENT));
    }

    @Test
    void whoIsPatientAsksForEverAndEverMoreSeldom() {
        policy.patient();
        for (int i = 0; i < 10; i++) {
            assertTrue(policy.afterExit(1, MOMENT).isPresent());
        }
        assertEquals(Optional.of(Duration.ofSeconds(30)), policy.afterExit(1, MOMENT));
    }

    @Test
    void aRefusalCountsHoweverLongItTook() {
        policy.afterExit(1, Duration.ofSeconds(40));
        policy.afterExit(1, Duration.ofMinutes(2));
        assertEquals(Optional.empty(), policy.afterExit(1, Duration.ofSeconds(40)));
    }

    @Test
    void whatWasReadyOnceIsAskedForEverForWhatMayComeBack() {
        policy.ready();
        for (int i = 0; i < 10; i++) {
            assertTrue(
                    policy.afterExit(UnavailableException.EXIT_STATUS, MOMENT).isPresent());
        }
    }

    @Test
    void whatWasNeverThereIsNotWaitedFor() {
        policy.afterExit(UnavailableException.EXIT_STATUS, MOMENT);
        policy.afterExit(UnavailableException.EXIT_STATUS, MOMENT);
        assertEquals(Optional.empty(), policy.afterExit(UnavailableException.EXIT_STATUS, MOMENT));
    }

    @Test
    void whatWasReadyOnceMayRefuseForGoodLater() {
        policy.ready();
        policy.afterExit(1, MOMENT);
        policy.afterExit(1, MOMENT);
        assertEquals(Optional.empty(), policy.afterExit(1, MOMENT));
    }

    @Test
    void beingReadyBreaksTheRow() {
        for (int i = 0; i < 10; i++) {
            policy.ready();
            assertTrue(policy.afterExit(1, MOMENT).isPresent());
        }
    }

    @Test
    void anEndOfAnotherKindBreaksTheRow() {
        policy.afterExit(1, MOMENT);
        policy.afterExit(1, MOMENT);
        policy.afterExit(KILLED, MOMENT);
        policy.afterExit(1, MOMENT);
        assertEquals(Optional.of(Duration.ofSeconds(16)), policy.afterExit(1, MOMENT));
    }
}
