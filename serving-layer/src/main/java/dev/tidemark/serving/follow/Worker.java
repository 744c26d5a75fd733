package dev.tidemark.serving.follow;

import java.time.Duration;

/** A thread that works in the background until it is interrupted, and keeps no process from ending. */
public final class Worker implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final Thread thread;

    /** @param name the thread's name */
    public Worker(Runnable work, String name) {
        thread = new Thread(work, name);
        thread.setDaemon(true);
    }

    /** Begins to work. */
    public void start() {
        thread.start();
    }

    /** Interrupts it and waits until it has ended, for ten seconds at most. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
