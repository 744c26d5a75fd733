package dev.tidemark.serving.live;

import java.util.concurrent.atomic.AtomicReference;

/** A place among those who listen to a query. Thread-safe. */
public final class Subscription implements AutoCloseable {

    private final LiveQuery query;
    private final AtomicReference<Runnable> leave;
    private volatile Subscriber subscriber;

    /** @param leave gives the place back */
    Subscription(LiveQuery query, Runnable leave) {
        this.query = query;
        this.leave = new AtomicReference<>(leave);
    }

    LiveQuery query() {
        return query;
    }

    /** Begins to listen: the newest answer comes at once. To be called once. */
    public void begin(Subscriber listener) {
        subscriber = listener;
        query.add(listener);
        if (leave.get() == null) {
            // It went while it came.
            query.remove(listener);
        }
    }

    /** Listens no more. Has no effect if called again. */
    @Override
    public void close() {
        Runnable first = leave.getAndSet(null);
        if (first == null) {
            return;
        }
        if (subscriber != null) {
            query.remove(subscriber);
        }
        first.run();
    }
}
