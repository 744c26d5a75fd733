package dev.tidemark.serving.query;

import dev.tidemark.schema.Source;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.QueryRequest.Conditions;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.View;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The answer to a query.
 *
 * @param columns its columns
 * @param rows its rows, each with a value a column
 * @param certificate what it counts
 * @param freshness how far it is behind
 */
public record Answer(List<Column> columns, List<Object[]> rows, Certificate certificate, Freshness freshness) {

    /**
     * Answers a query, or refuses to.
     *
     * @throws HttpProblem if the query is wrong, if the source cannot be served, or if the query's conditions do not
     *     hold
     */
    public static Answer to(QueryRequest request, LiveSource live, ZoneId zone) throws InterruptedException {
        while (true) {
            Optional<Answer> answer = attempt(request, live, zone);
            if (answer.isPresent()) {
                return answer.get();
            }
        }
    }

    /** Empty if a publication has switched to another definition of the view meanwhile. */
    private static Optional<Answer> attempt(QueryRequest request, LiveSource live, ZoneId zone)
            throws InterruptedException {
        Generation generation = requireServed(live);
        View view = requireAnswered(generation, request.view());
        Query query = Query.of(request, view, zone, Instant.now());
        Selection selection = query.selection();
        // A partition that is added from here on may not be in the snapshot, and is then none that it misses.
        int partitions = Math.max(live.partitions(), generation.progress().size());
        Map<Integer, Long> wanted =
                wanted(view, request.conditions(), live.source().topic(), partitions);
        Optional<Snapshot> found =
                live.snapshot(view, selection, wanted, request.conditions().waitFor());
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
        Source source = generation.definitions().source();
        Merged merged = Merged.of(query, selection, snapshot, source);
        requireFinal(merged.end(), Finality.of(source, snapshot), request.conditions());
        return Optional.of(new Answer(query.columns(), merged.rows(), certificate, freshness));
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
