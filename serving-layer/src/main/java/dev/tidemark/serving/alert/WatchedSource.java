package dev.tidemark.serving.alert;

import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.problem.HttpProblem;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the views of one source, in a thread of its own, whenever the source has progressed, and sends what has changed:
 * of all its views in one transaction.
 */
public final class WatchedSource implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedSource.class);
    private static final Duration LOOK = Duration.ofMillis(100);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

    private final LiveSource live;
    private final List<Watcher> watchers;
    private final AlertLog log;
    private final CompletableFuture<Void> end;
    private final Thread thread;
    private final Map<String, String> problems = new HashMap<>();
    private volatile boolean caughtUp;
    private volatile boolean closed;

    /** @param end fails when nothing can be sent any more */
    public WatchedSource(LiveSource live, List<Watcher> watchers, AlertLog log, CompletableFuture<Void> end) {
        this.live = live;
        this.watchers = List.copyOf(watchers);
        this.log = log;
        this.end = end;
        this.thread = new Thread(this::run, "watch-views-of-" + live.source().name());
        thread.setDaemon(true);
    }

    /** Begins to follow the source and to look at its views. */
    public void start() {
        live.start();
        thread.start();
    }

    /** Whether all of its views have been looked at as they are now. */
    public boolean isCaughtUp() {
        return caughtUp;
    }

    private void run() {
        try {
            while (!closed) {
                long seen = live.progress();
                look();
                caughtUp = watchers.stream().allMatch(Watcher::isCaughtUp);
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
        for (Watcher watcher : watchers) {
            changes.addAll(changes(watcher));
        }
        if (!changes.isEmpty() && !log.append(changes)) {
            Thread.sleep(AFTER_FAILURE.toMillis());
        }
    }

    private List<Alert> changes(Watcher watcher) throws InterruptedException {
        try {
            List<Alert> changes = watcher.changes(log.standing(watcher.view()));
            problems.remove(watcher.view());
            return changes;
        } catch (HttpProblem e) {
            // What cannot be answered changes nothing; the same reason is reported once.
            if (!e.getMessage().equals(problems.put(watcher.view(), e.getMessage()))) {
                LOG.warn("view {} sends no alerts at the moment: {}", watcher.view(), e.getMessage());
            }
            return List.of();
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        live.close();
    }
}
