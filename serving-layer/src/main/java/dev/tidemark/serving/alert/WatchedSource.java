package dev.tidemark.serving.alert;

import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.follow.Worker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the views of one source, in a thread of its own, whenever the source has progressed, and sends what has changed.
 * A view that cannot be looked at holds up no other.
 */
public final class WatchedSource implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedSource.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    /** How many alerts are sent in one transaction: what takes long is ended by the broker. */
    private static final int AT_ONCE = 500;

    private final LiveSource live;
    private final List<WatchedView> views;
    private final AlertLog log;
    private final CompletableFuture<Void> end;
    private final Worker worker;
    private volatile boolean ready;
    private volatile boolean closed;

    /**
     * @param watchers make the views' watchers
     * @param end fails when nothing can be sent any more
     */
    public WatchedSource(LiveSource live, List<Supplier<Watcher>> watchers, AlertLog log, CompletableFuture<Void> end) {
        this.live = live;
        this.views =
                watchers.stream().map(watcher -> new WatchedView(live, watcher)).toList();
        this.log = log;
        this.end = end;
        this.worker = new Worker(this::run, "watch-views-of-" + live.source().name());
    }

    /** Begins to follow the source and to look at its views. */
    public void start() {
        live.start();
        worker.start();
    }

    /** Whether each of its views has been looked at as it is now, or it was reported why it cannot be. */
    public boolean isReady() {
        return ready;
    }

    private void run() {
        try {
            while (!closed) {
                long seen = live.progress();
                look();
                ready = views.stream().allMatch(WatchedView::isReady);
                live.awaitProgress(seen, LOOK);
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped watching source {}", live.source().name());
        } catch (RuntimeException | Error e) {
            end.completeExceptionally(e);
        }
    }

    private void look() throws InterruptedException {
        List<Alert> changes = new ArrayList<>();
        for (WatchedView view : views) {
            changes.addAll(view.changes(log.standing(view.name())));
        }
        for (int sent = 0; sent < changes.size(); sent += AT_ONCE) {
            if (!log.append(changes.subList(sent, Math.min(changes.size(), sent + AT_ONCE)))) {
                Thread.sleep(AFTER_FAILURE.toMillis());
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        worker.close();
        live.close();
    }
}
