package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import java.util.HashMap;
import java.util.Map;

/** Settings of Kafka's clients here. */
final class Clients {

    private Clients() {}

    /** A producer that sends at once. */
    static Map<String, Object> producer(Deployment deployment) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("linger.ms", "0");
        settings.put("acks", "all");
        return settings;
    }
}
