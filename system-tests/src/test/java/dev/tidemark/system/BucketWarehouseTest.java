package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.launcher.Layer;
import dev.tidemark.s3.SharedS3;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A warehouse in a bucket, on which every batch command is run by two processes at once. */
class BucketWarehouseTest {

    private static final int PARTITIONS = 2;
    private static final int EVENTS = 400;
    private static final int DONE = 0;
    private static final int LOST_RACE = 4;
    private static final Instant OPENING = Instant.parse("2026-01-15T09:00:00Z");
    private static final String TOTALS = "/v1/views/orders/query?measures=orders,cents";

    @TempDir
    Path folder;

    private final Random random = Seeds.random();

    private record Order(int partition, Instant at, int cents) {

        ProducerRecord<byte[], byte[]> to(String topic) {
            String json = "{\"at\":%d,\"cents\":%d}".formatted(at.toEpochMilli(), cents);
            return new ProducerRecord<>(topic, partition, null, json.getBytes(StandardCharsets.UTF_8));
        }
    }

    @Tag("thorough")
    @Test
    void twoMachinesThatRunTheSameCommandAtOnceCountEveryEventOnce() throws Exception {
        String topic = SharedBroker.createTopic("orders", PARTITIONS);
        SharedS3.Bucket bucket = SharedS3.bucket();
        try (TestDeployment deployment =
                        new TestDeployment(folder, topic, files(topic, bucket)).withEnvironment(SharedS3.login());
                TopicLog<Order> log = new TopicLog<>(deployment.deployment().kafkaClient(), order -> order.to(topic))) {
            deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            log.send(orders());
            twice(deployment, "archive");
            twice(deployment, "recompute");
            assertEquals(1, deployment.newestPublication(), "one of the two published");
            deployment.awaitReady();
            deployment.awaitPublication(1, TOTALS);
            check(deployment, log);
            log.send(orders());
            check(deployment, log);
        }
        assertFalse(Files.exists(folder.resolve("warehouse")), "nothing that is kept is on this disk");
    }

    private static Map<String, String> files(String topic, SharedS3.Bucket bucket) {
        return Map.of(
                "tidemark.yaml",
                """
                warehouse: s3a://%s/tidemark/orders
                storage: {endpoint: "%s", path_style: true}
                """
                        .formatted(bucket.name(), bucket.endpoint()),
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "cents", "type": "int"}]}
                """,
                "sources/orders.yaml",
                """
                name: orders
                topic: %s
                schema: ../orders.avsc
                event_time: at
                """
                        .formatted(topic),
                "views/orders.yaml",
                """
                name: orders
                source: orders
                pane: 1m
                measures: {orders: count(), cents: sum(cents)}
                """);
    }

    private List<Order> orders() {
        return Stream.generate(() -> new Order(
                        random.nextInt(PARTITIONS),
                        OPENING.plusSeconds(random.nextInt(200_000)),
                        random.nextInt(10_000)))
                .limit(EVENTS)
                .toList();
    }

    /** Runs a batch command in two processes at once: at least one does it, and the other harms nothing. */
    private static void twice(TestDeployment deployment, String command) throws Exception {
        List<LayerProcess> both =
                List.of(deployment.start(Layer.BATCH, command), deployment.start(Layer.BATCH, command));
        Map<Integer, String> ended = new HashMap<>();
        for (LayerProcess each : both) {
            ended.put(each.process().waitFor(), Files.readString(each.output()));
        }
        assertTrue(ended.containsKey(DONE), ended::toString);
        assertTrue(List.of(DONE, LOST_RACE).containsAll(ended.keySet()), ended::toString);
    }

    private static void check(TestDeployment deployment, TopicLog<Order> log) {
        JsonNode answer = deployment.awaitThrough(log.ends(), TOTALS);
        assertTrue(answer.at("/certificate/complete").asBoolean(), answer::toString);
        JsonNode totals = answer.at("/rows/0");
        assertEquals(log.all().size(), totals.get("orders").asInt());
        assertEquals(
                log.all().stream().mapToInt(Order::cents).sum(),
                totals.get("cents").asInt());
    }
}
