package dev.tidemark.batch;

import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Drift;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Reconciled;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.View;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * Looks at publications, one after the other: whether an answer changed when the cut passed though no event came, and why.
 * What it finds is in the table {@code drift}, which is also where it reads up to which publication it has looked.
 */
final class Reconciliation {

    private static final Set<Cause.Kind> MOVE_THE_CUT =
            Set.of(Cause.Kind.RECOMPUTE, Cause.Kind.ADVANCE, Cause.Kind.UNKNOWN);

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final ReferenceRows references;
    private final DriftTable table;
    private final Stopwatch watch = new Stopwatch();

    /** @param spark asked only when there is something to compare */
    Reconciliation(Deployment deployment, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.spark = spark;
        this.progress = progress;
        this.references = new ReferenceRows(deployment.warehouse()::reference, deployment.warehouse()::versionOf);
        this.table = DriftTable.of(deployment);
    }

    /**
     * What a run found.
     *
     * @param through the last publication that has been looked at
     * @param publications those that this run looked at
     * @param waiting why it went no further, if it did not
     * @param seconds how long its stages took
     */
    record Report(long through, List<Reconciled> publications, Optional<String> waiting, Map<String, Double> seconds) {

        /** How many differences nothing explains. */
        long unexpected() {
            return publications.stream().mapToLong(Reconciled::unexpected).sum();
        }
    }

    /** Looks at every publication that has not been looked at. */
    Report run() {
        long through = table.through();
        List<Reconciled> done = new ArrayList<>();
        for (long number : deployment.warehouse().publications().numbers()) {
            if (number <= through) {
                continue;
            }
            Looked looked = look(number);
            if (looked.waits().isPresent()) {
                progress.say(looked.waits().get());
                return new Report(through, done, looked.waits(), watch.seconds());
            }
            Reconciled found = looked.found();
            table.append(spark.get(), found, looked.drifts());
            watch.lap("ledger");
            tell(found);
            done.add(found);
            through = number;
        }
        if (done.isEmpty()) {
            progress.say("every publication has been looked at, up to " + through);
        }
        return new Report(through, done, Optional.empty(), watch.seconds());
    }

    /**
     * A look at one publication.
     *
     * @param waits why it cannot be done yet, if it cannot
     */
    private record Looked(Reconciled found, List<Drift> drifts, Optional<String> waits) {

        static Looked waits(String reason) {
            return new Looked(null, List.of(), Optional.of(reason));
        }
    }

    private Looked look(long number) {
        Publication publication =
                deployment.warehouse().publications().read(number).orElseThrow();
        Optional<Publication> parent = number == 1
                ? Optional.of(Publication.NONE)
                : deployment.warehouse().publications().read(number - 1);
        List<String> notCompared = new ArrayList<>();
        List<Drift> drifts = new ArrayList<>();
        long compared = 0;
        if (!MOVE_THE_CUT.contains(publication.cause().kind())) {
            notCompared.add("a " + publication.cause().kind() + " is meant to change answers");
        } else if (parent.isEmpty()) {
            notCompared.add("publication " + (number - 1) + " is no longer kept");
        } else {
            for (String source : publication.sources().keySet()) {
                Passage passage = new Passage(parent.get(), publication, source);
                if (passage.cut().equals(passage.cutBefore())) {
                    continue;
                }
                if (passage.imports().isPresent()) {
                    notCompared.add(passage.imports().get());
                    continue;
                }
                Optional<StreamedRange> range = read(passage);
                Optional<Lack> lack = range.isEmpty()
                        ? Optional.of(new Lack("source %s has no increments of what was published".formatted(source)))
                        : incomplete(passage, range.get());
                if (lack.isPresent() && lack.get().mayCome() && isNewest(passage)) {
                    return Looked.waits("publication %d waits: %s"
                            .formatted(number, lack.get().reason()));
                }
                lack.ifPresent(found -> notCompared.add(found.reason()));
                if (lack.isEmpty()) {
                    compared += compare(passage, range.get(), drifts);
                }
            }
        }
        return new Looked(found(number, compared, notCompared, drifts), drifts, Optional.empty());
    }

    private static Reconciled found(long number, long compared, List<String> notCompared, List<Drift> drifts) {
        long unexpected =
                drifts.stream().filter(drift -> !drift.cause().isExpected()).count();
        List<Drift> first = drifts.stream()
                .sorted(Comparator.comparing((Drift drift) -> drift.cause().isExpected()))
                .limit(Reconciled.MOST)
                .toList();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        return new Reconciled(number, now, compared, notCompared, unexpected, drifts.size() - unexpected, first);
    }

    /** How a source's cut moved. */
    record Passage(Publication parent, Publication publication, String source) {

        Optional<SourceState> before() {
            return parent.source(source);
        }

        SourceState after() {
            return publication.source(source).orElseThrow();
        }

        Cut cutBefore() {
            return before().map(SourceState::cut).orElse(Cut.NONE);
        }

        Cut cut() {
            return after().cut();
        }

        /** What was imported or revoked in between, since that is meant to change answers; empty if nothing. */
        Optional<String> imports() {
            List<String> taken = cut().importsBeyond(cutBefore());
            List<String> revoked = cutBefore().importsBeyond(cut());
            return taken.isEmpty() && revoked.isEmpty()
                    ? Optional.empty()
                    : Optional.of(
                            "source %s: imports %s were taken in, and %s taken out, which is meant to change answers"
                                    .formatted(source, taken, revoked));
        }

        /** The state whose definitions counted the events between the cuts. */
        SourceState counting() {
            return before().orElseGet(this::after);
        }
    }

    private Optional<StreamedRange> read(Passage passage) {
        DefinitionSet set = deployment
                .warehouse()
                .requireDefinitions(passage.source(), passage.counting().definitionSet());
        if (set.views().stream().noneMatch(view -> view.layers() == Layers.BOTH)) {
            return Optional.empty();
        }
        Optional<StreamedRange> range = StreamedRange.read(
                deployment,
                new StreamedRange.Request(
                        set,
                        passage.cutBefore(),
                        passage.counting().cutTakenAt(),
                        passage.cut(),
                        passage.publication().publishedAt()));
        watch.lap("increments");
        return range;
    }

    /**
     * Increments that are not there.
     *
     * @param mayCome whether the speed layer may just not have come as far
     */
    private record Lack(String reason, boolean mayCome) {

        Lack(String reason) {
            this(reason, false);
        }
    }

    /** What of the events between the cuts the increments do not have. */
    private static Optional<Lack> incomplete(Passage passage, StreamedRange range) {
        Optional<Lack> lack = Optional.empty();
        for (Map.Entry<LogPartition, Long> entry : range.events().entrySet()) {
            LogPartition partition = entry.getKey();
            long records = records(passage.after(), partition)
                    - passage.before().map(state -> records(state, partition)).orElse(0L);
            if (entry.getValue() < records) {
                String reason = "source %s: %d of %d events of partition %d have increments"
                        .formatted(passage.source(), entry.getValue(), records, partition.partition());
                lack = Optional.of(new Lack(reason, !range.isPast(partition)));
            }
            if (lack.isPresent() && !lack.get().mayCome()) {
                return lack;
            }
        }
        return lack;
    }

    /** Whether no later publication has moved the source's cut: a speed layer that starts now starts there. */
    private boolean isNewest(Passage passage) {
        return deployment
                .warehouse()
                .publications()
                .latest()
                .source(passage.source())
                .filter(state -> state.cut().equals(passage.cut()))
                .isPresent();
    }

    private static long records(SourceState state, LogPartition partition) {
        return state.records().getOrDefault(partition.log(), Map.of()).getOrDefault(partition.partition(), 0L);
    }

    private long compare(Passage passage, StreamedRange range, List<Drift> drifts) {
        SourceDefinitions after = Definitions.published(deployment, passage.source(), passage.after());
        DefinitionSet counting = deployment
                .warehouse()
                .requireDefinitions(passage.source(), passage.counting().definitionSet());
        long compared = 0;
        for (View view : counting.views()) {
            boolean unchanged = view.layers() == Layers.BOTH
                    && after.computed()
                            .anyMatch(now -> now.name().equals(view.name())
                                    && now.segmentsId().equals(counting.segmentsId(view)));
            if (unchanged) {
                ViewDrift found = new ViewDrift(deployment, spark.get(), references, passage, counting, view, range);
                compared += found.days();
                drifts.addAll(found.drifts());
            }
        }
        watch.lap("comparison");
        return compared;
    }

    private void tell(Reconciled found) {
        String differences = found.unexpected() + found.expected() == 0
                ? "no difference"
                : "%d differences, %d of them unexplained"
                        .formatted(found.unexpected() + found.expected(), found.unexpected());
        progress.say("publication %d: %d days of views compared, %s"
                .formatted(found.publication(), found.compared(), differences));
        found.notCompared().forEach(reason -> progress.say("  not compared: " + reason));
        found.drifts().forEach(drift -> progress.say("  " + text(drift)));
    }

    private static String text(Drift drift) {
        String line = "%s: %s of view %s on %s: answered %s, recomputed %s, in %d cells"
                .formatted(
                        drift.cause(),
                        drift.measure(),
                        drift.view(),
                        drift.day(),
                        drift.answered(),
                        drift.recomputed(),
                        drift.cells());
        return drift.cause().isExpected() || drift.largest().isEmpty()
                ? line
                : line + "; most at "
                        + drift.largest().stream()
                                .limit(3)
                                .map(cell -> cell.key().toString())
                                .toList();
    }
}
