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
 * @param published the lowest, over the partitions, of the newest record timestamps below the cut; empty before
 *     anything has been published, and where a partition has events but none below the cut
 */
record Finality(Duration allowedLateness, Optional<Instant> published) {

    static Finality of(Source source, Snapshot snapshot) {
        Map<Integer, Long> newest = snapshot.newestPublished(source.name());
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
        return published.map(time -> time.minus(allowedLateness));
    }

    /** Whether an allowed lateness has been published beyond {@code end}. */
    boolean isFinal(Instant end) {
        return until().map(time -> !end.isAfter(time)).orElse(false);
    }
}
