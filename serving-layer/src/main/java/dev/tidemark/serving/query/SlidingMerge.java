package dev.tidemark.serving.query;

import dev.tidemark.view.aggregate.Aggregate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The merged partials of a queue of panes: panes come at its end and leave at its beginning. Each pane is merged about
 * three times, however long the windows are, since no aggregate has to be able to take something away.
 *
 * <p>Two stacks: what came last is merged as it comes; what leaves next lies merged from its end on. Tangwongsan, Hirzel,
 * Schneider: Low-Latency Sliding-Window Aggregation in Worst-Case Constant Time, DEBS 2017, describe it as known.
 */
final class SlidingMerge {

    private record Entry(Instant pane, Object[] partials) {}

    private final List<Aggregate<Object>> measures;

    /** The panes that leave next, the first on top; each with all those below it merged. */
    private final Deque<Entry> leaving = new ArrayDeque<>();

    /** The panes that came last, the newest on top; each by itself. */
    private final Deque<Entry> coming = new ArrayDeque<>();

    private Object[] allComing;

    SlidingMerge(List<Aggregate<Object>> measures) {
        this.measures = measures;
    }

    boolean isEmpty() {
        return leaving.isEmpty() && coming.isEmpty();
    }

    /** A pane comes, later than all before it. */
    void add(Instant pane, Object[] partials) {
        allComing = allComing == null ? partials : merge(allComing, partials);
        coming.push(new Entry(pane, partials));
    }

    /** Panes before {@code time} leave. */
    void dropBefore(Instant time) {
        while (true) {
            while (!leaving.isEmpty() && leaving.peek().pane().isBefore(time)) {
                leaving.pop();
            }
            if (!leaving.isEmpty() || coming.isEmpty()) {
                return;
            }
            turn();
        }
    }

    private void turn() {
        Object[] below = null;
        while (!coming.isEmpty()) {
            Entry entry = coming.pop();
            below = below == null ? entry.partials() : merge(entry.partials(), below);
            leaving.push(new Entry(entry.pane(), below));
        }
        allComing = null;
    }

    /** All panes that are there, which must be some. */
    Object[] merged() {
        if (leaving.isEmpty()) {
            return allComing;
        }
        Object[] first = leaving.peek().partials();
        return allComing == null ? first : merge(first, allComing);
    }

    private Object[] merge(Object[] one, Object[] other) {
        Object[] merged = new Object[one.length];
        for (int i = 0; i < merged.length; i++) {
            merged[i] = measures.get(i).merge(one[i], other[i]);
        }
        return merged;
    }
}
