package dev.tidemark.serving.fold;

import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Tail;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What one answer is made of: everything at the same instant.
 *
 * @param publication the publication
 * @param log the log that the tail counts
 * @param segments the view's segments
 * @param tail the selected cells of the events at or beyond the cut
 * @param progress how far each partition of the log has been counted
 * @param deferred how many late events beyond the cut wait for one that passes them, by partition
 * @param excluded how many late events the view leaves out for good, below the cut and beyond it, by partition
 * @param newestInTail the newest record timestamp among the events of the tail, in milliseconds, by partition;
 *     partitions without events have none
 */
public record Snapshot(
        Publication publication,
        String log,
        List<Segment> segments,
        List<Cell> tail,
        Map<Integer, Tail.Progress> progress,
        Map<Integer, Long> deferred,
        Map<Integer, Long> excluded,
        Map<Integer, Long> newestInTail) {

    /** Gives the selected cells of both layers to {@code taker}. */
    public void forEach(Selection selection, Consumer<Cell> taker) {
        segments.forEach(segment -> segment.select(selection, taker));
        tail.forEach(taker);
    }

    /** The newest record timestamp below the cut, in milliseconds, by partition; partitions without events have none. */
    public Map<Integer, Long> newestPublished(String source) {
        return publication
                .source(source)
                .map(state -> state.newestRecord().getOrDefault(log, Map.of()))
                .orElse(Map.of());
    }

    /** The newest record timestamp of what has been counted, in milliseconds, by partition. */
    public Map<Integer, Long> newestCounted(String source) {
        Map<Integer, Long> newest = new TreeMap<>(newestPublished(source));
        newestInTail.forEach((partition, time) -> newest.merge(partition, time, Math::max));
        return newest;
    }

    /** Whether every position below these exclusive ends has been counted. */
    public boolean reaches(Map<Integer, Long> ends) {
        return reaches(progress, ends);
    }

    static boolean reaches(Map<Integer, Tail.Progress> progress, Map<Integer, Long> ends) {
        return ends.entrySet().stream().allMatch(end -> {
            Tail.Progress partition = progress.get(end.getKey());
            return partition != null
                    && partition.through() >= end.getValue()
                    && partition.missing().ranges().stream().allMatch(range -> range.from() >= end.getValue());
        });
    }
}
