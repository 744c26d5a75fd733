package dev.tidemark.serving.query;

import dev.tidemark.schema.Source;
import dev.tidemark.view.Publication;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Up to when nothing is expected to change any more.
 *
 * @param allowedLateness how late events may be
 * @param published the lowest, over the partitions, of the newest record timestamps below the cut; empty before
 *     anything has been published
 */
record Finality(Duration allowedLateness, Optional<Instant> published) {

    static Finality of(Source source, Publication publication, String log) {
        Collection<Long> newest = publication
                .source(source.name())
                .map(state -> state.newestRecord().getOrDefault(log, Map.of()).values())
                .orElse(List.of());
        return new Finality(
                source.allowedLateness(),
                newest.isEmpty() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(Collections.min(newest))));
    }

    /** Whether an allowed lateness has been published beyond {@code end}. */
    boolean isFinal(Instant end) {
        return published.map(time -> !end.plus(allowedLateness).isAfter(time)).orElse(false);
    }
}
