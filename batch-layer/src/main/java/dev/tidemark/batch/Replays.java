package dev.tidemark.batch;

import dev.tidemark.batch.Computing.Done;
import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLine;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.ReplayLog;
import dev.tidemark.deployment.ReplayStatus;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Input;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Replay;
import dev.tidemark.view.ViewDifference;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** Creates replays, and publishes those that are approved. */
final class Replays {

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final Stopwatch watch = new Stopwatch();
    private final Publisher publisher;

    /** @param spark asked only when there is something to compute */
    Replays(Deployment deployment, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.spark = spark;
        this.progress = progress;
        this.publisher = new Publisher(deployment, spark, progress, watch);
    }

    /**
     * What was published.
     *
     * @param replay the replay
     * @param publication the publication that holds it
     * @param viewsWritten the views whose readable tables it wrote
     * @param seconds how long its stages took
     */
    record Approved(long replay, long publication, List<String> viewsWritten, Map<String, Double> seconds) {}

    /** How long the stages took so far. */
    Map<String, Double> seconds() {
        return watch.seconds();
    }

    /**
     * Computes what was asked for into staged segments, and how that differs from what is published.
     *
     * @throws RefusedException if it would not give a right answer, or nothing
     */
    Replay create(ReplayRequest request) {
        List<SourceDefinitions> definitions = Definitions.resolve(deployment);
        Publication parent = deployment.warehouse().publications().latest();
        List<SourcePlan> plans = ReplayPlan.of(deployment, definitions, parent, request);
        watch.lap("plan");
        spark.get();
        watch.lap("spark");
        Map<String, SourceState> sources = new TreeMap<>();
        Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>();
        Computing computing = new Computing(deployment, spark, progress, request.input());
        List<Done> done = plans.stream().map(computing::compute).toList();
        watch.lap("segments");
        progress.reached(Stage.SEGMENTS_WRITTEN);
        List<ViewDifference> differences = new ArrayList<>();
        for (Done one : done) {
            SourcePlan plan = one.plan();
            deployment.warehouse().saveDefinitions(plan.definitions().streamed());
            deployment.warehouse().saveDefinitions(plan.definitions().batch());
            sources.put(plan.source().name(), plan.state());
            segments.putAll(one.written().segments());
            differences.addAll(new Comparison(deployment, spark.get(), parent, plan).differences(one.written()));
        }
        watch.lap("comparison");
        return stage(request, parent, sources, segments, differences);
    }

    private Replay stage(
            ReplayRequest request,
            Publication parent,
            Map<String, SourceState> sources,
            Map<String, Map<LocalDate, SegmentRef>> segments,
            List<ViewDifference> differences) {
        ReplayLog log = deployment.warehouse().replays();
        while (true) {
            List<Long> numbers = log.numbers();
            Replay replay = new Replay(
                    Replay.FORMAT,
                    numbers.isEmpty() ? 1 : numbers.get(numbers.size() - 1) + 1,
                    Instant.now().truncatedTo(ChronoUnit.MILLIS),
                    request.from(),
                    request.to(),
                    request.input(),
                    parent.number(),
                    sources,
                    segments,
                    differences);
            if (log.create(replay)) {
                progress.say("replay " + replay.number() + " staged");
                progress.reached(Stage.REPLAY_STAGED);
                return replay;
            }
        }
    }

    /**
     * Publishes what was reviewed, with what was published since its creation.
     *
     * @throws RefusedException if it is not open, or what it rests on has changed
     * @throws LostRaceException if another run published meanwhile
     */
    Approved approve(long number) {
        Approval approval = Approval.of(deployment, number);
        watch.lap("plan");
        Publication parent = approval.parent();
        publisher.bringFailedEventsUpToDate(parent);
        List<SourcePlan> plans = approval.plans();
        Computing computing = new Computing(deployment, spark, progress, Input.ARCHIVE);
        List<Done> done = plans.stream().map(computing::compute).toList();
        watch.lap("segments");
        progress.reached(Stage.SEGMENTS_WRITTEN);
        Map<String, SourceState> sources = new TreeMap<>(parent.sources());
        Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>(parent.segments());
        for (Done one : done) {
            sources.put(one.plan().source().name(), one.plan().state());
            segments = one.plan().segmentsAfter(segments, one.written().segments());
        }
        // Computing took a while, in which somebody may have decided otherwise.
        Approval.requireOpen(deployment, number);
        Publication published = publisher.publish(parent, Cause.replay(number), sources, segments);
        List<String> written = publisher.bringTablesUpToDate(published);
        return new Approved(number, published.number(), written, watch.seconds());
    }

    /**
     * Drops a replay: it can no longer be approved.
     *
     * @throws RefusedException if it is not open
     */
    void reject(long number) {
        Approval.requireOpen(deployment, number);
        deployment.warehouse().replays().reject(number, Instant.now().truncatedTo(ChronoUnit.MILLIS));
        ReplayStatus status = ReplayStatus.of(
                deployment.warehouse().replays(),
                PublicationLine.of(deployment.warehouse().publications()),
                number);
        if (status.state() == ReplayStatus.State.APPROVED) {
            throw new RefusedException("replay %d was approved meanwhile, in publication %d"
                    .formatted(number, status.publication().orElseThrow()));
        }
        progress.say("replay " + number + " rejected");
    }
}
