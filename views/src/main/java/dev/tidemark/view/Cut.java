package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidemark.schema.ImportLog;
import java.util.Collections;
import java.util.List;
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

    /** The same without what was imported: how far topics have been covered, which increments go on from. */
    public Cut ofTopics() {
        Map<String, Map<Integer, Long>> topics = new TreeMap<>(logs);
        topics.keySet().removeIf(ImportLog::is);
        return new Cut(topics);
    }

    /** What was imported, in the order of the ids. */
    public List<CountedImport> imports() {
        return logs.entrySet().stream()
                .filter(log -> ImportLog.is(log.getKey()))
                .map(log -> new CountedImport(
                        log.getKey(),
                        log.getValue().size(),
                        log.getValue().values().stream()
                                .mapToLong(Long::longValue)
                                .sum()))
                .toList();
    }

    /** The imports that {@code other} does not have, in the order of their ids. */
    public List<String> importsBeyond(Cut other) {
        return imports().stream()
                .map(CountedImport::id)
                .filter(id -> !other.logs().containsKey(id))
                .toList();
    }
}
