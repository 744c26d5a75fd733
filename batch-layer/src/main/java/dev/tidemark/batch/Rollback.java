package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.Standing;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/**
 * Publishes again what an earlier publication held, as a new publication: its segments, its cuts and its definition sets.
 * What lies between its cuts and those of the newest is then counted from increments.
 */
final class Rollback {

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final PublicationLog publications;
    private final Stopwatch watch = new Stopwatch();
    private final Publisher publisher;

    /** @param spark asked only when tables are to be brought up to date */
    Rollback(Deployment deployment, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.spark = spark;
        this.progress = progress;
        this.publications = deployment.warehouse().publications();
        this.publisher = new Publisher(deployment, spark, progress, watch);
    }

    /**
     * What a rollback did.
     *
     * @param publication the publication that it made
     * @param restored the publication that held the same
     * @param sources the cuts before and after, by source
     * @param viewsWritten the views whose readable tables it wrote
     * @param seconds how long its stages took
     */
    record Report(
            long publication,
            long restored,
            Map<String, Moved> sources,
            List<String> viewsWritten,
            Map<String, Double> seconds) {}

    /**
     * Where a source's cut was, and where it is.
     *
     * @param cutBefore none of a source that was not published
     * @param cut none of a source that is not published any more
     */
    record Moved(Cut cutBefore, Cut cut) {}

    /**
     * Publishes what an earlier publication held.
     *
     * @param to which one; without a choice the one before the newest, so that a second rollback undoes the first
     * @throws RefusedException if it is not kept, if nothing would change, or if what it needs is gone
     * @throws LostRaceException if another run published meanwhile
     */
    Report run(OptionalLong to) {
        Publication newest = publications.latest();
        Publication restored = chosen(newest, to);
        requireChange(newest, restored);
        progress.say("looking whether all is there that publication %d needs".formatted(restored.number()));
        new Restorable(deployment, spark, restored, newest).require();
        restored.sources().forEach((source, state) -> Standing.requireSameZone(deployment, source, state));
        watch.lap("checks");
        publisher.bringFailedEventsUpToDate(newest);
        Publication made =
                publisher.publish(newest, Cause.rollbackTo(restored.number()), restored.sources(), restored.segments());
        progress.say("it holds what publication %d held".formatted(restored.number()));
        List<String> written = publisher.bringTablesUpToDate(made);
        return new Report(made.number(), restored.number(), moved(newest, made), written, watch.seconds());
    }

    private Publication chosen(Publication newest, OptionalLong to) {
        List<Long> kept = publications.numbers();
        if (kept.isEmpty()) {
            throw new RefusedException("nothing has been published yet, so there is nothing to undo");
        }
        long number = to.orElse(newest.number() - 1);
        return publications
                .read(number)
                .orElseThrow(() -> new RefusedException(
                        number == 0
                                ? "publication 1 is the only one there was: there is none before it to publish again"
                                : "publication %d is not kept%s; those that are kept are %d to %d"
                                        .formatted(
                                                number,
                                                number > newest.number()
                                                        ? ", since it has not been made yet"
                                                        : " any more",
                                                kept.get(0),
                                                newest.number())));
    }

    /** Who repeats what has been done already may have been interrupted before the tables were up to date. */
    private void requireChange(Publication newest, Publication restored) {
        if (restored.sources().equals(newest.sources()) && restored.segments().equals(newest.segments())) {
            publisher.bringTablesUpToDate(newest);
            throw new RefusedException(
                    restored.number() == newest.number()
                            ? "nothing would change: publication %d is the newest".formatted(newest.number())
                            : "nothing would change: publication %d, the newest, holds exactly what publication %d held"
                                    .formatted(newest.number(), restored.number()));
        }
    }

    private static Map<String, Moved> moved(Publication before, Publication after) {
        Map<String, Moved> moved = new TreeMap<>();
        before.sources().keySet().forEach(source -> moved.put(source, moved(source, before, after)));
        after.sources().keySet().forEach(source -> moved.put(source, moved(source, before, after)));
        return moved;
    }

    private static Moved moved(String source, Publication before, Publication after) {
        return new Moved(cut(before, source), cut(after, source));
    }

    private static Cut cut(Publication publication, String source) {
        return publication.source(source).map(SourceState::cut).orElse(Cut.NONE);
    }
}
