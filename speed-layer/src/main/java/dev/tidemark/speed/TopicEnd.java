package dev.tidemark.speed;

import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** The last records of a topic. */
final class TopicEnd {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private TopicEnd() {}

    /**
     * Gives the records to {@code taker} that stand among the last of each partition, up to where it ends now.
     *
     * @param most how many offsets before its end each partition is looked at
     * @throws UnavailableException if they cannot be read
     */
    static void read(
            Consumer<byte[], byte[]> consumer,
            String topic,
            int partitions,
            int most,
            java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> taker) {
        List<TopicPartition> assigned = partitionsOf(topic, partitions);
        consumer.assign(assigned);
        Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(assigned);
        assigned.forEach(
                partition -> consumer.seek(partition, Math.max(begins.get(partition), ends.get(partition) - most)));
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (assigned.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            if (System.nanoTime() > deadline) {
                throw new UnavailableException(
                        "the end of topic " + topic + " could not be read within " + PATIENCE.toSeconds() + " s");
            }
            consumer.poll(Duration.ofMillis(200)).forEach(taker);
        }
    }

    static List<TopicPartition> partitionsOf(String topic, int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }
}
