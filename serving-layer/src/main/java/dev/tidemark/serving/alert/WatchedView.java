package dev.tidemark.serving.alert;

import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A view that is watched, and why it cannot be at the moment, if so. Used by one thread. */
final class WatchedView {

    private static final Logger LOG = LoggerFactory.getLogger(WatchedView.class);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(5);

    private final LiveSource live;
    private final Supplier<Watcher> anew;
    private Watcher watcher;
    private Optional<String> problem = Optional.empty();
    private long notBefore = System.nanoTime();

    /**
     * @param live the source of the view
     * @param anew makes a watcher of the view that has seen nothing yet
     */
    WatchedView(LiveSource live, Supplier<Watcher> anew) {
        this.live = live;
        this.anew = anew;
        this.watcher = anew.get();
    }

    String name() {
        return watcher.view();
    }

    /** Whether it has been looked at as it is now, or it was reported why it cannot be. */
    boolean isReady() {
        return watcher.isCaughtUp() || problem.isPresent();
    }

    /** What has to be sent; nothing as long as that cannot be said, and the same reason for that is reported once. */
    List<Alert> changes(Standing standing) throws InterruptedException {
        if (System.nanoTime() - notBefore < 0) {
            return List.of();
        }
        try {
            requirePublished();
            List<Alert> changes = watcher.changes(standing);
            problem = Optional.empty();
            return changes;
        } catch (HttpProblem e) {
            if (isNew(e.getMessage())) {
                LOG.warn("view {} sends no alerts at the moment: {}", name(), e.getMessage());
            }
        } catch (RuntimeException e) {
            if (isNew(e.toString())) {
                LOG.error("view {} sends no alerts, and is tried again", name(), e);
            }
            // What it has seen may be in any state: whoever sees it anew sees it all.
            watcher = anew.get();
            notBefore = System.nanoTime() + AFTER_FAILURE.toNanos();
        }
        return List.of();
    }

    private void requirePublished() {
        Optional<Generation> generation = live.generation();
        if (generation.isPresent()
                && generation.get().definitions().view(name()).isEmpty()) {
            throw HttpProblem.of(
                    Kind.NOT_READY, "view %s is not published yet (`tidemark recompute`)".formatted(name()));
        }
    }

    private boolean isNew(String found) {
        boolean isNew = !problem.equals(Optional.of(found));
        problem = Optional.of(found);
        return isNew;
    }
}
