package dev.tidemark.serving.history;

import dev.tidemark.serving.query.Certificate;
import dev.tidemark.view.Publication;
import java.util.List;
import java.util.Optional;

/**
 * How the answer to a query changed from publication to publication.
 *
 * @param view the view that was asked
 * @param from the first publication that was compared with the one after it; 0 if there is none
 * @param to the last one
 * @param entries the publications whose answer differs from the one before, the oldest first
 * @param present what is answered now
 */
public record History(String view, long from, long to, List<Entry> entries, Present present) {

    /**
     * A publication that answers otherwise than the one before.
     *
     * @param publication the publication
     * @param text what changed and why, in words
     * @param problem why it, or the one before, cannot answer; then there are no rows to compare
     * @param change what changed
     * @param reasons why
     */
    public record Entry(
            Publication publication, String text, Optional<String> problem, AnswerChange change, Reasons reasons) {}

    /**
     * What is answered now, with all that has come since the newest publication.
     *
     * @param text how it differs from the answer as of the publication that it goes on from, in words
     * @param problem why there is no answer
     * @param change how it differs
     * @param certificate what it counts; empty without an answer
     */
    public record Present(
            String text, Optional<String> problem, AnswerChange change, Optional<Certificate> certificate) {}
}
