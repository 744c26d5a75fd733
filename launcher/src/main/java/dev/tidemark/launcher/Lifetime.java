package dev.tidemark.launcher;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;

/**
 * What has to be closed before a command ends, the newest first: when the command returns, fails, or is stopped by
 * Ctrl-C or SIGTERM.
 */
final class Lifetime implements AutoCloseable {

    /** Something to close. */
    interface Closing {
        void close();
    }

    private static volatile boolean stopped;

    private final Deque<Closing> open = new ArrayDeque<>();
    private final Thread hook = new Thread(this::onSignal, "stop");
    private boolean closed;

    Lifetime() {
        Runtime.getRuntime().addShutdownHook(hook);
    }

    /** Whether a signal is ending this process, so that whatever fails now is no news. */
    static boolean isStopped() {
        return stopped;
    }

    /** Closes {@code thing} at the end of this lifetime. */
    synchronized void onEnd(Closing thing) {
        if (closed) {
            thing.close();
            throw new CancellationException("everything is being stopped");
        }
        open.push(thing);
    }

    private void onSignal() {
        stopped = true;
        closeAll();
    }

    private synchronized void closeAll() {
        closed = true;
        while (!open.isEmpty()) {
            open.pop().close();
        }
    }

    @Override
    public void close() {
        closeAll();
        if (!stopped) {
            Runtime.getRuntime().removeShutdownHook(hook);
        }
    }
}
