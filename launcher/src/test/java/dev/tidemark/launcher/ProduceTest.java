package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.LocalSchemaRegistry;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code produce} against a real broker. */
class ProduceTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private String topic;
    private Path config;

    @BeforeEach
    void aDeployment() throws Exception {
        topic = SharedBroker.createTopic("orders", 1);
        config = Orders.write(directory, SharedBroker.bootstrapServers(), topic);
    }

    private int produce(String input, String... options) throws Exception {
        Path file = Files.writeString(directory.resolve("input.ndjson"), input, StandardCharsets.UTF_8);
        List<String> arguments = new ArrayList<>(List.of("-c", config.toString(), "produce", "-s", "orders"));
        arguments.addAll(List.of(options));
        arguments.add(file.toString());
        CommandLine tidemark = Tidemark.commandLine();
        tidemark.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return tidemark.execute(arguments.toArray(String[]::new));
    }

    @Test
    void eachLineArrivesAsItIsWithItsKey() throws Exception {
        assertEquals(0, produce("{\"order_id\": \"a\",  \"at\": 1}\n\nnot json\n{\"order_id\": 7}"));
        assertEquals(List.of("{\"order_id\": \"a\",  \"at\": 1}", "not json", "{\"order_id\": 7}"), values());
        assertEquals(
                java.util.Arrays.asList("a", null, "7"),
                records().map(each -> text(each.key())).toList());
        assertEquals("at_least={\"" + topic + "\":{\"0\":3}}\n", out.toString());
    }

    @Test
    void historicalRecordsCarryTheirEventTimeAndOthersThePresent() throws Exception {
        long before = System.currentTimeMillis();
        assertEquals(0, produce("{\"at\": \"2001-01-01T00:00:00Z\"}\n{\"at\": 5}\nnot json\n", "--historical"));
        List<Long> timestamps = records().map(ConsumerRecord::timestamp).toList();
        assertEquals(List.of(978307200000L, 5L), timestamps.subList(0, 2));
        assertTrue(timestamps.get(2) >= before, timestamps.toString());
    }

    @Test
    void withoutHistoricalEveryRecordCarriesThePresent() throws Exception {
        long before = System.currentTimeMillis();
        assertEquals(0, produce("{\"at\": 5}"));
        assertTrue(records().findFirst().orElseThrow().timestamp() >= before);
    }

    @Test
    void whatTakesLongSaysOnceASecondHowManyRecordsThereAreAndHowFast() throws Exception {
        assertEquals(0, produce("1\n".repeat(25), "--rate", "20"));
        List<String> lines = err.toString().lines().toList();
        List<String> progress = lines.subList(0, lines.size() - 1);
        assertFalse(progress.isEmpty(), "the twenty-first record is sent when a second has gone by");
        progress.forEach(line -> assertTrue(line.matches("(1?\\d|2[0-5]) records, (1?\\d|2[0-5])/s"), err.toString()));
        assertTrue(lines.get(lines.size() - 1).matches("25 records in \\d+\\.\\d s"), err.toString());
    }

    @Test
    void aLimitEndsTheInputEarlyAndTheLastLineIsForScripts() throws Exception {
        assertEquals(0, produce("1\n2\n3\n", "--limit", "2", "--output", "json"));
        assertEquals(List.of("1", "2"), values());
        assertTrue(
                out.toString().startsWith("{\"at_least\":{\"" + topic + "\":{\"0\":2}},\"records\":2,"),
                out.toString());
    }

    @Test
    void transactionsCommitEverything() throws Exception {
        assertEquals(0, produce("1\n2\n3\n4\n5\n", "--transaction-size", "2"));
        assertEquals(List.of("1", "2", "3", "4", "5"), values());
        // Five records and three commit markers.
        assertEquals(8, endOffset());
    }

    @Test
    void oneTransactionHoldsAllLines() throws Exception {
        assertEquals(0, produce("1\n2\n3\n", "--transactional"));
        assertEquals(List.of("1", "2", "3"), values());
        // Three records and one commit marker.
        assertEquals(4, endOffset());
    }

    @Test
    void anAbortedTransactionLeavesNothingToReadersOfCommittedRecords() {
        Source source = Orders.source(topic);
        SourceProducer producer = SourceProducer.transactional(kafka(), 2);
        Stream.of("1", "2", "3")
                .forEach(line -> producer.send(Produce.record(source, bytes(line), bytes(line), false)));
        producer.close();
        // Three records, the marker of a commit, and that of an abort: nothing is left open.
        assertEquals(5, endOffset());
        assertEquals(List.of("1", "2"), values());
        assertEquals(new Acknowledged(2, Map.of(0, 2L)), producer.result());
        assertEquals("2 of 3 records are committed; the rest was aborted and does not count", producer.summary());
    }

    @Test
    void aRecordThatFailsIsCountedOutAndAbortsItsTransaction() {
        SourceProducer producer = SourceProducer.transactional(kafka(), Long.MAX_VALUE);
        producer.send(new ProducerRecord<>(topic, bytes("fits")));
        producer.send(new ProducerRecord<>(topic, new byte[17 << 20]));
        UnavailableException failure = assertThrows(UnavailableException.class, producer::finish);
        producer.close();
        assertTrue(
                failure.getMessage().startsWith("0 of 2 records are committed; the rest was aborted"),
                failure.getMessage());
        assertEquals(List.of(), values());
    }

    @Test
    void withoutTransactionsAFailureSaysHowManyWereAcknowledged() throws Exception {
        assertEquals(1, produce("first\n" + "x".repeat(17 << 20) + "\n"));
        assertTrue(
                err.toString().contains("tidemark: 1 of 2 records were acknowledged; the first failure: "),
                err.toString());
        assertEquals(List.of("first"), values());
    }

    @Test
    void aFailureCountsWhatWasOnItsWay() {
        SourceProducer producer = SourceProducer.plain(Map.of(
                "bootstrap.servers", SharedBroker.bootstrapServers(), "linger.ms", 2_000, "batch.size", 1 << 20));
        producer.send(new ProducerRecord<>(topic, bytes("waits")));
        producer.send(new ProducerRecord<>(topic, new byte[17 << 20]));
        UnavailableException failure = assertThrows(
                UnavailableException.class, () -> producer.send(new ProducerRecord<>(topic, bytes("late"))));
        assertTrue(failure.getMessage().startsWith("1 of 2 records were acknowledged"), failure.getMessage());
        assertEquals(List.of("waits"), values());
    }

    @Test
    void linesForAnAvroSourceBecomeRecordsAndWhatIsNoEventGoesAsItIs() throws Exception {
        Path source = directory.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source).replace("format: json", "format: avro"));
        String good = "{\"order_id\": \"a\", \"at\": \"1970-01-01T00:00:00.001Z\", \"amount\": 3}";
        assertEquals(0, produce(good + "\nnot json\n", "--historical"));
        List<ConsumerRecord<byte[], byte[]>> sent = records().toList();
        assertArrayEquals(new byte[] {2, 'a', 2, 6}, sent.get(0).value());
        assertEquals("a", text(sent.get(0).key()));
        assertEquals(1, sent.get(0).timestamp());
        assertEquals("not json", text(sent.get(1).value()));
        assertTrue(
                err.toString()
                        .contains(
                                "1 lines are no events of the schema, and were sent as they are: they will be malformed"),
                err.toString());
    }

    @Test
    void aLineWhoseBytesWouldBeAnotherEventIsNotSent() throws Exception {
        Path schema = directory.resolve("schemas/orders.avsc");
        Files.writeString(
                schema,
                "{\"type\":\"record\",\"name\":\"O\",\"fields\":[{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}]}");
        Path source = directory.resolve("sources/orders.yaml");
        Files.writeString(
                source,
                Files.readString(source).replace("format: json", "format: avro").replace("key: order_id", ""));
        assertEquals(1, produce("{\"at\": 1}\n5\n{\"at\": 2}\n"));
        assertTrue(
                err.toString().contains("line 2 that is not blank was not sent: it is no event of the schema")
                        && err.toString().contains("1 of 1 records were acknowledged"),
                err.toString());
        assertEquals(1, records().count());
    }

    @Test
    void withARegistryRecordsNameTheirSchema() throws Exception {
        try (LocalSchemaRegistry registry = LocalSchemaRegistry.start()) {
            Path source = directory.resolve("sources/orders.yaml");
            Files.writeString(source, Files.readString(source).replace("format: json", "format: avro"));
            Files.writeString(config, "schema_registry: {url: '" + registry.url() + "'}\n", StandardOpenOption.APPEND);
            assertEquals(0, produce("{\"order_id\": \"a\", \"at\": 1, \"amount\": 3}"));
            assertArrayEquals(
                    new byte[] {0, 0, 0, 0, 1, 2, 'a', 2, 6},
                    records().findFirst().orElseThrow().value());
            assertEquals(List.of("POST /subjects/" + topic + "-value/versions"), registry.requests());
            registry.answerOnly(401);
            assertEquals(1, produce("{}"));
            assertTrue(
                    err.toString().contains("tidemark: the schema registry " + registry.url() + " refuses the login"),
                    err.toString());
        }
    }

    @Test
    void anUnknownSourceIsRefusedWithTheOnesThereAre() {
        CommandLine tidemark = Tidemark.commandLine();
        tidemark.setErr(new PrintWriter(err, true));
        assertEquals(2, tidemark.execute("produce", "-s", "order", "-c", config.toString()));
        assertEquals(
                "tidemark: --source is 'order'; " + config + " has [orders]\nusage: tidemark produce --help\n",
                err.toString());
    }

    @Test
    void aTopicThatLacksOnABrokerOfTheUsersIsNotCreated() throws Exception {
        Orders.write(directory, SharedBroker.bootstrapServers(), "no-such-topic");
        assertEquals(1, produce("1\n"));
        assertEquals(
                "tidemark: topic no-such-topic does not exist: create it, or start `tidemark up`\n", err.toString());
    }

    private List<String> values() {
        return records().map(each -> text(each.value())).toList();
    }

    /** What a reader of committed records sees. */
    private Stream<ConsumerRecord<byte[], byte[]>> records() {
        long end = endOffset();
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed")) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(found::add);
            }
            return found.stream();
        }
    }

    /**
     * Where the topic ends once no transaction is open: the broker answers a commit when it is decided, and writes its
     * marker afterwards.
     */
    private long endOffset() {
        try {
            Await.until("no transaction is open", () -> end("read_committed") == end("read_uncommitted"));
            return end("read_committed");
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private long end(String isolation) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(isolation)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        return new KafkaConsumer<>(
                Map.of("bootstrap.servers", SharedBroker.bootstrapServers(), "isolation.level", isolation),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
    }

    private static Map<String, Object> kafka() {
        return Map.of("bootstrap.servers", SharedBroker.bootstrapServers());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }
}
