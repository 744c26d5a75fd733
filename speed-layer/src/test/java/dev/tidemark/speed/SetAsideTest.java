package dev.tidemark.speed;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.speed.SpeedLayerTest.Running;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is malformed, fails, is late or repeats an id: its bucket, and its copy in the source's other topics. */
class SetAsideTest {

    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @TempDir
    Path folder;

    private String topic;
    private Deployment deployment;
    private long sent;

    @BeforeEach
    void aDeployment() throws Exception {
        topic = SharedBroker.createTopic("orders", 1);
        deployment("");
    }

    private void deployment(String more) throws Exception {
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "id", "type": ["null", "string"], "default": null},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "text", "type": "string", "default": "1"}]}
                """);
        write(
                "sources/orders.yaml",
                "name: orders\ntopic: %s\nschema: ../orders.avsc\nevent_time: at\nallowed_lateness: 10m\n%s"
                        .formatted(topic, more));
        write("views/counts.yaml", "name: counts\nsource: orders\npane: 1m\nmeasures: {orders: count()}\n");
        write(
                "views/parsed.yaml",
                "name: parsed\nsource: orders\npane: 1m\nmeasures: {total: sum(cast(text as int))}\n");
        write(
                "tidemark.yaml",
                "version: 1\nname: %s\nkafka: {bootstrap.servers: \"%s\"}\n"
                        .formatted(topic, SharedBroker.bootstrapServers()));
        deployment = DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    private void write(String file, String content) throws Exception {
        Path path = folder.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }

    private Running started(String trigger) {
        return new Running(new SpeedLayer(deployment, trigger));
    }

    private static String order(String id, Instant at, String text) {
        return "{\"id\": %s, \"at\": %d, \"text\": \"%s\"}"
                .formatted(id == null ? "null" : "\"" + id + "\"", at.toEpochMilli(), text);
    }

    /** Sends records that are stamped so. */
    private void send(Instant stamped, String... values) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", SharedBroker.bootstrapServers(), "max.request.size", 16 << 20);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (String value : values) {
                List<Header> headers = List.of(new RecordHeader("trace", bytes("t" + sent)));
                producer.send(new ProducerRecord<>(
                                topic, 0, stamped.toEpochMilli(), bytes("k" + sent), bytes(value), headers))
                        .get();
                sent++;
            }
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static List<ConsumerRecord<byte[], byte[]>> records(
            String topic, Predicate<List<ConsumerRecord<byte[], byte[]>>> enough) {
        Map<String, Object> settings = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        Instant deadline = Instant.now().plusSeconds(60);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            while (!enough.test(found)) {
                assertTrue(Instant.now().isBefore(deadline), () -> topic + " has " + found.size() + " records");
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        return found;
    }

    /** The buckets of each offset, in the order of the views counts and parsed; once all that was sent is there. */
    private Map<Long, List<Bucket>> buckets() {
        Map<Long, List<Bucket>> buckets = new TreeMap<>();
        String id = deployment.definitionSetId("orders");
        records(deployment.incrementsTopic("orders", id), found -> {
            found.forEach(record -> {
                IncrementFormat format = new IncrementFormat(deployment
                        .warehouse()
                        .loadDefinitions("orders", id)
                        .orElseThrow()
                        .shapes());
                Increment increment = format.read(record.value());
                buckets.put(
                        increment.position().offset(),
                        increment.contributions().stream()
                                .map(contribution -> contribution.bucket())
                                .toList());
            });
            return buckets.size() == sent;
        });
        return buckets;
    }

    private static Function<String, byte[]> headers(ConsumerRecord<byte[], byte[]> record) {
        return name -> {
            Header header = record.headers().lastHeader(name);
            return header == null ? null : header.value();
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"realtime", "micro-batch"})
    void whatCannotBeCountedIsADeadLetterWithItsKeyValueAndHeadersAndSaysWhereItIsAndWhy(String trigger)
            throws Exception {
        send(NOON, "nonsense", order(null, NOON, "1"), order(null, NOON, "two"));
        try (Running layer = started(trigger)) {
            assertEquals(
                    Map.of(
                            0L, List.of(Bucket.MALFORMED, Bucket.MALFORMED),
                            1L, List.of(Bucket.COUNTED, Bucket.COUNTED),
                            2L, List.of(Bucket.COUNTED, Bucket.FAILED)),
                    buckets());
            List<ConsumerRecord<byte[], byte[]>> dead = records(DeadLetter.topic(topic), found -> found.size() == 2);
            DeadLetter malformed = DeadLetter.of(headers(dead.get(0)));
            assertEquals(0, malformed.origin().position().offset());
            assertEquals(topic, malformed.origin().topic());
            assertEquals(NOON.toEpochMilli(), malformed.origin().timestamp());
            assertEquals("unreadable", malformed.reason());
            assertEquals(List.of(), malformed.views());
            assertArrayEquals(bytes("nonsense"), dead.get(0).value());
            assertArrayEquals(bytes("k0"), dead.get(0).key());
            assertArrayEquals(
                    bytes("t0"), dead.get(0).headers().lastHeader("trace").value());
            DeadLetter failed = DeadLetter.of(headers(dead.get(1)));
            assertEquals(2, failed.origin().position().offset());
            assertEquals(DeadLetter.EXPRESSION, failed.reason());
            assertEquals(List.of("parsed"), failed.views());
        }
    }

    @ParameterizedTest
    @CsvSource({"include,COUNTED", "defer,DEFERRED", "exclude,EXCLUDED"})
    void lateEventsAreTreatedAsTheSourceSaysAndCopiedWithTheirLateness(String treatment, Bucket bucket)
            throws Exception {
        deployment("late_events: " + treatment + "\n");
        send(NOON, order(null, NOON.minusSeconds(600), "1"), order(null, NOON.minusSeconds(601), "1"));
        try (Running layer = started("micro-batch")) {
            assertEquals(Map.of(0L, List.of(Bucket.COUNTED, Bucket.COUNTED), 1L, List.of(bucket, bucket)), buckets());
            LateEvent late = LateEvent.of(headers(
                    records(LateEvent.topic(topic), found -> found.size() == 1).get(0)));
            assertEquals(1, late.origin().position().offset());
            assertEquals(601_000, late.latenessMillis());
        }
    }

    @Test
    void aCopyThatIsNotThereAfterAStopIsMadeAtTheNextStartAndOneThatIsThereIsNotRepeated() throws Exception {
        send(NOON, "first", "second", order(null, NOON, "1"));
        try (Running layer = started("realtime")) {
            buckets();
            records(DeadLetter.topic(topic), found -> found.size() == 2);
        }
        send(NOON, order(null, NOON, "1"));
        try (Running layer = started("realtime")) {
            buckets();
        }
        assertEquals(
                2, records(DeadLetter.topic(topic), found -> found.size() >= 2).size());
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            admin.deleteRecords(Map.of(new TopicPartition(DeadLetter.topic(topic), 0), RecordsToDelete.beforeOffset(2)))
                    .all()
                    .get();
        }
        try (Running layer = started("realtime")) {
            List<ConsumerRecord<byte[], byte[]>> again = records(DeadLetter.topic(topic), found -> found.size() == 2);
            assertArrayEquals(bytes("first"), again.get(0).value());
            assertArrayEquals(bytes("second"), again.get(1).value());
        }
    }

    /** Says that batch has counted all that was sent. */
    private void publishAll() throws Exception {
        SourceLog log;
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            log = SourceLog.of(admin, topic);
        }
        SourceState state = new SourceState(
                deployment.definitionSetId("orders"),
                deployment.batchSetId("orders"),
                1,
                Instant.now(),
                new Cut(Map.of(log.id(), Map.of(0, sent))),
                Map.of(),
                Map.of(),
                Map.of());
        deployment
                .warehouse()
                .publications()
                .create(new Publication(1, Instant.now(), Cause.RECOMPUTE, Map.of("orders", state), Map.of()));
    }

    @Test
    void whatBatchHasCountedWhileTheSpeedLayerWasAwayIsCopiedAllTheSame() throws Exception {
        send(NOON, "first", order(null, NOON, "1"));
        try (Running layer = started("realtime")) {
            buckets();
            records(DeadLetter.topic(topic), found -> found.size() == 1);
        }
        send(NOON, "second", order(null, NOON.minus(Duration.ofHours(1)), "1"), order(null, NOON, "1"));
        publishAll();
        try (Running layer = started("realtime")) {
            assertArrayEquals(
                    bytes("second"),
                    records(DeadLetter.topic(topic), found -> found.size() == 2)
                            .get(1)
                            .value());
            records(LateEvent.topic(topic), found -> found.size() == 1);
        }
    }

    @Test
    void aFirstStartBeginsAtTheCut() throws Exception {
        send(NOON, "first", order(null, NOON, "1"), order(null, NOON, "1"));
        publishAll();
        try (Running layer = started("realtime")) {
            send(NOON, order(null, NOON, "1"), "last");
            List<ConsumerRecord<byte[], byte[]>> increments = records(
                    deployment.incrementsTopic("orders", deployment.definitionSetId("orders")),
                    found -> found.size() >= 2);
            IncrementFormat format = new IncrementFormat(deployment
                    .warehouse()
                    .loadDefinitions("orders", deployment.definitionSetId("orders"))
                    .orElseThrow()
                    .shapes());
            assertEquals(
                    List.of(3L, 4L),
                    increments.stream()
                            .map(record ->
                                    format.read(record.value()).position().offset())
                            .toList(),
                    "none of what batch has counted");
            assertArrayEquals(
                    bytes("last"),
                    records(DeadLetter.topic(topic), found -> found.size() == 1)
                            .get(0)
                            .value());
        }
    }

    @Test
    void aRecordThatIsTooLongForACopyIsNamedWithoutItsContent() throws Exception {
        send(NOON, order(null, NOON, "1"));
        Beside longest = new Beside(
                new dev.tidemark.schema.RecordOrigin(topic, new dev.tidemark.schema.Position("log", 0, 7), 1),
                bytes("key"),
                new byte[Beside.MOST_BYTES],
                null);
        ProducerRecord<byte[], byte[]> copy = longest.deadLetter("unreadable", "no JSON", List.of());
        assertNull(copy.value());
        assertNull(copy.key());
        assertEquals(
                "no JSON (its 15,728,643 bytes are not copied)",
                new String(copy.headers().lastHeader("tidemark.message").value(), StandardCharsets.UTF_8));
    }

    @Test
    void anEventWhoseTextsNoIncrementCanHoldFailsInTheirViewsAndStopsNothing() throws Exception {
        for (String view : List.of("one", "other")) {
            write(
                    "views/" + view + ".yaml",
                    "name: %s\nsource: orders\npane: 1m\ndimensions: {text: text}\nmeasures: {orders: count()}\n"
                            .formatted(view));
        }
        deployment("");
        send(NOON, order(null, NOON, "7".repeat(9_000_000)), order(null, NOON, "1"));
        try (Running layer = started("realtime")) {
            List<Bucket> counted = List.of(Bucket.COUNTED, Bucket.COUNTED, Bucket.COUNTED, Bucket.COUNTED);
            Map<Long, List<Bucket>> buckets = buckets();
            assertEquals(List.of(Bucket.COUNTED, Bucket.FAILED, Bucket.FAILED, Bucket.FAILED), buckets.get(0L));
            assertEquals(counted, buckets.get(1L));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"realtime", "micro-batch"})
    void anIdCountsOnceWithinItsTimeWhicheverProcessHasSeenItFirst(String trigger) throws Exception {
        deployment("event_id: id\ndeduplicate_within: 10m\n");
        send(NOON, order("a", NOON, "1"), order("b", NOON, "1"), order("a", NOON, "1"), order(null, NOON, "1"));
        List<Bucket> counted = List.of(Bucket.COUNTED, Bucket.COUNTED);
        List<Bucket> duplicate = List.of(Bucket.DUPLICATE, Bucket.DUPLICATE);
        try (Running layer = started(trigger)) {
            assertEquals(Map.of(0L, counted, 1L, counted, 2L, duplicate, 3L, counted), buckets());
            send(NOON.plusSeconds(60), order("b", NOON, "1"));
            assertEquals(duplicate, buckets().get(4L), "in a later batch too");
        }
        send(NOON.plusSeconds(600), order("a", NOON, "1"), "nonsense", order(null, NOON, "1"));
        try (Running layer = started(trigger)) {
            Map<Long, List<Bucket>> buckets = buckets();
            assertEquals(duplicate, buckets.get(5L), "seen by the process before");
            assertEquals(counted, buckets.get(7L), "without an id nothing repeats");
            send(NOON.plusSeconds(601 + 60), order("b", NOON, "1"), order("a", NOON, "1"));
            assertEquals(counted, buckets().get(8L), "b is forgotten");
            assertEquals(duplicate, buckets().get(9L), "a came again in between");
        }
    }

    @Test
    void theTopicsOfCopiesHaveAsManyPartitionsAsTheSourcesAndTheUsersSettings() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            SpeedPlan.of(deployment);
            assertEquals(1, SourceLog.of(admin, DeadLetter.topic(topic)).partitions());
            assertEquals(1, SourceLog.of(admin, LateEvent.topic(topic)).partitions());
        }
    }
}
