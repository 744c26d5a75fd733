package dev.tidemark.serving.query;

import dev.tidemark.schema.Micros;
import dev.tidemark.schema.ResultType;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.query.QueryRequest.Fill;
import dev.tidemark.serving.segment.Cell;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Values;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Published segments ⊕ increments at or beyond the cut, grouped as a query asks. Their coverages are disjoint, so their
 * partials may be merged. An accumulator for one answer.
 */
final class Merge {

    /**
     * What one row is made of, or a pane of several rows.
     *
     * @param time the start of its window, of its pane where windows overlap; null without windows
     */
    private record Group(Instant time, List<Object> dimensions) {}

    private final Query query;
    private final Finality finality;
    private final List<Aggregate<Object>> measures;
    private final Map<Group, List<Object[]>> groups = new HashMap<>();
    private final Map<Long, Instant> times = new HashMap<>();

    private Merge(Query query, Finality finality) {
        this.query = query;
        this.finality = finality;
        this.measures = query.measures().stream()
                .map(index -> query.view().measures().get(index).algebra())
                .toList();
    }

    /** The query's rows, each with a value for each of its columns. */
    static List<Object[]> rows(Query query, Selection selection, Snapshot snapshot, Finality finality) {
        Merge merge = new Merge(query, finality);
        for (Segment segment : snapshot.segments()) {
            segment.select(selection, merge::take);
        }
        snapshot.tail().forEach(merge::take);
        return merge.rows();
    }

    private void take(Cell cell) {
        Group group = new Group(time(cell.pane()), key(cell.dimensions()));
        groups.computeIfAbsent(group, key -> new ArrayList<>()).add(cell.partials());
    }

    private Instant time(long pane) {
        return query.windows()
                .map(all -> times.computeIfAbsent(pane, micros -> time(all, micros)))
                .orElse(null);
    }

    private static Instant time(Windows windows, long pane) {
        Instant start = Micros.instant(pane);
        return windows.tumble() ? windows.start(start) : start;
    }

    private List<Object> key(List<Object> dimensions) {
        Object[] key = new Object[query.by().size()];
        for (int i = 0; i < key.length; i++) {
            key[i] = dimensions.get(query.by().get(i));
        }
        return Arrays.asList(key);
    }

    /** The measures over cells: all partials of each at once, since each merge of two sketches would copy one. */
    private Object[] merged(List<Object[]> cells) {
        Object[] merged = new Object[measures.size()];
        for (int i = 0; i < merged.length; i++) {
            int column = query.measures().get(i);
            merged[i] = measures.get(i)
                    .mergeAll(cells.stream().map(partials -> partials[column]).toList());
        }
        return merged;
    }

    private List<Object[]> rows() {
        List<Object[]> rows = new ArrayList<>(groups.size());
        Optional<Windows> overlapping = query.windows().filter(windows -> !windows.tumble());
        if (overlapping.isPresent()) {
            panesByGroup().forEach((dimensions, panes) -> slide(overlapping.get(), dimensions, panes, rows));
        } else {
            groups.forEach((group, cells) -> rows.add(row(group.time(), group.dimensions(), merged(cells))));
        }
        query.fill().ifPresent(fill -> rows.addAll(missing(fill, rows)));
        rows.sort(order());
        return query.limit()
                .map(limit -> rows.subList(0, Math.min(limit, rows.size())))
                .orElse(rows);
    }

    private Map<List<Object>, NavigableMap<Instant, Object[]>> panesByGroup() {
        Map<List<Object>, NavigableMap<Instant, Object[]>> panes = new HashMap<>();
        groups.forEach((group, cells) -> panes.computeIfAbsent(group.dimensions(), key -> new TreeMap<>())
                .put(group.time(), merged(cells)));
        return panes;
    }

    /** Adds a row for each window that has a pane of the group in it. */
    private void slide(
            Windows windows, List<Object> dimensions, NavigableMap<Instant, Object[]> panes, List<Object[]> rows) {
        Instant from = query.range().from().orElse(Instant.MIN);
        Instant to = query.range().to().orElse(Instant.MAX);
        SlidingMerge within = new SlidingMerge(measures);
        Instant start = windows.firstWith(panes.firstKey(), from);
        while (start.isBefore(to)) {
            Instant end = windows.end(start);
            NavigableMap<Instant, Object[]> coming = panes.headMap(end, false);
            coming.forEach(within::add);
            coming.clear();
            within.dropBefore(start);
            if (!within.isEmpty()) {
                rows.add(row(start, dimensions, within.merged()));
                start = windows.next(start);
            } else if (panes.isEmpty()) {
                return;
            } else {
                start = windows.firstWith(panes.firstKey(), from);
            }
        }
    }

    private Object[] row(Instant window, List<Object> dimensions, Object[] merged) {
        Object[] results = new Object[merged.length];
        for (int i = 0; i < results.length; i++) {
            results[i] = measures.get(i).finish(merged[i]);
        }
        return finished(window, dimensions, results);
    }

    private Object[] finished(Instant window, List<Object> dimensions, Object[] results) {
        List<Object> row = new ArrayList<>();
        Optional<Instant> end = query.range().to();
        if (query.windows().isPresent()) {
            end = query.windows().map(windows -> windows.end(window));
            row.add(window);
            row.add(end.get());
        }
        row.addAll(dimensions);
        row.addAll(Arrays.asList(results));
        row.add(end.map(finality::isFinal).orElse(false));
        return row.toArray();
    }

    /** Rows for the windows and groups that have none: every window of the range, for every group that has one row. */
    private List<Object[]> missing(Fill fill, List<Object[]> rows) {
        List<Instant> starts = query.windows()
                .map(windows -> windows.starts(
                        query.range().from().orElseThrow(), query.range().to().orElseThrow(), Windows.MOST + 1))
                .orElseGet(() -> Collections.singletonList(null));
        Set<List<Object>> dimensions = new LinkedHashSet<>();
        if (query.by().isEmpty()) {
            dimensions.add(List.of());
        }
        groups.keySet().forEach(group -> dimensions.add(group.dimensions()));
        requireFew((long) starts.size() * dimensions.size(), fill);
        int keys = query.windows().isPresent() ? 2 : 0;
        Set<Group> present = new HashSet<>();
        rows.forEach(row -> present.add(new Group(
                keys == 0 ? null : (Instant) row[0],
                Arrays.asList(row).subList(keys, keys + query.by().size()))));
        Object[] nothing = query.measures().stream()
                .map(index -> query.view().measures().get(index).aggregate().result())
                .map(type -> fill == Fill.ZERO ? zero(type) : null)
                .toArray();
        List<Object[]> missing = new ArrayList<>();
        for (List<Object> group : dimensions) {
            for (Instant start : starts) {
                if (!present.contains(new Group(start, group))) {
                    missing.add(finished(start, group, nothing));
                }
            }
        }
        return missing;
    }

    private static void requireFew(long rows, Fill fill) {
        if (rows > Windows.MOST) {
            throw RequestFields.wrong(
                    "fill",
                    fill.name().toLowerCase(Locale.ROOT),
                    "at most %,d windows times groups".formatted(Windows.MOST),
                    "fill would make more rows than that; ask for a shorter range or longer windows");
        }
    }

    /** What a measure of that type says of nothing; null where it is no number. */
    private static Object zero(ResultType type) {
        if (!(type instanceof ValueType value)) {
            return List.of();
        }
        return switch (value.kind()) {
            case BIGINT -> 0L;
            case DOUBLE -> 0.0;
            case DECIMAL -> BigDecimal.ZERO.setScale(value.scale());
            default -> null;
        };
    }

    private Comparator<Object[]> order() {
        List<Comparator<Object[]>> all = new ArrayList<>();
        for (Query.Ordering ordering : query.order()) {
            Comparator<Object[]> column = by(ordering.column());
            all.add(ordering.descending() ? column.reversed() : column);
        }
        int keys = (query.windows().isPresent() ? 2 : 0) + query.by().size();
        for (int column = 0; column < keys; column++) {
            all.add(by(column));
        }
        return all.stream().reduce(Comparator::thenComparing).orElse((one, other) -> 0);
    }

    private static Comparator<Object[]> by(int column) {
        return (one, other) -> Values.compare(one[column], other[column]);
    }
}
