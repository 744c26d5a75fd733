package dev.tidemark.speed;

import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import java.util.Map;
import java.util.TreeMap;

/**
 * One source as the query is about to read it.
 *
 * @param log the log that its topic is
 * @param set its views
 * @param incrementsTopic where its increments go
 * @param copies whether its dead letters and late events are copied to their topics: not for what is outgoing, beside
 *     which the same events are streamed for what replaces it
 * @param starts the first offset to read, by partition
 */
record SpeedSource(
        SourceLog log, DefinitionSet set, String incrementsTopic, boolean copies, Map<Integer, Long> starts) {
    SpeedSource {
        starts = new TreeMap<>(starts);
    }

    Source source() {
        return set.source();
    }

    /** The starting offsets as Spark's Kafka source takes them. */
    String startingOffsets() {
        return Json.write(Map.of(source().topic(), starts));
    }
}
