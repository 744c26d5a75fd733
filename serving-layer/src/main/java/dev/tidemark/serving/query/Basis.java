package dev.tidemark.serving.query;

import dev.tidemark.schema.Source;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.QueryRequest.Conditions;
import dev.tidemark.view.View;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an answer is made of: a query that fits its view, and all that it counts, at one instant.
 *
 * @param query the query
 * @param source the source, by the definitions that are asked
 * @param snapshot what it counts
 * @param certificate what the answer will say of itself
 * @param freshness how far it is behind; empty of the past, which does not follow the log
 */
public record Basis(
        Query query, Source source, Snapshot snapshot, Certificate certificate, Optional<Freshness> freshness) {

    /** The basis of an answer that ends at a publication's cut. */
    public static Basis past(Query query, Source source, Snapshot snapshot) {
        Certificate certificate = Certificate.of(
                snapshot, query.view(), source, snapshot.progress().size());
        return new Basis(query, source, snapshot, certificate, Optional.empty());
    }

    /**
     * The basis of an answer with all that has been counted by now.
     *
     * @param now what the query takes for the present
     * @throws HttpProblem if the query is wrong, if the source cannot be served, or if the query's conditions do not
     *     hold
     */
    public static Basis live(QueryRequest request, LiveSource live, ZoneId zone, Instant now)
            throws InterruptedException {
        while (true) {
            Optional<Basis> basis = attempt(request, live, zone, now);
            if (basis.isPresent()) {
                return basis.get();
            }
        }
    }

    /**
     * The answer, if it is as final as is wanted.
     *
     * @throws HttpProblem if it is not
     */
    public Answer answer(Conditions conditions) {
        Merged merged = merged();
        requireFinal(merged.end(), Finality.of(source, snapshot), conditions);
        return new Answer(query.columns(), merged.rows(), certificate, freshness);
    }

    /** The answer's rows, in order; each is given to {@code taker} too, with what its measures are finished from. */
    public List<Object[]> rows(Merged.Taker taker) {
        return merged().rows(taker);
    }

    private Merged merged() {
        return Merged.of(query, query.selection(), snapshot, source);
    }

    /** Empty if a publication has switched to another definition of the view meanwhile. */
    private static Optional<Basis> attempt(QueryRequest request, LiveSource live, ZoneId zone, Instant now)
            throws InterruptedException {
        Generation generation = requireServed(live);
        View view = requireAnswered(generation, request.view());
        Query query = Query.of(request, view, zone, now);
        // A partition that is added from here on may not be in the snapshot, and is then none that it misses.
        int partitions = Math.max(live.partitions(), generation.progress().size());
        Map<Integer, Long> wanted =
                wanted(view, request.conditions(), live.source().topic(), partitions);
        Optional<Snapshot> found = live.snapshot(
                view, query.selection(), wanted, request.conditions().waitFor());
        if (found.isEmpty()) {
            return Optional.empty();
        }
        Snapshot snapshot = found.get();
        requireReached(snapshot, wanted, request.conditions());
        // The topic may have been replaced while this waited.
        requireServed(live);
        Certificate certificate = Certificate.of(snapshot, view, live.source(), partitions);
        Freshness freshness = Freshness.of(snapshot, certificate, live, Instant.now());
        requireComplete(certificate, request.conditions());
        requireFresh(freshness, request.conditions());
        return Optional.of(
                new Basis(query, generation.definitions().source(), snapshot, certificate, Optional.of(freshness)));
    }

    private static View requireAnswered(Generation generation, String view) {
        return generation.definitions().view(view).orElseThrow(() -> HttpProblem.of(
                        Kind.NOT_READY,
                        "view %s is not in publication %d yet: it is answered from the next one on that switches"
                                        .formatted(
                                                view, generation.publication().number())
                                + " to it (`tidemark recompute`)")
                .with("view", view));
    }

    private static Generation requireServed(LiveSource live) {
        live.replaced().ifPresent(message -> {
            throw HttpProblem.of(Kind.LOG_REPLACED, message)
                    .with("source", live.source().name());
        });
        live.notServed().ifPresent(message -> {
            throw HttpProblem.of(Kind.NOT_READY, message)
                    .with("source", live.source().name());
        });
        return live.generation().orElseThrow();
    }

    /** What the answer shall have counted. */
    private static Map<Integer, Long> wanted(View view, Conditions conditions, String topic, int partitions) {
        Optional<String> other = conditions.atLeast().keySet().stream()
                .filter(name -> !name.equals(topic))
                .findFirst();
        if (other.isPresent()) {
            throw RequestFields.wrong(
                    "at_least",
                    other.get(),
                    List.of(topic),
                    "at_least names topic '%s', but view %s counts topic %s"
                            .formatted(other.get(), view.name(), topic));
        }
        Map<Integer, Long> wanted = conditions.atLeast().getOrDefault(topic, Map.of());
        wanted.keySet().stream()
                .filter(partition -> partition >= partitions)
                .findFirst()
                .ifPresent(partition -> {
                    throw RequestFields.wrong(
                            "at_least",
                            partition,
                            "a partition below " + partitions,
                            "at_least names partition %d, but topic %s has %d partitions"
                                    .formatted(partition, topic, partitions));
                });
        return wanted;
    }

    private static void requireReached(Snapshot snapshot, Map<Integer, Long> wanted, Conditions conditions) {
        if (!snapshot.reaches(wanted)) {
            throw HttpProblem.of(
                            Kind.NOT_COUNTED_YET,
                            "what at_least names has not been counted within %d ms; ask again, or wait longer"
                                    .formatted(conditions.waitFor().toMillis()))
                    .with("field", "at_least")
                    .with("found", AnswerJson.throughs(snapshot.progress()))
                    .with("accepted", wanted);
        }
    }

    private static void requireComplete(Certificate certificate, Conditions conditions) {
        if (!certificate.complete() && !conditions.returnMissing()) {
            throw HttpProblem.of(
                            Kind.POSITIONS_MISSING,
                            "positions of the log are missing from this answer; ask with on_missing=return to get it"
                                    + " as it is, and see the certificate for what is missing")
                    .with("field", "on_missing")
                    .with("accepted", "return")
                    .with("certificate", AnswerJson.tree(certificate));
        }
    }

    private static void requireFinal(Optional<Instant> end, Finality finality, Conditions conditions) {
        if (conditions.onlyFinal() && !end.map(finality::isFinal).orElse(false)) {
            String until = finality.until()
                    .map(time -> "what ends at " + time + " or before")
                    .orElse("nothing yet");
            throw HttpProblem.of(Kind.NOT_FINAL, "late events may still change this answer: final is " + until)
                    .with("field", "finality")
                    .with("found", end.map(Instant::toString).orElse("no end"))
                    .with("accepted", until);
        }
    }

    private static void requireFresh(Freshness freshness, Conditions conditions) {
        Duration behind = freshness.behind().time();
        if (conditions.maxLag().map(most -> behind.compareTo(most) > 0).orElse(false)) {
            throw HttpProblem.of(
                            Kind.TOO_FAR_BEHIND,
                            "the answer is %d ms behind the log (%d records), more than max_lag"
                                    .formatted(
                                            behind.toMillis(),
                                            freshness.behind().records()))
                    .with("field", "max_lag")
                    .with("found", behind.toMillis() + "ms");
        }
    }
}
