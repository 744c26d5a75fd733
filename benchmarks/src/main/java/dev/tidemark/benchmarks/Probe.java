package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/** One order at a time: sent, and then asked for until an answer's certificate counts its offset. */
final class Probe implements AutoCloseable {

    private static final String QUERY = "/v1/views/revenue/query?last=1h&by=region&measures=orders,revenue";

    private final KafkaProducer<String, String> producer;
    private final String topic;
    private final Serving serving;
    private final Random random = new Random(2);
    private int made;

    Probe(Deployment deployment) {
        this.topic = deployment.source("orders").topic();
        this.producer =
                new KafkaProducer<>(Load.sendingAtOnce(deployment), new StringSerializer(), new StringSerializer());
        this.serving = new Serving(deployment);
    }

    /** Adds how long it takes from just before the send until an answer that counts the order has been read. */
    void measure(Latencies latencies) throws Exception {
        LockSupport.parkNanos(20_000_000L + random.nextInt(20_000_000));
        String customer = "probe" + random.nextInt(100);
        long sent = System.nanoTime();
        RecordMetadata position = producer.send(new ProducerRecord<>(topic, customer, order(customer)))
                .get();
        while (!serving.counts(QUERY, position.partition(), position.offset())) {
            Thread.onSpinWait();
        }
        latencies.addSince(sent);
    }

    private String order(String customer) {
        return ("{\"ordered_at\":\"%s\",\"order_id\":\"probe%d\",\"visit_id\":\"probe\",\"customer_id\":\"%s\","
                        + "\"region\":\"EU\",\"category\":\"books\",\"product_id\":\"p1\",\"items\":1,\"amount\":\"9.99\"}")
                .formatted(Instant.now(), ++made, customer);
    }

    @Override
    public void close() {
        producer.close();
    }
}
