package dev.tidemark.serving.query;

import dev.tidemark.schema.Micros;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.segment.Cell;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Measure;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Values;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Published segments ⊕ increments at or beyond the cut, grouped as a query asks. Their coverages are disjoint, so their
 * partials may be merged. An accumulator for one answer.
 */
final class Merge {

    private record Group(Instant window, List<Object> dimensions) {}

    private final Query query;
    private final Finality finality;
    private final List<Measure> measures;
    private final Map<Group, List<Object[]>> groups = new HashMap<>();
    private final Map<Long, Instant> windows = new HashMap<>();

    private Merge(Query query, Finality finality) {
        this.query = query;
        this.finality = finality;
        this.measures =
                query.measures().stream().map(query.view().measures()::get).toList();
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
        Group group = new Group(window(cell.pane()), key(cell.dimensions()));
        groups.computeIfAbsent(group, key -> new ArrayList<>()).add(cell.partials());
    }

    private Instant window(long pane) {
        return query.window()
                .map(window -> windows.computeIfAbsent(pane, micros -> window.start(Micros.instant(micros))))
                .orElse(null);
    }

    private List<Object> key(List<Object> dimensions) {
        Object[] key = new Object[query.by().size()];
        for (int i = 0; i < key.length; i++) {
            key[i] = dimensions.get(query.by().get(i));
        }
        return Arrays.asList(key);
    }

    /** A measure's result over cells: all partials at once, since each merge of two sketches would copy one. */
    private Object result(int measure, List<Object[]> cells) {
        int column = query.measures().get(measure);
        Aggregate<Object> algebra = measures.get(measure).algebra();
        return algebra.finish(algebra.mergeAll(
                cells.stream().map(partials -> partials[column]).toList()));
    }

    private List<Object[]> rows() {
        List<Object[]> rows = new ArrayList<>(groups.size());
        groups.forEach((group, cells) -> rows.add(row(group, cells)));
        rows.sort(order());
        return query.limit()
                .map(limit -> rows.subList(0, Math.min(limit, rows.size())))
                .orElse(rows);
    }

    private Object[] row(Group group, List<Object[]> cells) {
        List<Object> row = new ArrayList<>();
        Optional<Instant> end = query.range().to();
        if (query.window().isPresent()) {
            end = query.window().map(window -> window.end(group.window()));
            row.add(group.window());
            row.add(end.get());
        }
        row.addAll(group.dimensions());
        for (int measure = 0; measure < measures.size(); measure++) {
            row.add(result(measure, cells));
        }
        row.add(end.map(finality::isFinal).orElse(false));
        return row.toArray();
    }

    private Comparator<Object[]> order() {
        List<Comparator<Object[]>> all = new ArrayList<>();
        for (Query.Ordering ordering : query.order()) {
            Comparator<Object[]> column = by(ordering.column());
            all.add(ordering.descending() ? column.reversed() : column);
        }
        int keys = (query.window().isPresent() ? 2 : 0) + query.by().size();
        for (int column = 0; column < keys; column++) {
            all.add(by(column));
        }
        return all.stream().reduce(Comparator::thenComparing).orElse((one, other) -> 0);
    }

    private static Comparator<Object[]> by(int column) {
        return (one, other) -> Values.compare(one[column], other[column]);
    }
}
