package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.deadletter.RedriveMark;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.RecordOrigin;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code GET /v1/dead-letters}, over topics that come to be while it is served. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeadLettersPageTest {

    private final Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()));
    private List<Shop> shops;
    private ServingLayer serving;
    private Client client;
    private KafkaProducer<byte[], byte[]> producer;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        shops = Shop.pair(directory);
        producer = Shop.producer(Map.of("transactional.id", shops.get(0).topic));
        producer.initTransactions();
        serving = shops.get(0).serve();
        client = Client.of(serving);
        Until.holds(() -> source("orders").get("complete").asBoolean());
        assertEquals(0, source("orders").get("letters").asInt());

        String topic = shops.get(0).topic;
        create(DeadLetter.topic(topic), 1);
        send(letter(0, 5, "schema", bytes("{\"amount\": \"many\"}")));
        send(letter(0, 5, "schema", bytes("{\"amount\": \"many\"}")), letter(0, 6, "unreadable", new byte[] {(byte) 0xff
        }));
        send(letter(0, 7, "expression", bytes("x".repeat(5_000)), "revenue"));
        producer.beginTransaction();
        producer.send(letter(0, 8, "schema", bytes("aborted")));
        producer.flush();
        producer.abortTransaction();
        send(new ProducerRecord<>(DeadLetter.topic(topic), 0, null, bytes("a stranger")));
        create(RedriveMark.topic(topic), 1);
        send(new RedriveMark(position(0, 6), position(0, 90), Instant.now()).record(topic));
        Until.holds(() -> source("orders").get("redriven").asInt() == 1
                && source("orders").get("foreign").asInt() == 1
                && source("orders").get("complete").asBoolean());
    }

    @AfterAll
    void stop() {
        serving.close();
        shops.forEach(Shop::close);
        producer.close();
        admin.close();
    }

    private void create(String topic, int partitions) throws Exception {
        admin.createTopics(List.of(new NewTopic(topic, Optional.of(partitions), Optional.empty())))
                .all()
                .get();
        Until.holds(() -> admin.describeTopics(List.of(topic))
                        .allTopicNames()
                        .get()
                        .get(topic)
                        .partitions()
                        .size()
                == partitions);
    }

    @SafeVarargs
    private void send(ProducerRecord<byte[], byte[]>... records) {
        producer.beginTransaction();
        List.of(records).forEach(producer::send);
        producer.commitTransaction();
    }

    private static Position position(int partition, long offset) {
        return new Position("log", partition, offset);
    }

    private ProducerRecord<byte[], byte[]> letter(
            int partition, long offset, String reason, byte[] value, String... views) {
        String topic = shops.get(0).topic;
        RecordOrigin origin = new RecordOrigin(topic, position(partition, offset), 1_000 * offset);
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(DeadLetter.topic(topic), partition, bytes("key"), value);
        new DeadLetter(origin, reason, "amount is \"many\"", List.of(views))
                .headers()
                .forEach((name, header) -> letter.headers().add(name, header));
        return letter;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private JsonNode source(String name) throws Exception {
        return client.get("/v1/dead-letters?source=" + name)
                .json()
                .get("sources")
                .get(0);
    }

    @Test
    void eachSourcesAreCountedByReasonAndView() throws Exception {
        JsonNode sources = client.get("/v1/dead-letters").json().get("sources");
        assertEquals(2, sources.size());
        JsonNode orders = sources.get(0);
        assertEquals("orders", orders.get("source").asText());
        assertEquals(DeadLetter.topic(shops.get(0).topic), orders.get("topic").asText());
        assertEquals(3, orders.get("letters").asInt());
        assertEquals(
                "[{\"reason\":\"expression\",\"letters\":1,\"redriven\":0,\"views\":{\"revenue\":1}},"
                        + "{\"reason\":\"schema\",\"letters\":1,\"redriven\":0,\"views\":{}},"
                        + "{\"reason\":\"unreadable\",\"letters\":1,\"redriven\":1,\"views\":{}}]",
                orders.get("reasons").toString());
        assertEquals(0, sources.get(1).get("letters").asInt());
        assertEquals("[]", sources.get(1).get("samples").toString());
    }

    @Test
    void samplesSayWhatWasFoundTheNewestFirst() throws Exception {
        JsonNode samples = source("orders").get("samples");
        assertEquals(3, samples.size());
        assertEquals(1_024, samples.get(0).get("value").asText().length());
        assertEquals(5_000, samples.get(0).get("value_bytes").asInt());
        assertEquals("[\"revenue\"]", samples.get(0).get("views").toString());
        assertEquals("/w==", samples.get(1).get("value_base64").asText());
        assertTrue(samples.get(1).get("redriven").asBoolean());
        assertEquals(
                "{\"log_id\":\"log\",\"partition\":0,\"offset\":5,\"timestamp\":\"1970-01-01T00:00:05Z\","
                        + "\"reason\":\"schema\",\"message\":\"amount is \\\"many\\\"\",\"views\":[],\"key\":\"key\","
                        + "\"key_bytes\":3,\"value\":\"{\\\"amount\\\": \\\"many\\\"}\",\"value_bytes\":18,"
                        + "\"redriven\":false}",
                samples.get(2).toString());
    }

    @Test
    void parametersChooseAmongThem() throws Exception {
        assertEquals(List.of(7), offsets("view=revenue"));
        assertEquals(List.of(5), offsets("reason=schema"));
        assertEquals(List.of(7, 6), offsets("source=orders&limit=2"));
        assertEquals(List.of(), offsets("limit=0"));
        assertEquals(
                1,
                client.get("/v1/dead-letters?source=returns")
                        .json()
                        .get("sources")
                        .size());
    }

    private List<Integer> offsets(String parameters) throws Exception {
        List<Integer> offsets = new ArrayList<>();
        client.get("/v1/dead-letters?" + parameters)
                .json()
                .at("/sources/0/samples")
                .forEach(sample -> offsets.add(sample.get("offset").asInt()));
        return offsets;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    resaon=schema          | resaon | there is no parameter 'resaon'; did you mean 'reason'?
                    reason=shema           | reason | there is no reason 'shema'; did you mean 'schema'?
                    source=order           | source | there is no source 'order'; did you mean 'orders'?
                    limit=101              | limit  | limit is '101'; accepted is a whole number from 0 to 100
                    view=a&view=b          | view   | view is given 2 times; accepted is one value
                    """)
    void whatIsNotUnderstoodIsRefused(String parameters, String field, String detail) throws Exception {
        Client.Reply reply = client.get("/v1/dead-letters?" + parameters);
        assertEquals(400, reply.status());
        assertEquals(field, reply.json().get("field").asText());
        assertEquals(detail, reply.json().get("detail").asText());
    }

    @Test
    void metricsCountThemBySourceAndReason() throws Exception {
        String metrics = client.text("/metrics");
        String labels = "deployment=\"%s\",layer=\"serving\""
                .formatted(shops.get(0).deployment.name());
        for (String line : List.of(
                "tidemark_dead_letters{%s,reason=\"schema\",source=\"orders\"} 1.0",
                "tidemark_dead_letters_redriven{%s,reason=\"unreadable\",source=\"orders\"} 1.0")) {
            assertTrue(metrics.contains("\n" + line.formatted(labels) + "\n"), () -> line + "\n" + metrics);
        }
    }

    @Test
    void aTopicThatIsCreatedAgainIsReadAnew(@TempDir Path directory) throws Exception {
        List<Shop> others = Shop.pair(directory);
        try (ServingLayer other = others.get(0).serve()) {
            Client asked = Client.of(other);
            String topic = DeadLetter.topic(others.get(0).topic);
            create(topic, 2);
            for (long offset = 0; offset < 5; offset++) {
                send(renamed(letter((int) offset % 2, offset, "schema", bytes("bad")), topic));
            }
            Until.holds(() -> letters(asked) == 5);
            SharedBroker.recreateTopic(topic, 1);
            send(renamed(letter(0, 77, "schema", bytes("bad")), topic));
            Until.holds(() -> letters(asked) == 1);
        } finally {
            others.forEach(Shop::close);
        }
    }

    private static ProducerRecord<byte[], byte[]> renamed(ProducerRecord<byte[], byte[]> letter, String topic) {
        return new ProducerRecord<>(topic, letter.partition(), letter.key(), letter.value(), letter.headers());
    }

    private static int letters(Client client) throws Exception {
        return client.get("/v1/dead-letters").json().at("/sources/0/letters").asInt();
    }
}
