package dev.tidemark.launcher;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Holds a loop to a number of turns a second; after a delay it catches up. */
final class Pacer {

    private final double perSecond;
    private final long start = System.nanoTime();
    private long turns;

    /** @param perSecond the rate; infinite for no limit */
    Pacer(double perSecond) {
        this.perSecond = perSecond;
    }

    /** Returns when the next turn is due. */
    void next() {
        long due = start + (long) (Duration.ofSeconds(1).toNanos() * (turns / perSecond));
        turns++;
        for (long wait = due - System.nanoTime(); wait > 0; wait = due - System.nanoTime()) {
            LockSupport.parkNanos(wait);
        }
    }
}
