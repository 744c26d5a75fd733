package dev.tidemark.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Micros;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
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
        return deployment(spark, "");
    }

    private Deployment deployment(String spark, String prefix) throws Exception {
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
                measures:
                  total: sum(cast(text as int))
                  amounts: approx_count_distinct(amount)
                  latest: last(text)
                  regions: count(region)
                """);
        Files.writeString(
                folder.resolve("tidemark.yaml"),
                """
                version: 1
                name: %s
                kafka: {bootstrap.servers: "%s"}
                spark: %s
                """
                        .formatted(prefix + topic, SharedBroker.bootstrapServers(), spark));
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
        return increments("orders", PARTITIONS, enough);
    }

    private List<Increment> increments(String source, int partitions, Predicate<List<Increment>> enough) {
        String incrementsTopic = deployment.incrementsTopic(source, deployment.definitionSetId(source));
        Map<String, Object> settings = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());
        List<Increment> found = new ArrayList<>();
        Instant deadline = Instant.now().plusSeconds(60);
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> assigned = IntStream.range(0, partitions)
                    .mapToObj(partition -> new TopicPartition(incrementsTopic, partition))
                    .toList();
            consumer.assign(assigned);
            consumer.seekToBeginning(assigned);
            while (!enough.test(found)) {
                assertTrue(Instant.now().isBefore(deadline), "increments found: " + found);
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    IncrementFormat format = new IncrementFormat(deployment
                            .warehouse()
                            .loadDefinitions(source, deployment.definitionSetId(source))
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

    /** A speed layer that runs beside the test. */
    static final class Running implements AutoCloseable {
        private final SpeedLayer layer;
        private final CompletableFuture<Void> ready = new CompletableFuture<>();
        private final CompletableFuture<Void> failed = new CompletableFuture<>();

        Running(SpeedLayer layer) {
            this.layer = layer;
            new Thread(this::run).start();
            CompletableFuture.anyOf(ready, failed).join();
        }

        private void run() {
            try {
                layer.run(() -> ready.complete(null));
            } catch (Exception e) {
                failed.completeExceptionally(e);
            }
        }

        /** Why it has ended; waits until it has. */
        Throwable failure() {
            return assertThrows(ExecutionException.class, () -> failed.get(2, TimeUnit.MINUTES))
                    .getCause();
        }

        @Override
        public void close() {
            layer.close();
        }
    }

    private Running started(String trigger) {
        return new Running(new SpeedLayer(deployment, trigger));
    }

    private static String assertRefused(Executable start) {
        CompletionException refused = assertThrows(CompletionException.class, start);
        assertTrue(refused.getCause() instanceof RefusedException, refused::toString);
        return refused.getCause().getMessage();
    }

    private static String order(String at, String region, String amount) {
        return "{\"at\":\"%s\",\"region\":\"%s\",\"amount\":\"%s\"}".formatted(at, region, amount);
    }

    private static Contribution contribution(Increment increment, String view) {
        return increment.contributions().get(List.of("parsed", "revenue").indexOf(view));
    }

    @Test
    void everyEventBecomesAnIncrementInThePartitionOfTheSameNumberAndARestartGoesOn() throws Exception {
        send(0, order("2026-01-01T00:00:30Z", "EU", "1.10"), "nonsense");
        send(1, "{\"at\":1767225600000,\"region\":null,\"amount\":2.5,\"text\":\"two\"}");
        try (Running layer = started("realtime")) {
            send(2, order("2026-01-01T00:00:59.999Z", "EU", "-1"));
            List<Increment> found = increments(list -> list.size() >= 4);
            assertEquals(4, found.size());
            Contribution first = contribution(at(found, 0, 0), "revenue");
            assertEquals(Bucket.COUNTED, first.bucket());
            assertEquals(List.of("EU"), first.dimensions());
            assertEquals(List.of(new BigDecimal("1.10")), first.inputs());
            assertEquals(Instant.parse("2026-01-01T00:00:00Z").toEpochMilli() * 1000, first.pane());
            assertEquals(
                    List.of(1L, "1.10", "1", true),
                    contribution(at(found, 0, 0), "parsed").inputs(),
                    "as what they are counted");
            assertEquals(
                    Micros.of(Instant.parse("2026-01-01T00:00:30Z")),
                    at(found, 0, 0).eventTime());
            assertEquals(0, at(found, 0, 1).eventTime(), "of a malformed event nobody knows");
            assertEquals(
                    Bucket.MALFORMED, contribution(at(found, 0, 1), "parsed").bucket());
            assertEquals(Bucket.FAILED, contribution(at(found, 1, 0), "parsed").bucket());
            assertEquals(
                    Bucket.COUNTED, contribution(at(found, 1, 0), "revenue").bucket());
            assertEquals(
                    Bucket.FILTERED, contribution(at(found, 2, 0), "revenue").bucket());
            assertEquals(0, at(found, 0, 0).from(), "a task's first event covers itself alone");
            assertEquals(1, at(found, 0, 1).from(), "the next one what lies behind the first");
        }
        send(2, order("2026-01-01T00:01:00Z", "EU", "3"));
        try (Running layer = started("realtime")) {
            List<Increment> found = increments(list -> list.size() >= 5);
            assertEquals(5, found.size(), "nothing is emitted again after a clean stop");
            assertEquals(1, at(found, 2, 1).position().offset());
        }
    }

    @Test
    void metricsSayHowManyIncrementsThereAreWhicheverProcessHasEmittedThem() throws Exception {
        send(0, order("2026-01-01T00:00:30Z", "EU", "1.10"), "nonsense");
        try (Running running = started("micro-batch")) {
            increments(list -> list.size() >= 2);
            await(() -> metric(running, "tidemark_increments_end{") == 2);
            await(() -> metric(running, "tidemark_speed_batch_rows_total{") == 2);
            assertEquals(2, metric(running, "tidemark_events_end{"));
            assertEquals(1, metric(running, "tidemark_speed_query_running{"));
        }
        try (Running again = started("micro-batch")) {
            assertEquals(2, metric(again, "tidemark_increments_end{"));
            assertEquals(0, metric(again, "tidemark_speed_batch_rows_total{"));
        }
    }

    /** The sum over its labels. */
    private static double metric(Running running, String name) {
        return running.layer
                .metrics()
                .scrape()
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private static void await(BooleanSupplier condition) {
        Instant deadline = Instant.now().plusSeconds(60);
        while (!condition.getAsBoolean()) {
            assertTrue(Instant.now().isBefore(deadline), "not within a minute");
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }

    @Test
    void anIncrementCoversAbortedEventsAndMarkersBeforeItsOwn() throws Exception {
        String order = order("2026-01-01T00:00:30Z", "EU", "1.10");
        send(0, order);
        transaction(0, false, order, order);
        transaction(0, true, order);
        try (Running layer = started("micro-batch")) {
            List<Increment> found = increments(list -> list.size() >= 2);
            assertEquals(0, at(found, 0, 0).from());
            assertEquals(1, at(found, 0, 4).from(), "two aborted events and their marker");
        }
    }

    private void transaction(int partition, boolean commit, String... values) throws Exception {
        Map<String, Object> settings =
                Map.of("bootstrap.servers", SharedBroker.bootstrapServers(), "transactional.id", topic);
        try (KafkaProducer<String, String> producer =
                new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            for (String value : values) {
                producer.send(new ProducerRecord<>(topic, partition, null, value))
                        .get();
            }
            if (commit) {
                producer.commitTransaction();
            } else {
                producer.abortTransaction();
            }
        }
    }

    @Test
    void twoSourcesGoEachToItsOwnIncrementsThoughTheyNeedTheSlotsOfBoth() throws Exception {
        String returns = SharedBroker.createTopic("returns", 1);
        Files.writeString(
                folder.resolve("sources/returns.yaml"),
                "name: returns\ntopic: %s\nschema: ../orders.avsc\nevent_time: at\n".formatted(returns));
        Files.writeString(
                folder.resolve("views/refunds.yaml"),
                "name: refunds\nsource: returns\npane: 1m\nmeasures: {returns: count()}\n");
        deployment = deployment("{spark.master: \"local[3]\"}");
        String refusal = assertRefused(() -> started("realtime"));
        assertTrue(refusal.contains("4 partitions"), refusal);

        deployment = deployment("{}");
        send(2, order("2026-01-01T00:00:30Z", "EU", "1.10"));
        topic = returns;
        send(0, order("2026-01-01T00:00:30Z", "US", "1.10"), "{}");
        try (Running layer = started("realtime")) {
            List<Increment> orders = increments("orders", PARTITIONS, list -> !list.isEmpty());
            assertEquals(2, orders.get(0).position().partition());
            assertEquals(2, orders.get(0).contributions().size());
            List<Increment> found = increments("returns", 1, list -> list.size() >= 2);
            assertEquals(1, found.get(0).contributions().size());
            assertEquals(
                    Bucket.MALFORMED, at(found, 0, 1).contributions().get(0).bucket());
        }
    }

    @Test
    void aPartitionThatIsAddedIsReadThoughItNeedsAnotherSlot() throws Exception {
        send(0, "{}");
        try (Running layer = started("realtime");
                Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            increments(list -> !list.isEmpty());
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(PARTITIONS + 1)))
                    .all()
                    .get();
            send(PARTITIONS, "{}");
            // The increments topic grows when the query starts anew.
            String grown = deployment.incrementsTopic("orders", deployment.definitionSetId("orders"));
            while (SourceLog.of(admin, grown).partitions() <= PARTITIONS) {
                assertFalse(layer.failed.isDone(), layer.failed::toString);
                LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            }
            List<Increment> found = increments("orders", PARTITIONS + 1, list -> list.stream()
                    .anyMatch(increment -> increment.position().partition() == PARTITIONS));
            assertEquals(0, at(found, PARTITIONS, 0).position().offset());
        }
    }

    @Test
    void theIncrementsTopicKeepsEverythingAndTakesGreatRecords() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            String increments = SpeedPlan.of(deployment).sources().get(0).incrementsTopic();
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, increments);
            Config config = admin.describeConfigs(List.of(resource)).all().get().get(resource);
            assertEquals("LogAppendTime", config.get("message.timestamp.type").value());
            assertEquals("-1", config.get("retention.ms").value());
            assertEquals("-1", config.get("retention.bytes").value());
            assertEquals("delete", config.get("cleanup.policy").value());
            assertEquals("16777216", config.get("max.message.bytes").value());
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
        send(0, order("2026-01-01T00:00:30Z", "EU", "1.10"), "{}", "{\"at\":1}");
        Map<Long, Increment> realtime;
        try (Running layer = started("realtime")) {
            realtime = byOffset(increments(list -> list.size() >= 3));
        }
        Path again = Files.createDirectories(folder.resolve("again"));
        folder = again;
        deployment = deployment("{}", "again-");
        try (Running layer = started("micro-batch")) {
            assertEquals(realtime, byOffset(increments(list -> list.size() >= 3)));
        }
    }

    private static Map<Long, Increment> byOffset(List<Increment> found) {
        Map<Long, Increment> increments = new TreeMap<>();
        found.forEach(increment -> increments.put(increment.position().offset(), increment));
        return increments;
    }

    @Test
    void aReCreatedTopicIsRefusedAtTheNextStart() throws Exception {
        send(0, "{}");
        try (Running layer = started("micro-batch")) {
            increments(list -> !list.isEmpty());
        }
        SharedBroker.recreateTopic(topic, PARTITIONS);
        String refusal = assertRefused(() -> started("micro-batch"));
        assertTrue(refusal.contains("tidemark topics adopt orders"), refusal);
    }

    @Test
    void aTopicThatIsCreatedAgainWhileTheQueryRunsIsRefused() throws Exception {
        send(0, "{}");
        try (Running layer = started("realtime")) {
            increments(list -> !list.isEmpty());
            SharedBroker.recreateTopic(topic, PARTITIONS);
            Throwable failure = layer.failure();
            // Spark may notice in between, when there is no topic; then the next start is refused.
            String refusal = failure instanceof StreamingQueryException
                    ? assertRefused(() -> started("realtime"))
                    : assertInstanceOf(RefusedException.class, failure).getMessage();
            assertTrue(refusal.contains("tidemark topics adopt orders"), refusal);
        }
    }

    @Test
    void fewerTaskSlotsThanPartitionsAreRefusedWithTheRemedyWhateverSparkSaysOfItsParallelism() throws Exception {
        for (String spark : List.of(
                "{spark.master: \"local[2]\", spark.default.parallelism: 8}",
                "{spark.master: \"local[4]\", spark.task.cpus: 2}")) {
            deployment = deployment(spark);
            String refusal = assertRefused(() -> started("realtime"));
            assertTrue(refusal.contains("3 partitions"), refusal);
            assertTrue(refusal.contains("2 task slots"), refusal);
            assertTrue(refusal.contains("spark.master: local[3]"), refusal);
        }
    }

    @Test
    void aCheckpointIsDeletedWhenTheQueryHasStopped() throws Exception {
        TemporaryFolder checkpoint = TemporaryFolder.create();
        Files.writeString(
                Files.createDirectories(checkpoint.path().resolve("offsets")).resolve("0"), "v1");
        checkpoint.close();
        assertFalse(Files.exists(checkpoint.path()));
    }

    @Test
    void anUnknownTriggerIsWrongUsage() {
        assertEquals(2, SpeedMain.run("--trigger", "nonsense"));
    }

    @Test
    void theExitStatusSaysWhetherTheTroubleMayPass() throws Exception {
        String file = deployment.file().toString();
        assertEquals(1, SpeedMain.run("--config", file + ".not"));
        Path source = folder.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source).replace(topic, "not-created-yet"));
        assertEquals(UnavailableException.EXIT_STATUS, SpeedMain.run("--config", file));
    }

    @Test
    void aBrokerThatThereIsNotIsOneLineThatNamesItsSetting() throws Exception {
        Path file = folder.resolve("tidemark.yaml");
        Files.writeString(
                file, Files.readString(file).replace(SharedBroker.bootstrapServers(), "no-such-host.invalid:9092"));
        List<String> lines = errorsOf(UnavailableException.EXIT_STATUS, "--config", file.toString());
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(lines.get(0).startsWith("the broker cannot be used: "), lines::toString);
        assertTrue(lines.get(0).endsWith("; see kafka.bootstrap.servers in " + file), lines::toString);
    }

    @Test
    void anIncrementThatCannotBeReadIsOneLineThatNamesItsPlace() throws Exception {
        String increments = SpeedPlan.of(deployment).sources().get(0).incrementsTopic();
        String orders = topic;
        topic = increments;
        send(1, "no increment");
        topic = orders;
        List<String> lines =
                errorsOf(1, "--config", folder.resolve("tidemark.yaml").toString());
        assertEquals(1, lines.size(), lines::toString);
        assertTrue(
                lines.get(0)
                        .startsWith("topic " + increments + " holds at offset 0 of partition 1 what is no increment"),
                lines::toString);
    }

    /** What the process says on stderr when it fails. */
    private static List<String> errorsOf(int status, String... arguments) {
        PrintStream stderr = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setErr(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertEquals(status, SpeedMain.run(arguments));
        } finally {
            System.setErr(stderr);
        }
        return said.toString(StandardCharsets.UTF_8).lines().toList();
    }
}
