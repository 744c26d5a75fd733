package dev.tidemark.serving.query;

import dev.tidemark.schema.Micros;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.query.QueryRequest.Fill;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cell;
import dev.tidemark.view.aggregate.Aggregate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Cells of panes, grouped as a query asks. */
final class Merge implements Merged {

    /**
     * What one row is made of, or a pane of several rows.
     *
     * @param time the start of its window, of its pane where windows overlap; null without windows
     */
    private record Group(Instant time, List<Object> dimensions) {}

    /** How many rows overlapping or filled windows may have: the answer is made in memory. */
    private static final int MOST_ROWS = 1_000_000;

    private final Query query;
    private final Finality finality;
    private final List<Aggregate<Object>> measures;
    private final Map<Group, List<Object[]>> groups = new HashMap<>();

    /** Whether cells are grouped by all that tells them apart beside their times. */
    private final boolean byAll;

    private final Map<Long, Instant> times = new HashMap<>();

    private Merge(Query query, Finality finality) {
        this.query = query;
        this.finality = finality;
        this.byAll = query.by()
                .equals(IntStream.range(0, query.view().dimensions().size())
                        .boxed()
                        .toList());
        this.measures = query.measures().stream()
                .map(index -> query.view().measures().get(index).algebra())
                .toList();
    }

    static Merge of(Query query, Selection selection, Snapshot snapshot, Finality finality) {
        Merge merge = new Merge(query, finality);
        snapshot.forEach(selection, merge::take);
        return merge;
    }

    /** Of cells that have been selected. */
    static Merge of(Query query, List<Cell> cells, Finality finality) {
        Merge merge = new Merge(query, finality);
        cells.forEach(merge::take);
        return merge;
    }

    private void take(Cell cell) {
        Group group = new Group(time(cell.start()), key(cell.dimensions()));
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
        if (byAll) {
            return dimensions;
        }
        Object[] key = new Object[query.by().size()];
        for (int i = 0; i < key.length; i++) {
            key[i] = dimensions.get(query.by().get(i));
        }
        return Arrays.asList(key);
    }

    private Object[] merged(List<Object[]> cells) {
        return query.view().mergeAll(cells, query.measures());
    }

    @Override
    public Optional<Instant> end() {
        return query.end();
    }

    @Override
    public List<Object[]> rows(Taker taker) {
        List<Object[]> rows = new ArrayList<>(groups.size());
        Optional<Windows> overlapping = query.windows().filter(windows -> !windows.tumble());
        if (overlapping.isPresent()) {
            panesByGroup().forEach((dimensions, panes) -> slide(overlapping.get(), dimensions, panes, taker, rows));
        } else {
            groups.forEach((group, cells) -> rows.add(row(group.time(), group.dimensions(), merged(cells), taker)));
        }
        query.fill().ifPresent(fill -> missing(fill, rows).forEach(row -> {
            taker.take(row, null);
            rows.add(row);
        }));
        return query.arranged(rows);
    }

    private Map<List<Object>, NavigableMap<Instant, Object[]>> panesByGroup() {
        Map<List<Object>, NavigableMap<Instant, Object[]>> panes = new HashMap<>();
        groups.forEach((group, cells) -> panes.computeIfAbsent(group.dimensions(), key -> new TreeMap<>())
                .put(group.time(), merged(cells)));
        return panes;
    }

    private void slide(
            Windows windows,
            List<Object> dimensions,
            NavigableMap<Instant, Object[]> panes,
            Taker taker,
            List<Object[]> rows) {
        Instant from = query.range().from().orElse(Instant.MIN);
        Instant to = query.range().to().orElse(Instant.MAX);
        SlidingMerge.slide(panes, windows, from, to, measures, (start, merged) -> {
            requireFew(rows.size() + 1L, "every");
            rows.add(row(start, dimensions, merged, taker));
        });
    }

    private Object[] row(Instant window, List<Object> dimensions, Object[] merged, Taker taker) {
        Object[] results = new Object[merged.length];
        for (int i = 0; i < results.length; i++) {
            results[i] = measures.get(i).finish(merged[i]);
        }
        Object[] row = finished(window, dimensions, results);
        taker.take(row, merged);
        return row;
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
                        query.range().from().orElseThrow(), query.range().to().orElseThrow(), MOST_ROWS + 1))
                .orElseGet(() -> Collections.singletonList(null));
        Set<List<Object>> dimensions = new LinkedHashSet<>();
        if (query.by().isEmpty()) {
            dimensions.add(List.of());
        }
        groups.keySet().forEach(group -> dimensions.add(group.dimensions()));
        requireFew((long) starts.size() * dimensions.size(), "fill");
        Set<Group> present = rows.stream().map(this::group).collect(Collectors.toSet());
        Object[] nothing = query.measures().stream()
                .map(index -> query.view().measures().get(index).aggregate())
                .map(aggregate -> fill == Fill.ZERO ? Zero.of(aggregate) : null)
                .toArray();
        return dimensions.stream()
                .flatMap(group -> starts.stream().map(start -> new Group(start, group)))
                .filter(group -> !present.contains(group))
                .map(group -> finished(group.time(), group.dimensions(), nothing))
                .toList();
    }

    /** What a row is of. */
    private Group group(Object[] row) {
        int first = query.windows().isPresent() ? 2 : 0;
        List<Object> dimensions =
                Arrays.asList(row).subList(first, first + query.by().size());
        return new Group(first == 0 ? null : (Instant) row[0], dimensions);
    }

    private static void requireFew(long rows, String field) {
        if (rows > MOST_ROWS) {
            throw HttpProblem.of(
                            HttpProblem.Kind.BAD_QUERY,
                            "the answer would have more than %,d rows; ask for a shorter range, longer windows, or fewer groups"
                                    .formatted(MOST_ROWS))
                    .with("field", field)
                    .with("found", "more rows")
                    .with("accepted", MOST_ROWS);
        }
    }
}
