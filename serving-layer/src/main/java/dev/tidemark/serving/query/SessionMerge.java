package dev.tidemark.serving.query;

import dev.tidemark.schema.Micros;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Session;
import dev.tidemark.view.Session.Joined;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fragments joined into sessions: one row for each that starts in the query's range. */
final class SessionMerge implements Merged {

    private final Query query;
    private final Finality counted;
    private final long from;
    private final long to;

    /** Those to which an event of the range belongs, or would. */
    private final List<Joined> sessions = new ArrayList<>();

    private SessionMerge(Query query, Finality counted) {
        this.query = query;
        this.counted = counted;
        this.from = query.range().from().map(Micros::of).orElse(Long.MIN_VALUE);
        this.to = query.range().to().map(Micros::of).orElse(Long.MAX_VALUE);
    }

    /** @param counted up to when what has been counted can be taken for complete */
    static SessionMerge of(Query query, Session session, Selection selection, Snapshot snapshot, Finality counted) {
        SessionMerge merge = new SessionMerge(query, counted);
        Map<List<Object>, List<Cell>> byKey = new HashMap<>();
        // Most keys around the range have nothing in it, and need not be joined.
        snapshot.forEach(selection, cell -> {
            if (merge.concerns(cell.start(), cell.last() + session.gapMicros())) {
                byKey.putIfAbsent(cell.dimensions(), new ArrayList<>());
            }
        });
        snapshot.forEach(selection, cell -> {
            List<Cell> fragments = byKey.get(cell.dimensions());
            if (fragments != null) {
                fragments.add(cell);
            }
        });
        byKey.values().forEach(fragments -> merge.keep(session.join(fragments, query.zone())));
        return merge;
    }

    private void keep(List<Joined> joined) {
        joined.stream()
                .filter(session -> concerns(session.start(), session.end()))
                .forEach(sessions::add);
    }

    /** Whether an event of the range belongs to what lasts so long, or would. */
    private boolean concerns(long start, long end) {
        return end >= from && start < to;
    }

    /** A session that began before the range could come to be one a day, of which some begin in it. */
    @Override
    public Optional<Instant> end() {
        return query.range().to().map(end -> sessions.stream()
                .map(SessionMerge::after)
                .reduce(end, (one, other) -> one.isAfter(other) ? one : other));
    }

    /** The first time at which no event can go on with it. */
    private static Instant after(Joined session) {
        return Micros.instant(session.end() + 1);
    }

    @Override
    public List<Object[]> rows(Taker taker) {
        List<Object[]> rows = new ArrayList<>();
        sessions.stream().filter(session -> session.start() >= from).forEach(session -> rows.add(row(session, taker)));
        return query.arranged(rows);
    }

    private Object[] row(Joined session, Taker taker) {
        List<Object> merged = new ArrayList<>();
        List<Object> row = new ArrayList<>();
        row.add(Micros.instant(session.start()));
        row.add(Micros.instant(session.end()));
        row.addAll(session.fragments().get(0).dimensions());
        for (int index : query.measures()) {
            Measure measure = query.view().measures().get(index);
            List<Object> partials = session.fragments().stream()
                    .map(fragment -> fragment.partials()[index])
                    .toList();
            merged.add(measure.algebra().mergeAll(partials));
            row.add(measure.algebra().finish(merged.get(merged.size() - 1)));
        }
        row.add(!counted.isFinal(after(session)));
        Object[] made = row.toArray();
        taker.take(made, merged.toArray());
        return made;
    }
}
