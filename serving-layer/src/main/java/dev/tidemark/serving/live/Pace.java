package dev.tidemark.serving.live;

import java.time.Duration;

/**
 * When a live query is asked again: as soon as there was progress, but at most 20 times a second, and not before it has
 * rested from what it cost. Times are {@link System#nanoTime()}'s. Thread-safe.
 */
final class Pace {

    private static final long LEAST = Duration.ofMillis(50).toNanos();

    /** A costly query rests for so many times as long as it took, and leaves the processor to others. */
    private static final int REST = 4;

    /** Answers change without progress too: the last hour moves on, and a lag grows. */
    private static final long IDLE = Duration.ofSeconds(1).toNanos();

    private boolean stale;
    private boolean running;
    private long begun;
    private long due;

    /** @param now when the query was asked for the first time */
    Pace(long now) {
        begun = now;
        due = now + LEAST;
    }

    /** Says that the source has progressed. */
    synchronized void progressed() {
        stale = true;
    }

    /** Whether the query is to be asked at {@code now}; then {@link #done} has to follow. */
    synchronized boolean begin(long now) {
        boolean wanted = stale || now - begun >= IDLE;
        if (running || !wanted || now - due < 0) {
            return false;
        }
        running = true;
        stale = false;
        begun = now;
        return true;
    }

    /** Says that what has begun is done. */
    synchronized void done(long now) {
        running = false;
        due = begun + Math.max(LEAST, (1 + REST) * (now - begun));
    }
}
