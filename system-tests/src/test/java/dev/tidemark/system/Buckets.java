package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.schema.Bucket;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/**
 * How many records of each partition are in which bucket of each view.
 *
 * @param views by view, by partition; buckets without records are left out
 */
record Buckets(Map<String, Map<Integer, Map<Bucket, Long>>> views) {

    /** Those that a test expects, by what it knows of each record. */
    static <T> Buckets of(TopicLog<T> log, List<String> views, BiFunction<T, String, Bucket> bucket) {
        Map<String, Map<Integer, Map<Bucket, Long>>> all = new TreeMap<>();
        for (String view : views) {
            Map<Integer, Map<Bucket, Long>> partitions = all.computeIfAbsent(view, name -> new TreeMap<>());
            log.partitions().forEach((partition, records) -> {
                Map<Bucket, Long> buckets = partitions.computeIfAbsent(partition, number -> new TreeMap<>());
                records.values().forEach(record -> buckets.merge(bucket.apply(record, view), 1L, Long::sum));
            });
        }
        return new Buckets(all);
    }

    /** Those that {@code /v1/conservation} states of a source; fails where a record is in no bucket, or in two. */
    static Buckets stated(TestDeployment deployment, String source) throws IOException {
        Map<String, Map<Integer, Map<Bucket, Long>>> all = new TreeMap<>();
        for (JsonNode each : deployment.answer("/v1/conservation").get("sources")) {
            if (each.get("source").asText().equals(source)) {
                each.get("views").properties().forEach(view -> all.put(view.getKey(), partitions(view.getValue())));
            }
        }
        return new Buckets(all);
    }

    private static Map<Integer, Map<Bucket, Long>> partitions(JsonNode stated) {
        Map<Integer, Map<Bucket, Long>> partitions = new TreeMap<>();
        for (JsonNode partition : stated) {
            Map<Bucket, Long> buckets = buckets(partition);
            assertEquals(0, partition.get("difference").asLong(), partition::toString);
            assertEquals(
                    partition.get("consumed").asLong(),
                    buckets.values().stream().mapToLong(Long::longValue).sum(),
                    partition::toString);
            partitions.put(partition.get("partition").asInt(), buckets);
        }
        return partitions;
    }

    private static Map<Bucket, Long> buckets(JsonNode partition) {
        Map<Bucket, Long> buckets = new TreeMap<>();
        for (Bucket bucket : Bucket.values()) {
            long records = partition.get(bucket.name().toLowerCase(Locale.ROOT)).asLong();
            if (records > 0) {
                buckets.put(bucket, records);
            }
        }
        return buckets;
    }
}
