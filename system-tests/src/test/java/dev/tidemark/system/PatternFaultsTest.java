package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stolen cards, told of while the process that tells is killed again and again, and the speed layer too. */
class PatternFaultsTest {

    private static final int KILLS = 20;
    private static final int ACCOUNTS = 40;
    private static final int PARTITIONS = 2;
    private static final Duration WITHIN = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    private final Random random = Seeds.random();
    private final String topic = SharedBroker.createTopic("payments", PARTITIONS);

    private Map<String, String> files() {
        return Map.of(
                "schemas/payments.avsc",
                """
                {"type": "record", "name": "Payment", "fields": [
                  {"name": "account", "type": "string"},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "cents", "type": "long"}]}
                """,
                "sources/payments.yaml",
                "name: payments\ntopic: %s\nschema: ../schemas/payments.avsc\nevent_time: at\n".formatted(topic),
                "views/stolen.yaml",
                """
                name: stolen
                source: payments
                pattern:
                  by: account
                  steps: ["cents < 100", "cents > 500 * step1.cents"]
                  within: 5s
                  unless: cents = 1000
                measures: {loss: sum(cents)}
                alert_topic: %s
                """
                        .formatted(alertTopic()));
    }

    private String alertTopic() {
        return topic + ".alerts";
    }

    /** A payment as it was sent, of one partition in order. */
    private record Payment(String account, Instant at, long cents, int partition, long offset) {}

    /** Sends payments that happen now, until it is closed. */
    private final class Payments implements AutoCloseable {

        private final KafkaProducer<byte[], byte[]> producer;
        private final List<Payment> sent = new ArrayList<>();
        private final Random chance = new Random(random.nextLong());
        private final Thread thread = new Thread(this::run, "payments");
        private volatile boolean stopped;

        Payments(TestDeployment deployment) {
            producer = new KafkaProducer<>(
                    deployment.deployment().kafkaClient(), new ByteArraySerializer(), new ByteArraySerializer());
            thread.start();
        }

        private void run() {
            try {
                while (!stopped) {
                    send();
                    LockSupport.parkNanos(5_000_000);
                }
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        }

        private void send() throws Exception {
            int account = chance.nextInt(ACCOUNTS);
            long cents = List.of(1L, 50L, 1_000L, 600L, 30_000L, 9_000L).get(chance.nextInt(6));
            Instant at = Instant.ofEpochMilli(System.currentTimeMillis());
            byte[] value = "{\"account\":\"a%d\",\"at\":\"%s\",\"cents\":%d}"
                    .formatted(account, at, cents)
                    .getBytes(StandardCharsets.UTF_8);
            RecordMetadata stands = producer.send(new ProducerRecord<>(topic, account % PARTITIONS, null, value))
                    .get();
            sent.add(new Payment("a" + account, at, cents, stands.partition(), stands.offset()));
        }

        @Override
        public void close() throws InterruptedException {
            stopped = true;
            thread.join();
            producer.close();
        }

        /** The matches, by the positions of their payments: each payment with the latest before it that fits. */
        TreeSet<String> expected() {
            Map<String, List<Payment>> tests = new HashMap<>();
            TreeSet<String> matches = new TreeSet<>();
            for (Payment payment : sent) {
                List<Payment> earlier = tests.computeIfAbsent(payment.account(), account -> new ArrayList<>());
                for (int i = earlier.size() - 1; i >= 0; i--) {
                    Payment test = earlier.get(i);
                    if (payment.cents() > 500 * test.cents()
                            && !test.at().plus(WITHIN).isBefore(payment.at())) {
                        matches.add(text(test) + " " + text(payment));
                        break;
                    }
                }
                if (payment.cents() == 1_000) {
                    earlier.clear();
                }
                if (payment.cents() < 100) {
                    earlier.add(payment);
                }
            }
            return matches;
        }

        private static String text(Payment payment) {
            return payment.partition() + "@" + payment.offset();
        }
    }

    @Test
    void eachMatchIsToldOfExactlyOnceAndNoneIsRetractedByBatch() throws Exception {
        try (TestDeployment deployment = new TestDeployment(folder, topic, files());
                Payments payments = new Payments(deployment)) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            LayerProcess alerts = deployment.start(Layer.ALERTS);
            speed.awaitOutput("speed ready");
            alerts.awaitOutput("alerts ready");
            try (FollowedAlerts sent = new FollowedAlerts(deployment.deployment(), alertTopic())) {
                for (int kill = 1; kill <= KILLS; kill++) {
                    awaitSome(sent);
                    assertTrue(alerts.kill(), "it ran until it was killed");
                    if (kill == KILLS / 2) {
                        deployment.publish();
                        assertTrue(speed.kill(), "it ran until it was killed");
                        speed = deployment.start(Layer.SPEED);
                    }
                    alerts = deployment.start(Layer.ALERTS);
                }
                payments.close();
                TreeSet<String> expected = payments.expected();
                Conditions.await("all alerts", () -> told(sent).get("added").equals(expected));
                deployment.publish();
                Map<String, TreeSet<String>> all = Map.of("added", expected, "confirmed", expected);
                Conditions.await("all are confirmed", () -> sent.all().size() >= 2 * expected.size());
                assertEquals(all, told(sent), "each once, and nothing else");
                System.out.printf("%d alerts of %d payments, %d kills%n", expected.size(), payments.sent.size(), KILLS);
            }
        }
    }

    /** Waits until it has sent some, or is about to; or not at all, so that it is killed while it starts. */
    private void awaitSome(FollowedAlerts sent) throws IOException {
        int enough = sent.all().size() + random.nextInt(8);
        if (random.nextInt(3) > 0) {
            Conditions.awaitMoment("alerts are sent", () -> sent.all().size() >= enough);
        }
    }

    /** The matches that were told of, by what was; each state of a match once. */
    private static Map<String, TreeSet<String>> told(FollowedAlerts alerts) throws IOException {
        Map<String, TreeSet<String>> told = new TreeMap<>();
        for (JsonNode alert : alerts.all()) {
            List<String> positions = new ArrayList<>();
            alert.at("/row/positions")
                    .forEach(position -> positions.add(
                            position.asText().substring(position.asText().indexOf('/') + 1)));
            boolean isNew = told.computeIfAbsent(alert.get("state").asText(), state -> new TreeSet<>())
                    .add(String.join(" ", positions));
            assertTrue(isNew, () -> "it is told twice: " + alert);
        }
        return told;
    }
}
