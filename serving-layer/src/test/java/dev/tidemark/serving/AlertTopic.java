package dev.tidemark.serving;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Condition;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Threshold;
import dev.tidemark.deployment.Webhook;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.view.Durations;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** A shop's alert topic, which its view {@code revenue} sends to. */
record AlertTopic(Shop shop, String name) {

    /** The shop with a threshold and perhaps a webhook, and a topic of its own that does not exist yet. */
    static AlertTopic of(Shop shop, Optional<Threshold> threshold, Optional<Webhook> webhook) {
        String topic = shop.topic + ".alerts";
        return new AlertTopic(shop.alerting(new Alerting("revenue", topic, threshold, webhook)), topic);
    }

    /** A threshold as a file states it. */
    static Optional<Threshold> threshold(String when, String window, String lasting, String... by) {
        return Optional.of(
                new Threshold(Condition.parse(when), Durations.parse(window), Durations.parse(lasting), List.of(by)));
    }

    Deployment deployment() {
        return shop.deployment;
    }

    /** An alert of the view, not tied to any answer. */
    static Alert alert(String id, Alert.State state) {
        return new Alert(id, "revenue", state, Instant.now(), 1, "v1", "{\"revenue\":\"12.00\"}");
    }

    /** What is on the topic of such an alert. */
    ObjectNode json(Alert alert) {
        return alert.json(deployment().name());
    }

    /** What a reader of committed records finds, in order. */
    List<Alert> committed() {
        List<Alert> alerts = new ArrayList<>();
        TopicPartition partition = new TopicPartition(name, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = LetterReader.consumer(deployment())) {
            consumer.assign(List.of(partition));
            Map<TopicPartition, Long> ends = consumer.endOffsets(List.of(partition));
            while (consumer.position(partition) < ends.get(partition)) {
                consumer.poll(Duration.ofMillis(100))
                        .forEach(record -> Alert.of(record, deployment().name()).ifPresent(alerts::add));
            }
        }
        return alerts;
    }

    /** Where the topic ends. */
    long end() {
        TopicPartition partition = new TopicPartition(name, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = LetterReader.consumer(deployment())) {
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    /** The same as texts such as {@code firing}. */
    List<String> states() {
        return committed().stream().map(alert -> alert.state().toString()).toList();
    }

    /** The same as texts such as {@code a firing}. */
    List<String> idsAndStates() {
        return committed().stream()
                .map(alert -> alert.id() + " " + alert.state())
                .toList();
    }
}
