package dev.tidemark.serving.query;

import dev.tidemark.schema.Source;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.view.Tail.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;

/**
 * Up to when nothing is expected to change any more.
 *
 * @param allowedLateness how late events may be
 * @param reached the lowest, over the partitions, of the newest record timestamps; empty before there are any, and where
 *     a partition has events but none that is looked at
 */
public record Finality(Duration allowedLateness, Optional<Instant> reached) {

    /** By the records below the cut. */
    public static Finality of(Source source, Snapshot snapshot) {
        return of(source, snapshot, snapshot.newestPublished(source.name()));
    }

    /** By all records that have been counted. */
    static Finality ofCounted(Source source, Snapshot snapshot) {
        return of(source, snapshot, snapshot.newestCounted(source.name()));
    }

    private static Finality of(Source source, Snapshot snapshot, Map<Integer, Long> newest) {
        boolean all = snapshot.progress().entrySet().stream()
                .allMatch(partition -> newest.containsKey(partition.getKey()) || isEmpty(partition.getValue()));
        return new Finality(
                source.allowedLateness(),
                newest.isEmpty() || !all
                        ? Optional.empty()
                        : Optional.of(Instant.ofEpochMilli(Collections.min(newest.values()))));
    }

    /** Whether nothing lies beyond the cut either. */
    private static boolean isEmpty(Progress progress) {
        return progress.through() == progress.cut();
    }

    /** Up to when all is final; empty if nothing is. */
    Optional<Instant> until() {
        return reached.map(time -> time.minus(allowedLateness));
    }

    /** Whether an allowed lateness has been reached beyond {@code end}. */
    public boolean isFinal(Instant end) {
        return until().map(time -> !end.isAfter(time)).orElse(false);
    }
}
