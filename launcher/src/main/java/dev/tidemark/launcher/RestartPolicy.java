package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.Optional;

/**
 * When a process that has ended is started again: after 1, 2, 4, … at most 30 seconds, from 1 again once it has lived
 * for a minute. A process that ends with exit code 1 or 2 refuses to run, however long it took to say so, and is asked
 * three times in a row; being ready breaks the row. One that lacks what may come back, such as the broker, says so by
 * {@link UnavailableException#EXIT_STATUS}: once it was ready, it is asked for ever, since others have taken that away;
 * before, it was never there, and that counts as a refusal too. One that {@linkplain #patient is patient} asks for ever
 * whatever is said. Accumulates: one instance watches one process.
 */
final class RestartPolicy {

    private static final Duration FIRST_DELAY = Duration.ofSeconds(1);
    private static final Duration LONGEST_DELAY = Duration.ofSeconds(30);
    private static final Duration HEALTHY = Duration.ofMinutes(1);
    private static final int REFUSALS = 3;

    private final Duration firstDelay;
    private Duration delay;
    private int refusals;
    private boolean isPatient;
    private boolean wasReady;

    RestartPolicy() {
        this(FIRST_DELAY);
    }

    /** @param firstDelay in place of a second: for tests */
    RestartPolicy(Duration firstDelay) {
        this.firstDelay = firstDelay;
        this.delay = firstDelay;
    }

    /** The same, but it never gives up: of a process without which the others do their work. */
    synchronized RestartPolicy patient() {
        isPatient = true;
        return this;
    }

    /** The process is ready. */
    synchronized void ready() {
        wasReady = true;
        refusals = 0;
    }

    /**
     * What to do after an end that nobody asked for.
     *
     * @return how long to wait before the next start; empty to give up
     */
    synchronized Optional<Duration> afterExit(int status, Duration uptime) {
        if (uptime.compareTo(HEALTHY) >= 0) {
            delay = firstDelay;
        }
        refusals = isRefusal(status) ? refusals + 1 : 0;
        if (refusals >= REFUSALS && !isPatient) {
            return Optional.empty();
        }
        Duration wait = delay;
        delay = min(delay.multipliedBy(2), LONGEST_DELAY);
        return Optional.of(wait);
    }

    private boolean isRefusal(int status) {
        return status == 1 || status == 2 || status == UnavailableException.EXIT_STATUS && !wasReady;
    }

    private static Duration min(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
