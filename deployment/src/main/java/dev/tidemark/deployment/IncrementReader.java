package dev.tidemark.deployment;

import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads increments from their topic. Not thread-safe.
 *
 * @param format the format of the topic's definition set
 */
public record IncrementReader(IncrementFormat format) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final byte[] NOTHING = {};

    /**
     * The increment in a record.
     *
     * @throws RefusedException if it is none: what follows it cannot be counted
     */
    public Increment read(ConsumerRecord<byte[], byte[]> record) {
        try {
            return format.read(record.value() == null ? NOTHING : record.value());
        } catch (IllegalArgumentException e) {
            throw new RefusedException(
                    "topic %s holds at offset %d of partition %d what is no increment that can be read here: %s"
                            .formatted(record.topic(), record.offset(), record.partition(), e.getMessage()));
        }
    }

    /**
     * The first increment that a partition holds. The consumer is assigned to that partition alone.
     *
     * @throws UnavailableException if there is one, and it cannot be read within half a minute
     * @throws RefusedException if what is there is none
     */
    public Optional<Increment> first(Consumer<byte[], byte[]> consumer, TopicPartition partition) {
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        long end = consumer.endOffsets(List.of(partition)).get(partition);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (consumer.position(partition) < end) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                return Optional.of(read(record));
            }
            if (System.nanoTime() > deadline) {
                throw new UnavailableException("the beginning of topic %s could not be read within %d s"
                        .formatted(partition.topic(), PATIENCE.toSeconds()));
            }
        }
        return Optional.empty();
    }
}
