package dev.tidemark.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.view.DefinitionSet;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpeedLayerTest {

    private static final int PARTITIONS = 3;

    @TempDir
    Path folder;

    private String topic;
    private Deployment deployment;

    @BeforeEach
    void aDeployment() throws Exception {
        topic = SharedBroker.createTopic("orders", PARTITIONS);
        deployment = deployment("{}");
    }

    private Deployment deployment(String spark) throws Exception {
        Files.createDirectories(folder.resolve("sources"));
        Files.createDirectories(folder.resolve("views"));
        Files.writeString(
                folder.resolve("orders.avsc"),
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "region", "type": ["null", "string"], "default": null},
                  {"name": "text", "type": "string", "default": "1"},
                  {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2}}]}
                """);
        Files.writeString(
                folder.resolve("sources/orders.yaml"),
                """
                name: orders
                topic: %s
                schema: ../orders.avsc
                event_time: at
                """
                        .formatted(topic));
        Files.writeString(
                folder.resolve("views/revenue.yaml"),
                """
                name: revenue
                source: orders
                where: amount > 0
                pane: 1m
                dimensions: {region: region}
                measures: {orders: count(), revenue: sum(amount)}
                """);
        Files.writeString(
                folder.resolve("views/parsed.yaml"),
                """
                name: parsed
                source: orders
                pane: 1h
                measures: {total: sum(cast(text as int))}
                """);
        Files.writeString(
                folder.resolve("tidemark.yaml"),
                """
                version: 1
                name: %s
                kafka: {bootstrap.servers: "%s"}
                spark: %s
                """
                        .formatted(
                                topic.toLowerCase().replaceAll("[^a-z0-9-]", "-"),
                                SharedBroker.bootstrapServers(),
                                spark));
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    private void send(int partition, String... values) throws Exception {
        Map<String, Object> settings = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, partition, null, value))
                        .get();
            }
        }
    }

    private List<Increment> increments(Predicate<List<Increment>> enough) {
        String incrementsTopic = deployment.incrementsTopic("orders", deployment.definitionSetId("orders"));
        Map<String, Object> settings = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());
        List<Increment> found = new ArrayList<>();
        Instant deadline = Instant.now().plusSeconds(60);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> assigned = Arrays.asList(
                    new TopicPartition(incrementsTopic, 0),
                    new TopicPartition(incrementsTopic, 1),
                    new TopicPartition(incrementsTopic, 2));
            consumer.assign(assigned);
            consumer.seekToBeginning(assigned);
            while (!enough.test(found)) {
                assertTrue(Instant.now().isBefore(deadline), "increments found: " + found);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    IncrementFormat format = new IncrementFormat(deployment
                            .warehouse()
                            .loadDefinitions("orders", deployment.definitionSetId("orders"))
                            .orElseThrow()
                            .shapes());
                    Increment increment = format.read(record.value());
                    assertEquals(record.partition(), increment.position().partition());
                    found.add(increment);
                }
            }
        }
        return found;
    }

    private SpeedLayer started(String trigger) {
        SpeedLayer layer = new SpeedLayer(deployment, trigger);
        CompletableFuture<Void> ready = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                layer.run(() -> ready.complete(null));
            } catch (Exception e) {
                ready.completeExceptionally(e);
            }
        });
        thread.start();
        ready.join();
        return layer;
    }

    @Test
    void everyEventBecomesAnIncrementInThePartitionOfTheSameNumberAndARestartGoesOn() throws Exception {
        send(0, "{\"at\":\"2026-01-01T00:00:30Z\",\"region\":\"EU\",\"amount\":\"1.10\"}", "nonsense");
        send(
                1,
                "{\"at\":60000000000,\"region\":null,\"amount\":2.5,\"text\":\"two\"}"
                        .replace("60000000000", "1767225600000"));
        try (SpeedLayer layer = started("realtime")) {
            send(2, "{\"at\":\"2026-01-01T00:00:59.999Z\",\"amount\":\"-1\"}");
            List<Increment> found = increments(list -> list.size() >= 4);
            assertEquals(4, found.size());
            Increment first = at(found, 0, 0);
            assertEquals(Bucket.COUNTED, first.contributions().get(1).bucket());
            assertEquals(List.of("EU"), first.contributions().get(1).dimensions());
            assertEquals(
                    List.of(new BigDecimal("1.10")),
                    first.contributions().get(1).inputs());
            assertEquals(
                    Instant.parse("2026-01-01T00:00:00Z").toEpochMilli() * 1000,
                    first.contributions().get(1).pane());
            assertEquals(List.of(1L), first.contributions().get(0).inputs());
            assertEquals(
                    Bucket.MALFORMED, at(found, 0, 1).contributions().get(0).bucket());
            assertEquals(Bucket.FAILED, at(found, 1, 0).contributions().get(0).bucket());
            assertEquals(Bucket.COUNTED, at(found, 1, 0).contributions().get(1).bucket());
            assertEquals(Bucket.FILTERED, at(found, 2, 0).contributions().get(1).bucket());
        }
        send(2, "{\"at\":\"2026-01-01T00:01:00Z\",\"amount\":\"3\"}");
        try (SpeedLayer layer = started("realtime")) {
            List<Increment> found = increments(list -> list.size() >= 5);
            assertEquals(5, found.size(), "nothing is emitted again after a clean stop");
            assertEquals(1, at(found, 2, 1).position().offset());
        }
    }

    private static Increment at(List<Increment> found, int partition, long offset) {
        return found.stream()
                .filter(increment -> increment.position().partition() == partition
                        && increment.position().offset() == offset)
                .findFirst()
                .orElseThrow();
    }

    @Test
    void microBatchesMakeTheSameIncrements() throws Exception {
        send(0, "{\"at\":\"2026-01-01T00:00:30Z\",\"region\":\"EU\",\"amount\":\"1.10\"}", "{}", "{\"at\":1}");
        try (SpeedLayer layer = started("micro-batch")) {
            List<Increment> found = increments(list -> list.size() >= 3);
            assertEquals(new TreeSet<>(List.of(0L, 1L, 2L)), offsets(found));
        }
    }

    private static TreeSet<Long> offsets(List<Increment> found) {
        TreeSet<Long> offsets = new TreeSet<>();
        found.forEach(increment -> offsets.add(increment.position().offset()));
        return offsets;
    }

    @Test
    void aReCreatedTopicIsRefused() throws Exception {
        send(0, "{}");
        try (SpeedLayer layer = started("micro-batch")) {
            increments(list -> !list.isEmpty());
        }
        SharedBroker.recreateTopic(topic, PARTITIONS);
        CompletionException refused = assertThrows(CompletionException.class, () -> started("micro-batch"));
        assertTrue(refused.getCause() instanceof RefusedException, () -> refused.toString());
        assertTrue(refused.getCause().getMessage().contains("tidemark topics adopt orders"));
    }

    @Test
    void fewerTaskSlotsThanPartitionsAreRefusedWithTheRemedy() {
        RefusedException refused =
                assertThrows(RefusedException.class, () -> SpeedQuery.requireSlots(planOf(PARTITIONS), 2, "local[2]"));
        assertTrue(refused.getMessage().contains("3 partitions"), refused::getMessage);
        assertTrue(refused.getMessage().contains("spark.master: local[3]"), refused::getMessage);
    }

    private SpeedPlan planOf(int partitions) {
        DefinitionSet set = new DefinitionSet("v1-0", "orders", List.of());
        return new SpeedPlan(List.of(new SpeedSource(
                deployment.source("orders"), new SourceLog("log", partitions), set, "increments", Map.of())));
    }

    @Test
    void aChangedViewIsRefusedOnceIncrementsWereWritten() throws Exception {
        send(0, "{}");
        try (SpeedLayer layer = started("micro-batch")) {
            increments(list -> !list.isEmpty());
        }
        Path view = folder.resolve("views/revenue.yaml");
        Files.writeString(view, Files.readString(view).replace("amount > 0", "amount > 1"));
        deployment = DeploymentLoader.load(folder.resolve("tidemark.yaml"));
        CompletionException refused = assertThrows(CompletionException.class, () -> started("micro-batch"));
        assertTrue(refused.getCause() instanceof RefusedException, () -> refused.toString());
        assertTrue(refused.getCause().getMessage().contains("source orders has changed"));
    }
}
