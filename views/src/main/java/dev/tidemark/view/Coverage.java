package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * The log positions that were counted into something. Two things may be combined only if their coverages are disjoint.
 *
 * @param logs the offsets by log id and partition
 */
public record Coverage(@JsonValue Map<String, Map<Integer, OffsetRanges>> logs) {

    /** Of nothing. */
    public static final Coverage NONE = new Coverage(Map.of());

    @JsonCreator
    public Coverage {
        Map<String, Map<Integer, OffsetRanges>> sorted = new TreeMap<>();
        logs.forEach((log, partitions) -> sorted.put(log, Collections.unmodifiableMap(new TreeMap<>(partitions))));
        logs = Collections.unmodifiableMap(sorted);
    }

    /** The offsets of one partition. */
    public OffsetRanges of(String log, int partition) {
        return logs.getOrDefault(log, Map.of()).getOrDefault(partition, OffsetRanges.NONE);
    }

    /** This and the offsets of [{@code from}, {@code to}) of one partition more. */
    public Coverage plus(String log, int partition, long from, long to) {
        return plus(new Coverage(Map.of(log, Map.of(partition, OffsetRanges.of(from, to)))));
    }

    /**
     * Both coverages.
     *
     * @throws OverlapException if a position is in both
     */
    public Coverage plus(Coverage other) {
        Map<String, Map<Integer, OffsetRanges>> sum = new TreeMap<>();
        logs.forEach((log, partitions) -> sum.put(log, new TreeMap<>(partitions)));
        other.logs.forEach((log, partitions) ->
                partitions.forEach((partition, ranges) -> sum.computeIfAbsent(log, id -> new TreeMap<>())
                        .put(partition, of(log, partition).plus(ranges))));
        return new Coverage(sum);
    }

    /** The exclusive end of what it covers, by partition. */
    public Cut end() {
        Map<String, Map<Integer, Long>> ends = new TreeMap<>();
        logs.forEach((log, partitions) -> partitions.forEach((partition, ranges) ->
                ends.computeIfAbsent(log, id -> new TreeMap<>()).put(partition, ranges.end())));
        return new Cut(ends);
    }
}
