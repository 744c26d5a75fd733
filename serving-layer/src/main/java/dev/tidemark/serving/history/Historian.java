package dev.tidemark.serving.history;

import dev.tidemark.serving.history.History.Entry;
import dev.tidemark.serving.history.History.Present;
import dev.tidemark.serving.history.Stand.Answered;
import dev.tidemark.serving.history.Stand.Silent;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.query.Basis;
import dev.tidemark.serving.query.HistoryRequest;
import dev.tidemark.serving.query.Query;
import dev.tidemark.serving.query.QueryRequest;
import dev.tidemark.view.Publication;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tells how an answer changed: asks each publication in turn, and compares it with the one before. Publications that make
 * the answer of the same segments are not asked twice.
 */
public final class Historian {

    private final Past past;
    private final QueryRequest request;
    private final int most;
    private final Instant now = Instant.now();
    private final Words words;

    /** What answers for the present. */
    @FunctionalInterface
    public interface Live {

        /**
         * What a query's answer is made of.
         *
         * @param now what the query takes for the present
         * @throws HttpProblem if it cannot be answered
         */
        Basis basis(QueryRequest request, Instant now) throws InterruptedException;
    }

    private Historian(Past past, HistoryRequest request, ZoneId zone) {
        this.past = past;
        this.request = request.query();
        this.most = request.publications();
        this.words = new Words(zone);
    }

    /**
     * How the answer to a query changed.
     *
     * @param zone the timezone of the times in texts
     * @throws HttpProblem if the query can be asked neither of what was published nor of the present
     */
    public static History tell(Past past, HistoryRequest request, ZoneId zone, Live live) throws InterruptedException {
        return new Historian(past, request, zone).tell(live);
    }

    private History tell(Live live) throws InterruptedException {
        // Asked first, so that the publication that it goes on from is among those that are listed then.
        Moment present = present(live);
        present.basis().ifPresent(basis -> Past.requirePast(basis.query().view()));
        List<Entry> entries = new ArrayList<>();
        Stand before = null;
        Optional<Answered> goneOnFrom = Optional.empty();
        boolean answered = false;
        long from = 0;
        long to = 0;
        for (long number : past.publications().newest(most + 1)) {
            Optional<Publication> publication = past.publications().find(number);
            if (publication.isEmpty()) {
                continue;
            }
            Stand stand = stand(publication.get(), before);
            Optional.ofNullable(before).flatMap(was -> entry(was, stand)).ifPresent(entries::add);
            if (stand instanceof Answered answer) {
                answered = true;
                goneOnFrom = present.isFrom(number) ? Optional.of(answer) : goneOnFrom;
            }
            from = before == null ? number : from;
            to = number;
            before = stand;
        }
        if (!answered && present.problem().isPresent()) {
            throw present.problem().get();
        }
        return new History(request.view(), from, to, entries, present(present, goneOnFrom));
    }

    /**
     * The present.
     *
     * @param basis what its answer is made of, unless there is a problem
     * @param problem why there is no answer, unless there is one
     */
    private record Moment(Optional<Basis> basis, Optional<HttpProblem> problem) {

        /** Whether it counts what has come since the cut of that publication. */
        boolean isFrom(long publication) {
            return basis.map(known -> known.certificate().publication() == publication)
                    .orElse(false);
        }
    }

    private Moment present(Live live) throws InterruptedException {
        try {
            return new Moment(Optional.of(live.basis(request, now)), Optional.empty());
        } catch (HttpProblem problem) {
            return new Moment(Optional.empty(), Optional.of(problem));
        }
    }

    private Stand stand(Publication publication, Stand before) {
        Optional<PastView> asked = Optional.empty();
        Basis basis;
        PastView view;
        try {
            view = past.view(request.view(), publication);
            asked = Optional.of(view);
            Query query = Past.query(request, view, now);
            if (before instanceof Answered answered && answered.holdsFor(view, query)) {
                return new Answered(view, query, answered.rows());
            }
            basis = past.basis(query, view);
        } catch (HttpProblem problem) {
            return new Silent(publication, asked, problem.getMessage());
        }
        return new Answered(view, basis.query(), KeyedRows.of(basis));
    }

    private Optional<Entry> entry(Stand before, Stand after) {
        if (after instanceof Answered answered) {
            return before instanceof Answered was ? changed(was, answered) : Optional.of(answerable(before, answered));
        }
        return before instanceof Answered ? Optional.of(silenced(before, (Silent) after)) : Optional.empty();
    }

    private Optional<Entry> changed(Answered before, Answered after) {
        AnswerChange change = AnswerChange.between(before.rows(), after.rows());
        if (change.isNone()) {
            return Optional.empty();
        }
        Publication publication = after.publication();
        Reasons reasons = Reasons.of(before, after, Optional.of(after.query().counted()));
        String text = words.changed(publication, change, reasons);
        return Optional.of(new Entry(publication, text, Optional.empty(), change, reasons));
    }

    private Entry answerable(Stand before, Answered after) {
        String reason = ((Silent) before).reason();
        Reasons reasons = Reasons.of(before, after, Optional.of(after.query().counted()));
        String text = words.answerable(after.publication(), reasons, reason);
        return new Entry(after.publication(), text, Optional.of(reason), AnswerChange.NONE, reasons);
    }

    private Entry silenced(Stand before, Silent after) {
        Reasons reasons = Reasons.of(before, after, Optional.empty());
        String text = words.silenced(after.publication(), reasons, after.reason());
        return new Entry(after.publication(), text, Optional.of(after.reason()), AnswerChange.NONE, reasons);
    }

    private Present present(Moment present, Optional<Answered> goneOnFrom) {
        if (present.problem().isPresent()) {
            String reason = present.problem().get().getMessage();
            return new Present("Now: no answer: " + reason, Optional.of(reason), AnswerChange.NONE, Optional.empty());
        }
        Basis basis = present.basis().orElseThrow();
        if (goneOnFrom.isEmpty()) {
            String text = "Now: it goes on from publication %d, which is not compared here."
                    .formatted(basis.certificate().publication());
            return new Present(text, Optional.empty(), AnswerChange.NONE, Optional.of(basis.certificate()));
        }
        AnswerChange change = AnswerChange.between(goneOnFrom.get().rows(), KeyedRows.of(basis));
        String text = words.now(basis.certificate(), change);
        return new Present(text, Optional.empty(), change, Optional.of(basis.certificate()));
    }
}
