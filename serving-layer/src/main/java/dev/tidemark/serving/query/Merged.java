package dev.tidemark.serving.query;

import dev.tidemark.schema.Source;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.segment.Selection;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Published segments ⊕ increments at or beyond the cut. Their coverages are disjoint, so their partials may be merged. An
 * accumulator for one answer.
 */
public sealed interface Merged permits Merge, SessionMerge, MatchMerge {

    /** What a query makes of a snapshot's selected cells. */
    static Merged of(Query query, Selection selection, Snapshot snapshot, Source source) {
        if (query.view().pattern().isPresent()) {
            return MatchMerge.of(query, selection, snapshot, Finality.of(source, snapshot));
        }
        return query.view()
                .session()
                .<Merged>map(session ->
                        SessionMerge.of(query, session, selection, snapshot, Finality.ofCounted(source, snapshot)))
                .orElseGet(() -> Merge.of(query, selection, snapshot, Finality.of(source, snapshot)));
    }

    /** Up to when events count in the answer, or could; empty for all times to come. */
    Optional<Instant> end();

    /** Takes each row when it is made. */
    @FunctionalInterface
    interface Taker {

        /** @param partials what its measures are finished from; null of a row that says that there are no events */
        void take(Object[] row, Object[] partials);
    }

    /** The answer's rows, each with a value for each of the query's columns; each is given to {@code taker} too. */
    List<Object[]> rows(Taker taker);

    /** The answer's rows. */
    default List<Object[]> rows() {
        return rows((row, partials) -> {});
    }
}
