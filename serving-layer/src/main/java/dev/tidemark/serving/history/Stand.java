package dev.tidemark.serving.history;

import dev.tidemark.serving.query.Query;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import java.time.LocalDate;
import java.util.Map;
import java.util.Optional;

/** What a publication has to say to a query. */
sealed interface Stand {

    Publication publication();

    /** The view that was asked, if the publication has it. */
    Optional<PastView> asked();

    /**
     * An answer.
     *
     * @param view the view that was asked
     * @param query the query under its definition
     * @param rows the answer's rows
     */
    record Answered(PastView view, Query query, KeyedRows rows) implements Stand {

        @Override
        public Publication publication() {
            return view.publication();
        }

        @Override
        public Optional<PastView> asked() {
            return Optional.of(view);
        }

        /** Whether another publication's answer to the same query is made of the same segments by the same statement. */
        boolean holdsFor(PastView other, Query asked) {
            return other.view().equals(view.view())
                    && other.statement().equals(view.statement())
                    && segments(other, asked).equals(segments(view, query));
        }

        private static Map<LocalDate, SegmentRef> segments(PastView of, Query asked) {
            return of.segments(asked.selection());
        }
    }

    /**
     * None.
     *
     * @param asked the view that was asked, if the publication has it
     * @param reason why it cannot answer
     */
    record Silent(Publication publication, Optional<PastView> asked, String reason) implements Stand {}
}
