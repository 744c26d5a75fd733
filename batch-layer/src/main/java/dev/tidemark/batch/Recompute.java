package dev.tidemark.batch;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
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
 * Recomputes days from the master dataset, publishes them, and brings the readable tables up to date. The publication
 * is the one switch: before it, nothing of a run is visible; after it, everything is.
 */
final class Recompute {

    private static final int RUN_DIGITS = 12;

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final Stopwatch watch = new Stopwatch();

    /** @param spark asked only when there is something to compute */
    Recompute(Deployment deployment, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.spark = spark;
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
     * @param rowsRead how many well-formed events lie on them below the cut
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
        List<DefinitionSet> sets = Definitions.resolve(deployment);
        Publication parent = deployment.warehouse().publications().latest();
        List<SourcePlan> plans = RecomputePlan.of(deployment, sets, parent, selection);
        watch.lap("plan");
        if (plans.isEmpty()) {
            progress.say(nothingToDo(selection, parent));
            return finish(parent, parent, sets, List.of());
        }
        List<Done> done = plans.stream().map(this::compute).toList();
        watch.lap("segments");
        progress.reached(Stage.SEGMENTS_WRITTEN);
        Publication published = publish(parent, done);
        progress.reached(Stage.PUBLISHED);
        return finish(parent, published, sets, done);
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
        if (!plan.hasWork()) {
            return new Done(plan, new Segments.Written(Map.of(), 0));
        }
        progress.say("%s: recomputing %d days of %d views, %s to %s"
                .formatted(
                        plan.source().name(),
                        plan.days().size(),
                        plan.set().views().size(),
                        plan.days().first(),
                        plan.days().last()));
        String run = UUID.randomUUID().toString().replace("-", "").substring(0, RUN_DIGITS);
        Segments.Written written = new Segments(deployment, spark.get(), plan, run).write();
        progress.say("%s: %,d events in %,d cells".formatted(plan.source().name(), written.events(), written.cells()));
        return new Done(plan, written);
    }

    private Publication publish(Publication parent, List<Done> done) {
        Map<String, SourceState> sources = new TreeMap<>(parent.sources());
        Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>(parent.segments());
        // A run takes a while, and another process may have begun to stream other views meanwhile.
        done.forEach(source ->
                deployment.requireSameDefinitions(parent, source.plan().source()));
        for (Done source : done) {
            deployment.warehouse().saveDefinitions(source.plan().set());
            sources.put(source.plan().source().name(), source.plan().state());
            source.written().segments().forEach((view, days) -> segments.merge(view, days, Recompute::replaced));
        }
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Publication publication = new Publication(Publication.FORMAT, parent.number() + 1, now, sources, segments);
        if (!deployment.warehouse().publications().create(publication)) {
            throw new LostRaceException("another run has made publication " + publication.number()
                    + " meanwhile; nothing of this run is visible: run it again");
        }
        watch.lap("publish");
        progress.say("publication " + publication.number() + " made");
        return publication;
    }

    private static Map<LocalDate, SegmentRef> replaced(
            Map<LocalDate, SegmentRef> before, Map<LocalDate, SegmentRef> now) {
        Map<LocalDate, SegmentRef> all = new TreeMap<>(before);
        all.putAll(now);
        return all;
    }

    private Report finish(Publication parent, Publication newest, List<DefinitionSet> sets, List<Done> done) {
        List<String> written = new ReadableViews(deployment, spark).bringUpToDate(newest, sets);
        if (!written.isEmpty()) {
            progress.say("readable tables brought up to date: " + String.join(", ", written));
        }
        watch.lap("views");
        List<Recomputed> sources =
                done.stream().map(source -> recomputed(parent, source)).toList();
        return new Report(newest.number(), newest.number() > parent.number(), sources, written, watch.seconds());
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
