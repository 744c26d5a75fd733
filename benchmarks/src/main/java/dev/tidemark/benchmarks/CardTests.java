package dev.tidemark.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.deadletter.LetterReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Stolen cards, one at a time: a small payment, a large one, and then how long it takes until a reader of the alert topic and
 * a webhook have the alert.
 */
final class CardTests implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration POLL = Duration.ofMillis(100);

    /** What has come, and when, by the customer. */
    private record Arrivals(Map<String, Long> nanos) {

        void add(byte[] alert) throws IOException {
            JsonNode row = JSON.readTree(alert).get("row");
            nanos.putIfAbsent(row.get("customer_id").asText(), System.nanoTime());
        }

        long await(String customer) {
            while (!nanos.containsKey(customer)) {
                LockSupport.parkNanos(100_000);
            }
            return nanos.remove(customer);
        }
    }

    private final String payments;
    private final KafkaProducer<String, String> producer;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final HttpServer receiver;
    private final Arrivals onTopic = new Arrivals(new ConcurrentHashMap<>());
    private final Arrivals atWebhook = new Arrivals(new ConcurrentHashMap<>());
    private final Thread reader = new Thread(this::read, "alerts");
    private final Random random = new Random(3);
    private volatile boolean stopped;
    private int made;

    /** @param port the webhook's */
    CardTests(Deployment deployment, int port) throws IOException {
        this.payments = deployment.source("payments").topic();
        this.producer =
                new KafkaProducer<>(Load.sendingAtOnce(deployment), new StringSerializer(), new StringSerializer());
        this.consumer = LetterReader.consumer(deployment);
        consumer.assign(deployment.alertTopics().stream()
                .map(topic -> new TopicPartition(topic, 0))
                .toList());
        consumer.seekToEnd(consumer.assignment());
        this.receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        receiver.setExecutor(Executors.newFixedThreadPool(2));
        receiver.createContext("/", exchange -> {
            atWebhook.add(exchange.getRequestBody().readAllBytes());
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
        reader.start();
    }

    private void read() {
        while (!stopped) {
            consumer.poll(POLL).forEach(record -> {
                try {
                    onTopic.add(record.value());
                } catch (IOException e) {
                    throw new IllegalStateException("no alert on the alert topic", e);
                }
            });
        }
    }

    /** Sends small payments of so many customers, whose keys are then known to the pattern. */
    void know(int customers) {
        for (int i = 0; i < customers; i++) {
            pay("known" + i, "0.50");
        }
        producer.flush();
    }

    /** Adds how long it takes from just before the send of the large payment until its alert has come to each. */
    void measure(Latencies topic, Latencies webhook) throws Exception {
        String customer = "probe" + ++made;
        pay(customer, "0.75").get();
        LockSupport.parkNanos(20_000_000L + random.nextInt(20_000_000));
        long sent = System.nanoTime();
        pay(customer, "900.00").get();
        topic.add(sent, onTopic.await(customer));
        webhook.add(sent, atWebhook.await(customer));
    }

    /** Sends a pair, and waits until the topic has its alert. */
    void awaitAlert() throws Exception {
        await(sendPair());
    }

    /** Sends a pair; whose it is. */
    String sendPair() throws Exception {
        String customer = "probe" + ++made;
        pay(customer, "0.75").get();
        pay(customer, "900.00").get();
        return customer;
    }

    /** Waits until the topic has the alert of a customer. */
    void await(String customer) {
        onTopic.await(customer);
    }

    private Future<RecordMetadata> pay(String customer, String amount) {
        String payment = ("{\"payment_id\":\"%s-%s\",\"paid_at\":\"%s\",\"order_id\":\"%s\",\"customer_id\":\"%s\","
                        + "\"region\":\"EU\",\"method\":\"card\",\"status\":\"CAPTURED\",\"amount\":\"%s\"}")
                .formatted(customer, amount, Instant.now(), customer, customer, amount);
        return producer.send(new ProducerRecord<>(payments, customer, payment));
    }

    /** Lets the shop's pattern post to a webhook, and nothing else. */
    static int addWebhook(TestBed bed) throws IOException {
        int port = TestBed.freePort();
        bed.append("views/card_tests.yaml", "\nwebhook: {url: \"http://127.0.0.1:" + port + "/\"}\n");
        return port;
    }

    /** The names of what is measured. */
    static List<String> ways() {
        return List.of("topic", "webhook");
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        reader.join();
        consumer.close();
        producer.close();
        receiver.stop(0);
    }
}
