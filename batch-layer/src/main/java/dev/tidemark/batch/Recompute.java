package dev.tidemark.batch;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * Recomputes days from the master dataset, publishes them, and brings the readable tables and the dead letters of reason
 * {@code expression} up to date. The publication
 * is the one switch: before it, nothing of a run is visible; after it, everything is.
 */
final class Recompute {

    private static final int RUN_DIGITS = 12;

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final ReferenceRows references;
    private final Progress progress;
    private final Stopwatch watch = new Stopwatch();

    /** @param spark asked only when there is something to compute */
    Recompute(Deployment deployment, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.spark = spark;
        this.references = new ReferenceRows(deployment.warehouse()::reference, deployment.warehouse()::versionOf);
        this.progress = progress;
    }

    /**
     * What a run did.
     *
     * @param publication the newest publication after it
     * @param published whether the run made it
     * @param sources what it did for each source with something to do
     * @param viewsWritten the views whose readable tables it wrote
     * @param seconds how long its stages took
     */
    record Report(
            long publication,
            boolean published,
            List<Recomputed> sources,
            List<String> viewsWritten,
            Map<String, Double> seconds) {}

    /**
     * What a run did for one source.
     *
     * @param source the source
     * @param days the days that were recomputed, of the deployment's timezone
     * @param rowsRead how many well-formed events were read: twice what lies on days that views needed apart
     * @param cellsWritten how many cells the views' new segments have together
     * @param cutBefore the cut of the publication before
     * @param cut the cut of this one
     */
    record Recomputed(
            String source, SortedSet<LocalDate> days, long rowsRead, long cellsWritten, Cut cutBefore, Cut cut) {}

    /** A plan, carried out. */
    private record Done(SourcePlan plan, Segments.Written written) {}

    /**
     * Runs once.
     *
     * @throws RefusedException if what was asked for could give a wrong answer
     * @throws LostRaceException if another run published meanwhile
     */
    Report run(Selection selection) {
        List<SourceDefinitions> definitions = Definitions.resolve(deployment);
        Publication parent = deployment.warehouse().publications().latest();
        RecomputePlan plan = RecomputePlan.of(deployment, definitions, parent, selection);
        watch.lap("plan");
        if (plan.isNothing()) {
            progress.say(nothingToDo(selection, parent));
            return finish(parent, parent, definitions, List.of());
        }
        // What a run that died has left: failed events are told from one publication to the next.
        bringFailedEventsUpToDate(parent);
        if (plan.sources().stream().anyMatch(source -> !source.work().isEmpty())) {
            spark.get();
            watch.lap("spark");
        }
        List<Done> done = plan.sources().stream().map(this::compute).toList();
        watch.lap("segments");
        progress.reached(Stage.SEGMENTS_WRITTEN);
        Publication published = publish(parent, cause(selection), plan.dropped(), done);
        progress.reached(Stage.PUBLISHED);
        return finish(parent, published, definitions, done);
    }

    private static String nothingToDo(Selection selection, Publication parent) {
        if (!selection.movesCut()) {
            return "no events on the chosen days below the cut of publication " + parent.number();
        }
        return parent.isNone()
                ? "nothing has been archived yet; run `tidemark archive`"
                : "nothing new since publication " + parent.number();
    }

    private Done compute(SourcePlan plan) {
        if (plan.work().isEmpty()) {
            return new Done(plan, Segments.Written.NOTHING);
        }
        MasterDataset master = MasterDataset.of(deployment, plan.source());
        MasterDataset.Version seen = master.latest()
                .orElseThrow(() ->
                        new RefusedException(("the master dataset %s is gone: restore it, or run `tidemark archive`,"
                                        + " which reads again what the topic still holds")
                                .formatted(master.table())));
        master.requireSameJudging(seen.commit());
        String run = UUID.randomUUID().toString().replace("-", "").substring(0, RUN_DIGITS);
        Segments.Written written = Segments.Written.NOTHING;
        ArchivedEvents events = new ArchivedEvents(
                plan.source(), master.table(), seen, plan.state().cut(), deployment.zone(), references);
        for (SourcePlan.Work work : plan.work()) {
            written = written.plus(compute(plan.source().name(), work, events, run));
        }
        master.requireNotJudgedAgainSince(seen);
        return new Done(plan, written);
    }

    private Segments.Written compute(String source, SourcePlan.Work work, ArchivedEvents events, String run) {
        progress.say("%s: recomputing %d days of %d views, %s to %s"
                .formatted(
                        source,
                        work.days().size(),
                        work.views().views().size(),
                        work.days().first(),
                        work.days().last()));
        Segments.Written written = new Segments(deployment, spark.get(), work, events, run).write();
        progress.say("%s: %,d events in %,d cells".formatted(source, written.events(), written.cells()));
        return written;
    }

    private static Cause cause(Selection selection) {
        return selection.movesCut() ? Cause.RECOMPUTE : Cause.DAYS;
    }

    private Publication publish(Publication parent, Cause cause, List<String> dropped, List<Done> done) {
        Map<String, SourceState> sources = new TreeMap<>(parent.sources());
        Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>(parent.segments());
        for (String source : dropped) {
            publishedViews(sources.remove(source), source).forEach(segments::remove);
            progress.say(source + ": the files no longer have this source; it is published no more");
        }
        for (Done source : done) {
            SourcePlan plan = source.plan();
            deployment.warehouse().saveDefinitions(plan.definitions().streamed());
            deployment.warehouse().saveDefinitions(plan.definitions().batch());
            sources.put(plan.source().name(), plan.state());
            segments = plan.segmentsAfter(segments, source.written().segments());
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Publication publication = new Publication(parent.number() + 1, now, cause, sources, segments);
        if (!deployment.warehouse().publications().create(publication)) {
            throw new LostRaceException("another run has made publication " + publication.number()
                    + " meanwhile; nothing of this run is visible: run it again");
        }
        watch.lap("publish");
        progress.say("publication " + publication.number() + " made");
        return publication;
    }

    private List<String> publishedViews(SourceState state, String source) {
        return deployment.warehouse().publishedDefinitions(source, state).stream()
                .flatMap(set -> set.views().stream())
                .map(View::name)
                .toList();
    }

    private Report finish(
            Publication parent, Publication newest, List<SourceDefinitions> definitions, List<Done> done) {
        List<String> written = new ReadableViews(deployment, spark).bringUpToDate(newest, definitions);
        if (!written.isEmpty()) {
            progress.say("readable tables brought up to date: " + String.join(", ", written));
        }
        watch.lap("views");
        bringFailedEventsUpToDate(newest);
        watch.lap("dead_letters");
        List<Recomputed> sources =
                done.stream().map(source -> recomputed(parent, source)).toList();
        return new Report(newest.number(), newest.number() > parent.number(), sources, written, watch.seconds());
    }

    private void bringFailedEventsUpToDate(Publication publication) {
        if (new FailedEvents(deployment, spark).bringUpToDate(publication)) {
            progress.say("events that fail an expression of a view are in the table dead_letters");
        }
    }

    private static Recomputed recomputed(Publication parent, Done done) {
        String source = done.plan().source().name();
        return new Recomputed(
                source,
                done.plan().days(),
                done.written().events(),
                done.written().cells(),
                parent.source(source).map(SourceState::cut).orElse(Cut.NONE),
                done.plan().state().cut());
    }
}
