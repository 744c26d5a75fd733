package dev.tidemark.serving.query;

import dev.tidemark.serving.fold.Lag.Behind;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.view.Publication.SourceState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * How fresh an answer is.
 *
 * @param behind how far it is behind the log
 * @param newestEvent the newest record timestamp that has been counted, if any has
 */
public record Freshness(Behind behind, Optional<Instant> newestEvent) {

    static Freshness of(Snapshot snapshot, Certificate certificate, LiveSource live, Instant now) {
        Map<Integer, Long> throughs = snapshot.progress().entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey, entry -> entry.getValue().through()));
        Optional<SourceState> published =
                snapshot.publication().source(live.source().name());
        LongStream batch = published.stream()
                .flatMap(state -> state.newestRecord().values().stream())
                .map(Map::values)
                .flatMap(Collection::stream)
                .mapToLong(Long::longValue);
        LongStream tail = snapshot.newestInTail().values().stream().mapToLong(Long::longValue);
        OptionalLong newest = LongStream.concat(batch, tail).max();
        Behind behind = live.lag().behind(throughs, now);
        return new Freshness(
                certificate.reaches().map(time -> behind(behind, time, now)).orElse(behind),
                newest.isPresent() ? Optional.of(Instant.ofEpochMilli(newest.getAsLong())) : Optional.empty());
    }

    /** What batch alone computes stands still between publications, and is as old as its cut while there is more. */
    private static Behind behind(Behind observed, Instant reaches, Instant now) {
        return observed.records() == 0 ? observed : new Behind(observed.records(), Duration.between(reaches, now));
    }
}
