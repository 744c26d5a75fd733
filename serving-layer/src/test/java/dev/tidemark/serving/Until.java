package dev.tidemark.serving;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Callable;

/** Waiting for conditions. */
final class Until {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Until() {}

    /** Returns when the condition holds; one that throws does not hold yet. */
    static void holds(Callable<Boolean> condition) throws Exception {
        holds(condition, Instant.now());
    }

    /** The same where the condition cannot hold before {@code time}. */
    static void holds(Callable<Boolean> condition, Instant time) throws Exception {
        Duration early = Duration.between(Instant.now(), time);
        long deadline = System.nanoTime() + PATIENCE.plus(early).toNanos();
        Throwable last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.call()) {
                    return;
                }
                last = null;
            } catch (Exception e) {
                last = e;
            }
            Thread.sleep(5);
        }
        throw new AssertionError("does not hold after " + PATIENCE, last);
    }
}
