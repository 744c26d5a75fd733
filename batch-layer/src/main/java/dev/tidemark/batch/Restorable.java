package dev.tidemark.batch;

import dev.tidemark.batch.TailCheck.Tail;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.sql.SparkSession;

/**
 * Finds out whether answers would be right if what an earlier publication held were published again: what it names has to
 * be there still, and what lies beyond its cut has to be countable from increments. Nothing is written.
 */
final class Restorable {

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Publication restored;
    private final Publication newest;

    /** @param spark asked only where a table's log does not reach back far enough */
    Restorable(Deployment deployment, Supplier<SparkSession> spark, Publication restored, Publication newest) {
        this.deployment = deployment;
        this.spark = spark;
        this.restored = restored;
        this.newest = newest;
    }

    /**
     * Asks for all of it.
     *
     * @throws RefusedException with everything that lacks
     * @throws UnavailableException if increments are needed, and the broker does not answer
     */
    void require() {
        List<String> lacks = new ArrayList<>();
        restored.sources().forEach((source, state) -> addLacks(source, state, lacks));
        if (lacks.isEmpty()) {
            addLacks(tails(), lacks);
        }
        if (!lacks.isEmpty()) {
            throw new RefusedException("what publication %d held cannot be published again: %s"
                    .formatted(restored.number(), String.join("; ", lacks)));
        }
    }

    private void addLacks(String source, SourceState state, List<String> lacks) {
        Optional<Source> stated = stated(source);
        if (stated.isEmpty()) {
            lacks.add("source %s: the files do not have it any more; put its file and those of its views back first"
                    .formatted(source));
            return;
        }
        for (String id : List.of(state.definitionSet(), state.batchSet())) {
            Optional<DefinitionSet> set = deployment.warehouse().loadDefinitions(source, id);
            if (set.isEmpty()) {
                lacks.add("source %s: its definition set %s is not in the warehouse any more".formatted(source, id));
            } else {
                addLacks(stated.get(), set.get(), lacks);
            }
        }
    }

    private void addLacks(Source stated, DefinitionSet set, List<String> lacks) {
        Source before = set.source();
        if (!before.format().name().equals(stated.format().name())) {
            lacks.add("source %s: its values were %s then, and are %s now"
                    .formatted(
                            before.name(),
                            before.format().name(),
                            stated.format().name()));
        }
        set.enrichments().forEach(enrichment -> {
            try {
                deployment.warehouse().versionOf(enrichment);
            } catch (RefusedException e) {
                lacks.add(e.getMessage());
            }
        });
        set.views().stream().filter(view -> view.layers().recomputed()).forEach(view -> lackingSegments(set, view)
                .ifPresent(lacks::add));
    }

    private Optional<String> lackingSegments(DefinitionSet set, View view) {
        Set<String> needed = restored.segmentsOf(view.name()).values().stream()
                .filter(segment -> segment.cells() > 0)
                .map(SegmentRef::id)
                .collect(Collectors.toSet());
        Set<String> lacking =
                new SegmentsTable(deployment.warehouse().segments(set, view), view).lacking(spark, needed);
        return lacking.stream().findFirst().map(first -> "view %s: %d of its %d segments are deleted, such as %s"
                .formatted(view.name(), lacking.size(), needed.size(), first));
    }

    private Optional<Source> stated(String name) {
        return deployment.sources().stream()
                .filter(source -> source.name().equals(name))
                .findFirst();
    }

    private void addLacks(List<Tail> tails, List<String> lacks) {
        if (tails.isEmpty()) {
            return;
        }
        try (TailCheck check = new TailCheck(deployment)) {
            for (Tail tail : tails) {
                check.lack(tail)
                        .ifPresent(reason -> lacks.add("source " + tail.source().name() + ": " + reason));
            }
        }
    }

    /** What would have to be counted from increments and is not so counted now. */
    private List<Tail> tails() {
        return deployment.sources().stream()
                .flatMap(
                        source -> restored
                                .source(source.name())
                                .map(state -> tail(source, state))
                                .orElseGet(() -> unpublished(source))
                                .stream())
                .toList();
    }

    private Optional<Tail> tail(Source source, SourceState state) {
        DefinitionSet set = deployment.warehouse().requireDefinitions(source.name(), state.definitionSet());
        boolean countedNow = newest.source(source.name())
                .map(now -> now.definitionSet().equals(set.id()) && !isBehind(state.cut(), now.cut()))
                .orElse(false);
        return set.views().isEmpty() || countedNow
                ? Optional.empty()
                : Optional.of(new Tail(source, set.id(), Optional.of(set), state.cut(), state.cutTakenAt()));
    }

    /** A source that was published later: it would be counted from its log's beginning on, as its files state it. */
    private Optional<Tail> unpublished(Source source) {
        String id = deployment.definitionSetId(source.name());
        boolean published = newest.source(source.name()).isPresent();
        return !published || deployment.streamedViewsOf(source.name()).isEmpty()
                ? Optional.empty()
                : Optional.of(new Tail(
                        source,
                        id,
                        deployment.warehouse().loadDefinitions(source.name(), id),
                        Cut.NONE,
                        Instant.EPOCH));
    }

    private static boolean isBehind(Cut cut, Cut other) {
        return other.ofTopics().logs().entrySet().stream()
                .flatMap(log -> log.getValue().entrySet().stream()
                        .map(end -> isBelow(cut.of(log.getKey(), end.getKey()), end.getValue())))
                .anyMatch(below -> below);
    }

    private static boolean isBelow(OptionalLong end, long other) {
        return end.isEmpty() || end.getAsLong() < other;
    }
}
