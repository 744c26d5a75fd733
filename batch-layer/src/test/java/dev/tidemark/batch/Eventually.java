package dev.tidemark.batch;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Waits for what becomes true soon. */
final class Eventually {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Eventually() {}

    /** Tries until it does not throw; throws its last failure after half a minute. */
    static <T> T succeeds(Callable<T> attempt) throws Exception {
        return succeeds(PATIENCE, attempt);
    }

    /** Tries until it does not throw; throws its last failure when the time is up. */
    static <T> T succeeds(Duration patience, Callable<T> attempt) throws Exception {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            try {
                return attempt.call();
            } catch (Exception | AssertionError e) {
                if (System.nanoTime() > deadline) {
                    throw e;
                }
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
        }
    }
}
