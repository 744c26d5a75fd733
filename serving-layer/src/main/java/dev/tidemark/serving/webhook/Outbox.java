package dev.tidemark.serving.webhook;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
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
 * What a webhook has yet to deliver of its topic, from where it was committed on. Partitions are assigned, not shared out in
 * a group: there is one process, and a receiver that is down for an hour must not cost it its place. Not thread-safe.
 */
final class Outbox implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Delivered> delivered = new HashMap<>();
    private final Map<TopicPartition, OffsetAndMetadata> beginnings = new HashMap<>();

    private Outbox(KafkaConsumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /** @param giveUpAfter how far back a webhook begins that is new */
    static Outbox open(Deployment deployment, Alerting alerting, Duration giveUpAfter) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("group.id", deployment.webhookGroup(alerting.view()));
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        settings.put("allow.auto.create.topics", false);
        Outbox outbox =
                new Outbox(new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer()));
        try {
            outbox.begin(alerting.topic(), Instant.now().minus(giveUpAfter));
            return outbox;
        } catch (RuntimeException e) {
            outbox.close();
            throw e;
        }
    }

    private void begin(String topic, Instant oldest) {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(partition -> new TopicPartition(topic, partition.partition()))
                .toList();
        consumer.assign(partitions);
        Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(Set.copyOf(partitions));
        for (TopicPartition partition : partitions) {
            Delivered known = Optional.ofNullable(committed.get(partition))
                    .map(Delivered::of)
                    .orElseGet(() -> beginning(partition, oldest));
            delivered.put(partition, known);
            consumer.seek(partition, known.next());
        }
    }

    /** The first offset that is not older, or the end. */
    private Delivered beginning(TopicPartition partition, Instant oldest) {
        // The end comes first: what is sent between the two questions is not to be passed over.
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        OffsetAndTimestamp found = consumer.offsetsForTimes(Map.of(partition, oldest.toEpochMilli()))
                .get(partition);
        Delivered beginning = new Delivered(found == null ? end : found.offset(), 0, 0);
        beginnings.put(partition, beginning.offset());
        return beginning;
    }

    /** Where it begins in partitions of which nothing was committed: to be committed, so that it begins there once. */
    Map<TopicPartition, OffsetAndMetadata> beginnings() {
        return beginnings;
    }

    /** The next records; waits a little for them. */
    ConsumerRecords<byte[], byte[]> poll() {
        return consumer.poll(POLL);
    }

    TopicPartition partition(ConsumerRecord<byte[], byte[]> record) {
        return new TopicPartition(record.topic(), record.partition());
    }

    /** What is to be committed now that a record was delivered or given up. */
    OffsetAndMetadata done(ConsumerRecord<byte[], byte[]> record, boolean isDelivered) {
        return delivered
                .compute(partition(record), (partition, before) -> before.and(record.offset(), isDelivered))
                .offset();
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
