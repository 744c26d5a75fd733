package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Collections;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Up to where batch has covered the log: exclusive end offsets by log id and partition.
 *
 * @param logs the ends
 */
public record Cut(@JsonValue Map<String, Map<Integer, Long>> logs) {

    /** Before anything was covered. */
    public static final Cut NONE = new Cut(Map.of());

    @JsonCreator
    public Cut {
        Map<String, Map<Integer, Long>> sorted = new TreeMap<>();
        logs.forEach((log, partitions) -> sorted.put(log, Collections.unmodifiableMap(new TreeMap<>(partitions))));
        logs = Collections.unmodifiableMap(sorted);
    }

    /** The end of one partition, if it has been covered at all. */
    public OptionalLong of(String log, int partition) {
        Long end = logs.getOrDefault(log, Map.of()).get(partition);
        return end == null ? OptionalLong.empty() : OptionalLong.of(end);
    }
}
