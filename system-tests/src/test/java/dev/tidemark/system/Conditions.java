package dev.tidemark.system;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what is to become true. */
final class Conditions {

    /** How long {@link #await} waits: enough to start Spark on a machine that does other work. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    private static final Duration SOON = Duration.ofMillis(50);
    private static final Duration AT_ONCE = Duration.ofMillis(5);

    private Conditions() {}

    /** Returns once {@code condition} holds; fails after five minutes. A condition that throws does not hold yet. */
    static void await(String what, Callable<Boolean> condition) {
        await(what, condition, SOON);
    }

    /** The same where the moment counts. */
    static void awaitMoment(String what, Callable<Boolean> condition) {
        await(what, condition, AT_ONCE);
    }

    private static void await(String what, Callable<Boolean> condition, Duration pause) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Throwable last = null;
        while (System.nanoTime() < deadline) {
            try {
                if (condition.call()) {
                    return;
                }
            } catch (Exception | AssertionError e) {
                last = e;
            }
            LockSupport.parkNanos(pause.toNanos());
        }
        throw new AssertionError("not within " + PATIENCE.toSeconds() + " s: " + what, last);
    }
}
