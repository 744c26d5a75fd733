package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.view.Json;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Committed records of a topic between offsets, as Spark reads them. */
final class KafkaRecords {

    private KafkaRecords() {}

    /**
     * The records.
     *
     * @param starts the first offset by partition; other partitions are not read
     * @param ends the exclusive ends of the same partitions
     */
    static Dataset<Row> read(
            SparkSession spark,
            Deployment deployment,
            String topic,
            Map<Integer, Long> starts,
            Map<Integer, Long> ends) {
        Map<String, String> options = new TreeMap<>();
        deployment.kafkaClient().forEach((name, value) -> options.put("kafka." + name, value.toString()));
        options.put("kafka.isolation.level", "read_committed");
        options.put("assign", Json.write(Map.of(topic, starts.keySet())));
        options.put("startingOffsets", Json.write(Map.of(topic, starts)));
        options.put("endingOffsets", Json.write(Map.of(topic, ends)));
        options.put("failOnDataLoss", "true");
        options.put("includeHeaders", "false");
        return spark.read().format("kafka").options(options).load();
    }
}
