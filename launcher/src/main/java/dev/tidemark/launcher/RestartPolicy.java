package dev.tidemark.launcher;

import java.time.Duration;
import java.util.Optional;

/**
 * When a process that has ended is started again: after 1, 2, 4, … at most 30 seconds, from 1 again once it has lived
 * for a minute. A process that gives up soon after its start with exit code 1 or 2 refuses to run, and is asked three
 * times; but once it was ready, what it lacks is something that others have taken away and may bring back, such as the
 * broker, and it is asked for ever. Accumulates: one instance watches one process.
 */
final class RestartPolicy {

    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
    private static final Duration HEALTHY = Duration.ofMinutes(1);
    private static final Duration SOON = Duration.ofSeconds(30);
    private static final int REFUSALS = 3;

    private Duration delay = FIRST_DELAY;
    private int refusals;
    private volatile boolean wasReady;

    /** The process has been ready. */
    void ready() {
        wasReady = true;
    }

    /**
     * What to do after an end that nobody asked for.
     *
     * @return how long to wait before the next start; empty to give up
     */
    Optional<Duration> afterExit(int status, Duration uptime) {
        if (uptime.compareTo(HEALTHY) >= 0) {
            delay = FIRST_DELAY;
        }
        boolean refused = !wasReady && (status == 1 || status == 2) && uptime.compareTo(SOON) < 0;
        refusals = refused ? refusals + 1 : 0;
        if (refusals == REFUSALS) {
            return Optional.empty();
        }
        Duration wait = delay;
        delay = min(delay.multipliedBy(2), LONGEST_DELAY);
        return Optional.of(wait);
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
