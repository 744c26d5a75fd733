package dev.tidemark.serving.history;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Micros;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Tail.Progress;
import dev.tidemark.view.View;
import java.time.LocalDate;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A view as a publication has it.
 *
 * @param publication the publication
 * @param state what it says of the view's source
 * @param set the definition set that it has the view from
 * @param view the view as it is stated there
 */
record PastView(Publication publication, SourceState state, DefinitionSet set, View view) {

    /** The identity of what its cells are computed by. */
    String statement() {
        return set.segmentsId(view);
    }

    /** Its segments on the days in which a selected cell may start. */
    Map<LocalDate, SegmentRef> segments(Selection selection) {
        Map<LocalDate, SegmentRef> touched = new TreeMap<>();
        publication.segmentsOf(view.name()).forEach((day, segment) -> {
            if (start(day) < selection.to() && selection.from() < start(day.plusDays(1))) {
                touched.put(day, segment);
            }
        });
        return touched;
    }

    private long start(LocalDate day) {
        return Micros.of(day.atStartOfDay(set.zone()).toInstant());
    }

    /** How many events of the days in which a selected cell may start fell into which bucket. */
    Map<Bucket, Long> events(Selection selection) {
        Map<Bucket, Long> events = new EnumMap<>(Bucket.class);
        segments(selection).values().stream()
                .flatMap(segment -> segment.buckets().values().stream())
                .flatMap(partitions -> partitions.values().stream())
                .forEach(buckets -> buckets.forEach((bucket, number) -> events.merge(bucket, number, Long::sum)));
        return events;
    }

    /**
     * What an answer as of the publication's cut is made of.
     *
     * @param current the log that the source's topic is by now, if that is known
     * @param segments the segments that are asked
     */
    Snapshot snapshot(Optional<String> current, List<Segment> segments) {
        String log = current.filter(state.cut().logs()::containsKey).orElseGet(this::newestLog);
        Map<Integer, Progress> progress = new TreeMap<>();
        state.cut()
                .logs()
                .getOrDefault(log, Map.of())
                .forEach((partition, end) -> progress.put(partition, new Progress(end, end, OffsetRanges.NONE)));
        return new Snapshot(
                publication,
                log,
                segments,
                List.of(),
                progress,
                published(log, Bucket.DEFERRED),
                published(log, Bucket.EXCLUDED),
                Map.of());
    }

    /** The one that got the newest record: a topic that was created again is another log. */
    private String newestLog() {
        return state.cut().ofTopics().logs().keySet().stream()
                .max(Comparator.comparingLong(log -> state.newestRecord().getOrDefault(log, Map.of()).values().stream()
                        .mapToLong(Long::longValue)
                        .max()
                        .orElse(Long.MIN_VALUE)))
                .orElse("");
    }

    private Map<Integer, Long> published(String log, Bucket bucket) {
        Map<Integer, Long> events = new TreeMap<>();
        publication
                .bucketsOf(view.name(), log)
                .forEach((partition, buckets) -> events.put(partition, buckets.getOrDefault(bucket, 0L)));
        return events;
    }
}
