package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Flights of the present time, so many a second, sent every millisecond. */
final class Load implements AutoCloseable {

    private static final String[] AIRPORTS = {"ATL", "ORD", "DFW", "LAX", "PHX", "DEN", "DTW", "MSP", "LAS", "IAH"};

    private final KafkaProducer<String, String> producer;
    private final String topic;
    private final int rate;
    private final AtomicLong sent = new AtomicLong();
    private final Thread thread = new Thread(this::run, "load");
    private volatile boolean stopped;

    Load(Deployment deployment, int rate) {
        this.topic = deployment.source("flights").topic();
        this.rate = rate;
        this.producer =
                new KafkaProducer<>(Clients.producer(deployment), new StringSerializer(), new StringSerializer());
        thread.start();
    }

    private void run() {
        Random random = new Random(1);
        long start = System.nanoTime();
        while (!stopped) {
            long due = (System.nanoTime() - start) * rate / 1_000_000_000L;
            while (sent.get() < due) {
                String origin = AIRPORTS[random.nextInt(AIRPORTS.length)];
                producer.send(new ProducerRecord<>(topic, origin, flight(origin, random)));
                sent.incrementAndGet();
            }
            LockSupport.parkNanos(1_000_000);
        }
    }

    static String flight(String origin, Random random) {
        return "{\"date\":%d,\"delay\":%d,\"distance\":%d,\"origin\":\"%s\",\"destination\":\"%s\"}"
                .formatted(
                        System.currentTimeMillis(),
                        random.nextInt(120) - 20,
                        100 + random.nextInt(2_500),
                        origin,
                        AIRPORTS[random.nextInt(AIRPORTS.length)]);
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
