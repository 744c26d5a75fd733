package dev.tidemark.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.speed.SpeedLayerTest.Running;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
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

/** What is streamed when a publication goes back to the views of an earlier one, while the files state the later. */
class RollbackTest {

    private static final Map<String, Object> BROKER = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());

    @TempDir
    Path folder;

    private String topic;
    private Deployment before;
    private Deployment changed;
    private long sent;

    @BeforeEach
    void aSwitchOfDefinitions() throws Exception {
        topic = SharedBroker.createTopic("orders", 1);
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
                """);
        write(
                "sources/orders.yaml",
                "name: orders\ntopic: %s\nschema: ../orders.avsc\nevent_time: at\n".formatted(topic));
        write(
                "tidemark.yaml",
                "version: 1\nname: %s\nkafka: {bootstrap.servers: \"%s\"}\n"
                        .formatted(topic, SharedBroker.bootstrapServers()));
        before = stating("1m");
        try (Running layer = started(before)) {
            send();
            send();
            awaitOffsets(before, 0, 1);
            publish(before, Cause.RECOMPUTE, 2);
        }
        changed = stating("5m");
        try (Running layer = started(changed)) {
            send();
            awaitOffsets(before, 0, 1, 2);
            awaitOffsets(changed, 2);
            publish(changed, Cause.RECOMPUTE, 3);
        }
    }

    private Deployment stating(String pane) throws Exception {
        write(
                "views/counts.yaml",
                "name: counts\nsource: orders\npane: %s\nmeasures: {orders: count()}\n".formatted(pane));
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    private void write(String file, String content) throws Exception {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private static Running started(Deployment deployment) {
        return new Running(new SpeedLayer(deployment, "realtime"));
    }

    private void send() throws Exception {
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(BROKER, new StringSerializer(), new StringSerializer())) {
            producer.send(new ProducerRecord<>(topic, 0, null, "{\"at\": 1767225600000}"))
                    .get();
            sent++;
        }
    }

    /** Publishes what a deployment's files state. */
    private void publish(Deployment stated, Cause cause, long cut) {
        try (Admin admin = Admin.create(BROKER)) {
            SourceState state = new SourceState(
                    stated.definitionSetId("orders"),
                    stated.batchSetId("orders"),
                    1,
                    Instant.now(),
                    new Cut(Map.of(SourceLog.of(admin, topic).id(), Map.of(0, cut))),
                    Map.of(),
                    Map.of(),
                    Map.of());
            long number = stated.warehouse().publications().latest().number() + 1;
            Publication made = new Publication(number, Instant.now(), cause, Map.of("orders", state), Map.of());
            assertTrue(stated.warehouse().publications().create(made));
        }
    }

    private static String increments(Deployment stated) {
        return stated.incrementsTopic("orders", stated.definitionSetId("orders"));
    }

    /** Waits until there are increments of exactly these offsets, in this order. */
    private static void awaitOffsets(Deployment stated, long... offsets) {
        List<Long> expected = java.util.Arrays.stream(offsets).boxed().toList();
        List<Long> found = new ArrayList<>();
        Instant deadline = Instant.now().plusSeconds(60);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(BROKER, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(increments(stated), 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (found.size() < expected.size()) {
                assertTrue(Instant.now().isBefore(deadline), () -> found + " instead of " + expected);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    IncrementFormat format = new IncrementFormat(stated.warehouse()
                            .requireDefinitions("orders", stated.definitionSetId("orders"))
                            .shapes());
                    found.add(format.read(record.value()).position().offset());
                }
            }
        }
        assertEquals(expected, found);
    }

    @Test
    void whatIsPublishedAgainIsStreamedAloneFromWhereItsIncrementsEnded() throws Exception {
        try (Running layer = started(changed)) {
            send();
            awaitOffsets(changed, 2, 3);
            publish(before, Cause.rollbackTo(1), 2);
            awaitOffsets(before, 0, 1, 2, 3);
            send();
            awaitOffsets(before, 0, 1, 2, 3, 4);
            awaitOffsets(changed, 2, 3);
            publish(changed, Cause.RECOMPUTE, sent);
            send();
            awaitOffsets(changed, 2, 3, 4, 5);
        }
    }

    @Test
    void whereItsIncrementsAreGoneTheyBeginAtTheCutThatIsPublishedAgain() throws Exception {
        try (Admin admin = Admin.create(BROKER)) {
            admin.deleteTopics(List.of(increments(before))).all().get();
        }
        send();
        publish(before, Cause.rollbackTo(1), 1);
        try (Running layer = started(changed)) {
            awaitOffsets(before, 1, 2, 3);
        }
    }
}
