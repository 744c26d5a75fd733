package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever has ordered three times yesterday is an alert: the real stream, and a process that sends alerts and is killed
 * again and again.
 */
class AlertsTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int ACCOUNTS = 60;
    private static final int KILLS = 4;
    private static final int ORDERS_BETWEEN_KILLS = 25;

    @TempDir
    Path folder;

    private final Random random = Seeds.random();
    private final Instant yesterday = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofHours(12));
    private final Map<String, Integer> orders = new TreeMap<>();
    private final List<JsonNode> posts = new CopyOnWriteArrayList<>();
    private final String topic = SharedBroker.createTopic("orders", 1);
    private HttpServer receiver;

    @BeforeEach
    void aReceiver() throws IOException {
        boolean isNearMidnight = Instant.now()
                .plus(Duration.ofMinutes(10))
                .truncatedTo(ChronoUnit.DAYS)
                .isAfter(yesterday.plus(Duration.ofHours(12)));
        assumeTrue(!isNearMidnight, "yesterday would become another day");
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            posts.add(JSON.readTree(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void close() {
        receiver.stop(0);
    }

    private Map<String, String> files() {
        return Map.of(
                "schemas/orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "account", "type": "string"},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
                """,
                "sources/orders.yaml",
                "name: orders\ntopic: %s\nschema: ../schemas/orders.avsc\nevent_time: at\n".formatted(topic),
                "views/busy.yaml",
                """
                name: busy
                source: orders
                pane: 1d
                dimensions: {account: account}
                measures: {orders: count()}
                alert_topic: %s
                alert: {when: "orders >= 3", by: [account]}
                webhook: {url: "http://127.0.0.1:%d/hook"}
                """
                        .formatted(alertTopic(), receiver.getAddress().getPort()));
    }

    private String alertTopic() {
        return topic + ".alerts";
    }

    @Test
    void eachAlertIsSentOnceHoweverOftenItsSenderIsKilled() throws Exception {
        try (TestDeployment deployment = new TestDeployment(folder, topic, files());
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        deployment.deployment().kafkaClient(), new ByteArraySerializer(), new ByteArraySerializer())) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            LayerProcess alerts = deployment.start(Layer.ALERTS);
            speed.awaitOutput("speed ready");
            alerts.awaitOutput("alerts ready");
            for (int round = 0; round < KILLS; round++) {
                order(producer, ORDERS_BETWEEN_KILLS);
                // Some time within which it has sent some of them, or is about to.
                int before = committed(deployment).size();
                int more = random.nextInt(3);
                Conditions.await(
                        "alerts are sent",
                        () -> committed(deployment).size()
                                >= Math.min(expected().size(), before + more));
                assertTrue(alerts.kill(), "it ran until it was killed");
                order(producer, ORDERS_BETWEEN_KILLS);
                alerts = deployment.start(Layer.ALERTS);
            }
            alerts.awaitOutput("alerts ready");
            Conditions.await(
                    "all alerts",
                    () -> committed(deployment).size() >= expected().size());
            deployment.publish();
            deployment.awaitPublication(1, "/v1/views/busy/query?window=1d");
            order(producer, ORDERS_BETWEEN_KILLS);
            Conditions.await(
                    "all alerts",
                    () -> committed(deployment).size() >= expected().size());
            List<String> sent =
                    committed(deployment).stream().map(AlertsTest::text).toList();
            assertEquals(List.copyOf(expected()), sent.stream().sorted().toList(), "each once");
            Conditions.await(
                    "all are delivered", () -> delivered().size() >= expected().size());
            assertEquals(expected(), new TreeSet<>(delivered()));
            assertEquals(sent, List.copyOf(delivered()), "in the topic's order, but for what came twice");
            assertEquals(
                    expected().size(),
                    deployment.answer("/v1/status").at("/alerts/0/standing").asInt());
            aSecondProcessTakesOver(deployment, producer, alerts);
            System.out.printf("%d alerts, %d posts, %d kills%n", sent.size(), posts.size(), KILLS);
        }
    }

    private void aSecondProcessTakesOver(
            TestDeployment deployment, KafkaProducer<byte[], byte[]> producer, LayerProcess first) throws Exception {
        deployment.start(Layer.ALERTS).awaitOutput("alerts ready");
        for (int i = 0; i < 3; i++) {
            order(producer, "one-more");
        }
        Conditions.await("the first ends", () -> !first.process().isAlive());
        assertEquals(SupersededException.EXIT_STATUS, first.process().exitValue());
        Conditions.await(
                "all alerts", () -> committed(deployment).size() == expected().size());
    }

    private void order(KafkaProducer<byte[], byte[]> producer, int number) throws Exception {
        for (int i = 0; i < number; i++) {
            order(producer, "account-" + random.nextInt(ACCOUNTS));
        }
    }

    private void order(KafkaProducer<byte[], byte[]> producer, String account) throws Exception {
        Instant at = yesterday.plusSeconds(random.nextInt(3_600));
        byte[] order =
                "{\"account\":\"%s\",\"at\":\"%s\"}".formatted(account, at).getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, order)).get();
        orders.merge(account, 1, Integer::sum);
    }

    private Set<String> expected() {
        return orders.entrySet().stream()
                .filter(account -> account.getValue() >= 3)
                .map(account -> account.getKey() + " firing")
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String text(JsonNode alert) {
        return alert.at("/row/account").asText() + " " + alert.get("state").asText();
    }

    /** What was posted, each alert where it came first. */
    private Set<String> delivered() {
        return posts.stream().map(AlertsTest::text).collect(Collectors.toCollection(LinkedHashSet::new));
    }

    /** What a reader of committed records finds. */
    private List<JsonNode> committed(TestDeployment deployment) {
        List<JsonNode> alerts = new ArrayList<>();
        TopicPartition partition = new TopicPartition(alertTopic(), 0);
        try (KafkaConsumer<byte[], byte[]> consumer = LetterReader.consumer(deployment.deployment())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (var record : consumer.poll(Duration.ofMillis(100))) {
                    alerts.add(JSON.readTree(record.value()));
                }
            }
        } catch (IOException e) {
            throw new AssertionError(e);
        }
        return alerts;
    }
}
