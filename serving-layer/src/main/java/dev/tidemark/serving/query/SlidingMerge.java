package dev.tidemark.serving.query;

import dev.tidemark.view.aggregate.Aggregate;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.NavigableMap;
import java.util.function.BiConsumer;

/**
 * The merged partials of a queue of panes: panes come at its end and leave at its beginning. Each pane is merged about
 * three times, however long the windows are, since no aggregate has to be able to take something away.
 *
 * <p>Two stacks: what came last is merged as it comes; what leaves next lies merged from its end on. Tangwongsan, Hirzel,
 * Schneider: Low-Latency Sliding-Window Aggregation in Worst-Case Constant Time, DEBS 2017, describe it as known.
 */
final class SlidingMerge {

    /**
     * Merges the panes of one group window by window.
     *
     * @param panes the group's panes by their starts, at least one; used up
     * @param from the first time at which a window may begin
     * @param to the first time at which none may begin any more
     * @param row takes the start and the partials of each window that has a pane in it
     */
    static void slide(
            NavigableMap<Instant, Object[]> panes,
            Windows windows,
            Instant from,
            Instant to,
            List<Aggregate<Object>> measures,
            BiConsumer<Instant, Object[]> row) {
        SlidingMerge within = new SlidingMerge(measures);
        Instant start = windows.firstWith(panes.firstKey(), from);
        while (start.isBefore(to)) {
            NavigableMap<Instant, Object[]> coming = panes.headMap(windows.end(start), false);
            coming.forEach(within::add);
            coming.clear();
            within.dropBefore(start);
            if (!within.isEmpty()) {
                row.accept(start, within.merged());
            } else if (panes.isEmpty()) {
                return;
            }
            Instant next = windows.next(start);
            start = within.isEmpty() && !panes.isEmpty()
                    ? later(next, windows.firstWith(panes.firstKey(), from))
                    : next;
        }
    }

    private static Instant later(Instant one, Instant other) {
        return one.isAfter(other) ? one : other;
    }

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
