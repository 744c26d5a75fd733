package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.deadletter.LetterReader;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Reads alert topics back, from their beginning to where they end now, as a reader of committed records. */
final class AlertReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;

    AlertReader(Deployment deployment) {
        consumer = LetterReader.consumer(deployment);
    }

    /** Hands over each alert of a topic; what is none is passed over. */
    void read(String topic, int number, Consumer<Alert> each) {
        List<TopicPartition> partitions = IntStream.range(0, number)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (partitions.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            ConsumerRecords<byte[], byte[]> read = consumer.poll(POLL);
            read.forEach(record -> Alert.of(record).ifPresent(each));
            if (!read.isEmpty()) {
                deadline = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new UnavailableException("alert topic %s could not be read to its end: nothing came for %d s"
                        .formatted(topic, PATIENCE.toSeconds()));
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}
