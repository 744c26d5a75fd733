package dev.tidemark.serving.webhook;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.Delivered;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * What a webhook has yet to deliver of its topic, from where it was committed on. The partition is assigned, not shared out
 * in a group: there is one process, and a receiver that is down for an hour must not cost it its place. Not thread-safe.
 */
final class Outbox implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final TopicPartition partition;
    private Delivered delivered;

    private Outbox(KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition) {
        this.consumer = consumer;
        this.partition = partition;
    }

    /** @param giveUpAfter how far back a webhook begins that is new */
    static Outbox open(Deployment deployment, Alerting alerting, Duration giveUpAfter) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("group.id", deployment.webhookGroup(alerting.view()));
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        settings.put("allow.auto.create.topics", false);
        Outbox outbox = new Outbox(
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()),
                new TopicPartition(alerting.topic(), Alert.PARTITION));
        try {
            outbox.begin(Instant.now().minus(giveUpAfter));
            return outbox;
        } catch (RuntimeException e) {
            outbox.close();
            throw e;
        }
    }

    private void begin(Instant oldest) {
        consumer.assign(List.of(partition));
        delivered = Optional.ofNullable(consumer.committed(Set.of(partition)).get(partition))
                .map(Delivered::of)
                .orElseGet(() -> beginning(oldest));
        consumer.seek(partition, delivered.next());
    }

    /** The first offset that is not older, or the end. */
    private Delivered beginning(Instant oldest) {
        // The end comes first: what is sent between the two questions is not to be passed over.
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, oldest.toEpochMilli()))
                .get(partition);
        return new Delivered(found == null ? end : found.offset(), 0, 0);
    }

    /** The next records; waits a little for them. */
    ConsumerRecords<byte[], byte[]> poll() {
        return consumer.poll(POLL);
    }

    /** A record was delivered or given up. */
    void done(ConsumerRecord<byte[], byte[]> record, boolean isDelivered) {
        delivered = delivered.and(record.offset(), isDelivered);
    }

    /** How far it has come: to be committed. */
    Map<TopicPartition, OffsetAndMetadata> standing() {
        return Map.of(partition, delivered.offset());
    }

    @Override
    public void close() {
        // Kafka's clients complain when they are closed by a thread that is interrupted.
        boolean interrupted = Thread.interrupted();
        consumer.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
