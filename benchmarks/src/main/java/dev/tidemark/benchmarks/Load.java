package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.shop.ShopEvent;
import dev.tidemark.shop.ShopTraffic;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Traffic of the shop that happens now, so many events a second, sent every millisecond. */
final class Load implements AutoCloseable {

    private final KafkaProducer<byte[], byte[]> producer;
    private final Deployment deployment;
    private final int rate;
    private final AtomicLong sent = new AtomicLong();
    private final Thread thread = new Thread(this::run, "load");
    private volatile boolean stopped;

    Load(Deployment deployment, int rate) {
        this.deployment = deployment;
        this.rate = rate;
        this.producer =
                new KafkaProducer<>(sendingAtOnce(deployment), new ByteArraySerializer(), new ByteArraySerializer());
        thread.start();
    }

    /** Settings of a producer that does not wait for more to send. */
    static Map<String, Object> sendingAtOnce(Deployment deployment) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("linger.ms", "0");
        settings.put("acks", "all");
        return settings;
    }

    private void run() {
        ShopTraffic traffic = new ShopTraffic(ShopHistory.options(Instant.now(), rate));
        long start = System.nanoTime();
        while (!stopped) {
            long due = (System.nanoTime() - start) * rate / 1_000_000_000L;
            while (sent.get() < due) {
                ShopEvent event = traffic.next();
                String topic = deployment.source(event.source()).topic();
                long now = System.currentTimeMillis();
                producer.send(new ProducerRecord<>(topic, null, now, event.key(), event.line(now)));
                sent.incrementAndGet();
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** How many events were sent so far. */
    long sent() {
        return sent.get();
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        thread.join();
        producer.close();
    }
}
