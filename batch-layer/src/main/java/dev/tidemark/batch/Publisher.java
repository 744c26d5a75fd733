package dev.tidemark.batch;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * Makes publications, and makes the tables that others read follow them: the readable views, and the dead letters of
 * reason {@code expression}. The publication is the one switch: before it, nothing of a run is visible; after it,
 * everything is.
 */
final class Publisher {

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final Stopwatch watch;

    /** @param spark asked only when a table is behind */
    Publisher(Deployment deployment, Supplier<SparkSession> spark, Progress progress, Stopwatch watch) {
        this.deployment = deployment;
        this.spark = spark;
        this.progress = progress;
        this.watch = watch;
    }

    /**
     * Publishes after {@code parent}.
     *
     * @throws LostRaceException if another run published meanwhile
     */
    Publication publish(
            Publication parent,
            Cause cause,
            Map<String, SourceState> sources,
            Map<String, Map<LocalDate, SegmentRef>> segments) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Publication publication = new Publication(parent.number() + 1, now, cause, sources, segments);
        if (!deployment.warehouse().publications().create(publication)) {
            throw new LostRaceException("another run has made publication " + publication.number()
                    + " meanwhile; nothing of this run is visible: run it again");
        }
        watch.lap("publish");
        progress.say("publication " + publication.number() + " made");
        progress.reached(Stage.PUBLISHED);
        return publication;
    }

    /**
     * Makes the tables show {@code newest}, where they do not yet.
     *
     * @return the views whose readable tables were behind
     */
    List<String> bringTablesUpToDate(Publication newest) {
        List<String> written =
                new ReadableViews(deployment, spark).bringUpToDate(newest, Definitions.published(deployment, newest));
        if (!written.isEmpty()) {
            progress.say("readable tables brought up to date: " + String.join(", ", written));
        }
        watch.lap("views");
        bringFailedEventsUpToDate(newest);
        watch.lap("dead_letters");
        return written;
    }

    /** They are told from one publication to the next: to be called before another is made, since a run may have died. */
    void bringFailedEventsUpToDate(Publication newest) {
        if (new FailedEvents(deployment, spark).bringUpToDate(newest)) {
            progress.say("events that fail an expression of a view are in the table dead_letters");
        }
    }
}
