package dev.tidemark.serving.http;

import dev.tidemark.serving.live.Event;
import dev.tidemark.serving.live.Subscriber;
import dev.tidemark.serving.live.Subscription;
import io.javalin.http.Context;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.CompletableFuture;

/**
 * One client of a live query, by the servlet's asynchronous output: no thread belongs to it, and whoever has an event
 * writes it, as far as the client takes it. What a slow client has not begun to take is one event, the newest.
 * Thread-safe.
 */
final class EventStream implements Subscriber, WriteListener {

    private final ServletOutputStream out;
    private final CompletableFuture<Void> closed = new CompletableFuture<>();
    private Event next;
    private boolean unflushed;
    private boolean ending;

    private EventStream(ServletOutputStream out) {
        this.out = out;
    }

    /**
     * Begins to answer a request, which has become asynchronous, with events.
     *
     * @return completes when the stream has ended, whoever has ended it
     */
    static CompletableFuture<Void> begin(Context context, Subscription subscription) {
        // A proxy that collects what it forwards would hold events back.
        context.contentType("text/event-stream")
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no");
        EventStream stream = new EventStream(output(context));
        stream.closed.whenComplete((nothing, failure) -> subscription.close());
        stream.out.setWriteListener(stream);
        subscription.begin(stream);
        return stream.closed;
    }

    /** The plain output: Javalin's own would compress, and hold back what does not fill a block. */
    private static ServletOutputStream output(Context context) {
        try {
            return context.res().getOutputStream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void offer(Event event) {
        write(() -> next = event);
    }

    @Override
    public void beat() {
        write(() -> next = next == null ? Event.HEARTBEAT : next);
    }

    @Override
    public void end() {
        write(() -> ending = true);
    }

    @Override
    public void onWritePossible() {
        write(() -> {});
    }

    @Override
    public void onError(Throwable failure) {
        closed.complete(null);
    }

    private void write(Runnable change) {
        boolean done;
        synchronized (this) {
            change.run();
            done = isDone();
        }
        // Outside of the lock: it calls others.
        if (done) {
            closed.complete(null);
        }
    }

    /** Writes what it can; returns whether nothing is to be written any more. */
    private boolean isDone() {
        if (closed.isDone()) {
            return false;
        }
        try {
            while (out.isReady()) {
                if (unflushed) {
                    unflushed = false;
                    out.flush();
                } else if (next != null) {
                    byte[] bytes = next.bytes();
                    next = null;
                    unflushed = true;
                    out.write(bytes);
                } else {
                    return ending;
                }
            }
            return false;
        } catch (IOException | IllegalStateException e) {
            // The client has gone.
            return true;
        }
    }
}
