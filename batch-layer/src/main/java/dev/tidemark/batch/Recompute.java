package dev.tidemark.batch;

import dev.tidemark.batch.Computing.Done;
import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Input;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** Computes days from the master dataset, in full or what is new of them, and publishes them. */
final class Recompute {

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final Stopwatch watch = new Stopwatch();
    private final Computing computing;
    private final Publisher publisher;

    /** One from the archive. */
    Recompute(Deployment deployment, Supplier<SparkSession> spark, Progress progress) {
        this(deployment, spark, progress, Input.ARCHIVE);
    }

    /**
     * @param spark asked only when there is something to compute
     * @param input what days are computed from
     */
    Recompute(Deployment deployment, Supplier<SparkSession> spark, Progress progress, Input input) {
        this.deployment = deployment;
        this.spark = spark;
        this.progress = progress;
        this.computing = new Computing(deployment, spark, progress, input);
        this.publisher = new Publisher(deployment, spark, progress, watch);
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

    /**
     * Recomputes days in full.
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
        }
        return run(parent, plan, selection.movesCut() ? Cause.RECOMPUTE : Cause.DAYS);
    }

    private static String nothingToDo(Selection selection, Publication parent) {
        if (!selection.movesCut()) {
            return "no events on the chosen days below the cut of publication " + parent.number();
        }
        return parent.isNone()
                ? "nothing has been archived yet; run `tidemark archive`"
                : "nothing new since publication " + parent.number();
    }

    /**
     * Merges what was archived beyond the published cut into the days that it touches.
     *
     * @throws LostRaceException if another run published meanwhile
     */
    Report advance() {
        Publication parent = deployment.warehouse().publications().latest();
        AdvancePlan plan = AdvancePlan.of(deployment, parent);
        watch.lap("plan");
        plan.left().forEach(progress::say);
        if (plan.sources().isEmpty()) {
            progress.say(
                    parent.isNone()
                            ? "nothing has been published yet; run `tidemark recompute`"
                            : "nothing new since publication " + parent.number());
        }
        return run(parent, new RecomputePlan(plan.sources(), List.of()), Cause.ADVANCE);
    }

    private Report run(Publication parent, RecomputePlan plan, Cause cause) {
        if (plan.isNothing()) {
            return finish(parent, parent, List.of());
        }
        // What a run that died has left: failed events are told from one publication to the next.
        publisher.bringFailedEventsUpToDate(parent);
        if (plan.sources().stream().anyMatch(source -> !source.work().isEmpty())) {
            spark.get();
            watch.lap("spark");
        }
        List<Done> done = plan.sources().stream().map(computing::compute).toList();
        watch.lap("segments");
        progress.reached(Stage.SEGMENTS_WRITTEN);
        return finish(parent, publish(parent, cause, plan.dropped(), done), done);
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
        return publisher.publish(parent, cause, sources, segments);
    }

    private List<String> publishedViews(SourceState state, String source) {
        return deployment.warehouse().publishedDefinitions(source, state).stream()
                .flatMap(set -> set.views().stream())
                .map(View::name)
                .toList();
    }

    private Report finish(Publication parent, Publication newest, List<Done> done) {
        List<String> written = publisher.bringTablesUpToDate(newest);
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
