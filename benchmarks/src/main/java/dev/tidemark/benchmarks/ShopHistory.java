package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.shop.ShopEvent;
import dev.tidemark.shop.ShopOptions;
import dev.tidemark.shop.ShopTraffic;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Events of the shop up to the present, sent as fast as may be, each with its time as timestamp. Goes on where it was. */
final class ShopHistory {

    private static final int PRODUCTS = 5_000;
    private static final int CUSTOMERS = 200_000;
    private static final double LATE = 0.01;
    private static final double MALFORMED = 0.001;

    private final Deployment deployment;
    private final ShopTraffic traffic;
    private long sent;

    /** @param events how many there are in all, over {@code days} up to now */
    ShopHistory(Deployment deployment, long events, int days) {
        this(deployment, events, Duration.ofDays(days));
    }

    /** @param events how many there are in all, over so long a time up to now */
    ShopHistory(Deployment deployment, long events, Duration length) {
        this.deployment = deployment;
        this.traffic = new ShopTraffic(options(Instant.now().minus(length), events / (double) length.toSeconds()));
    }

    /** The shop that all measurements are about. */
    static ShopOptions options(Instant start, double rate) {
        return new ShopOptions(1, start, rate, PRODUCTS, CUSTOMERS, LATE, MALFORMED, 0, 0);
    }

    /** Sends until so many events were sent in all; how long it took comes back, in seconds. */
    double sendUpTo(long number) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("linger.ms", "20");
        settings.put("batch.size", 1 << 18);
        CompletableFuture<Void> refused = new CompletableFuture<>();
        long began = System.nanoTime();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (; sent < number; sent++) {
                ShopEvent event = traffic.next();
                String topic = deployment.source(event.source()).topic();
                // Chance may bring the last ones later than now; brokers refuse what lies far ahead.
                long at = Math.min(event.sentAt(), System.currentTimeMillis());
                producer.send(new ProducerRecord<>(topic, null, at, event.key(), event.line(at)), (written, e) -> {
                    if (e != null) {
                        refused.completeExceptionally(e);
                    }
                });
            }
        }
        // Completed, if at all, by now: closing has waited for every answer.
        refused.getNow(null);
        return (System.nanoTime() - began) / 1e9;
    }
}
