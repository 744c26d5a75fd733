package dev.tidemark.serving;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waiting for conditions. */
final class Until {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Until() {}

    /** Returns when the condition holds; one that throws does not hold yet. */
    static void holds(Callable<Boolean> condition) throws Exception {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
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
