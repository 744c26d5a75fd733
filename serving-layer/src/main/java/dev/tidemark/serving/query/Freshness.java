package dev.tidemark.serving.query;

import dev.tidemark.serving.fold.Lag;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.view.Publication.SourceState;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * How fresh an answer is.
 *
 * @param behind how far it is behind the log
 * @param newestEvent the newest record timestamp that has been counted, if any has
 */
public record Freshness(Lag.Behind behind, Optional<Instant> newestEvent) {

    static Freshness of(Snapshot snapshot, String source, Lag lag, Instant now) {
        Map<Integer, Long> throughs = snapshot.progress().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().through()));
        Optional<SourceState> published = snapshot.publication().source(source);
        LongStream batch = published.stream()
                .flatMap(state -> state.newestRecord().values().stream())
                .map(Map::values)
                .flatMap(Collection::stream)
                .mapToLong(Long::longValue);
        long newest = LongStream.concat(batch, LongStream.of(snapshot.newestRecord()))
                .max()
                .getAsLong();
        return new Freshness(
                lag.behind(throughs, now),
                newest == Long.MIN_VALUE ? Optional.empty() : Optional.of(Instant.ofEpochMilli(newest)));
    }
}
