package dev.tidemark.launcher;

import dev.tidemark.deployment.RefusedException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * An example's topics, as earlier runs have left them.
 *
 * @param ends the end offset of each partition
 * @param last what stands last in each partition, if a record does
 */
record ExampleLog(Map<TopicPartition, Long> ends, Map<TopicPartition, Last> last) {

    /**
     * A record that was found.
     *
     * @param timestamp its timestamp, in milliseconds of the epoch
     */
    record Last(long timestamp, byte[] value) {

        static Last of(ConsumerRecord<byte[], byte[]> found) {
            return new Last(found.timestamp(), found.value());
        }

        boolean is(ExampleEvent event) {
            return Arrays.equals(event.line(timestamp), value);
        }
    }

    /** Reads what stands last in each partition. */
    static ExampleLog read(Map<TopicPartition, Long> ends, Map<String, Object> kafka) {
        Map<TopicPartition, Last> last = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            ends.forEach((partition, end) -> {
                if (end > 0) {
                    recordAt(consumer, partition, end - 1).ifPresent(found -> last.put(partition, found));
                }
            });
        }
        return new ExampleLog(ends, last);
    }

    /** Empty where no record stands, but the end of a transaction. */
    private static Optional<Last> recordAt(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        Optional<Last> found = Optional.empty();
        while (consumer.position(partition) == offset) {
            found = consumer.poll(Duration.ofSeconds(1)).records(partition).stream()
                    .map(Last::of)
                    .findFirst();
        }
        return found;
    }

    /**
     * Refuses to go on if the topics hold anything but the example's first events, so many for each partition: then it is
     * not known which of them were sent.
     *
     * @param events all events of the example
     */
    void requireNothingElse(ExampleEvents events) {
        Resumption resumption = new Resumption(ends);
        Map<TopicPartition, ExampleEvent> expected = new HashMap<>();
        Optional<ExampleEvent> event = events.next();
        while (event.isPresent() && !resumption.isDone()) {
            TopicPartition partition = resumption.partition(event.get());
            if (resumption.isSent(partition)) {
                expected.put(partition, event.get());
            }
            event = events.next();
        }
        resumption.requireDone();
        expected.forEach(this::requireLast);
    }

    private void requireLast(TopicPartition partition, ExampleEvent event) {
        if (!Optional.ofNullable(last.get(partition))
                .filter(found -> found.is(event))
                .isPresent()) {
            throw new RefusedException(
                    "topic %s, partition %d ends with something else than event %,d of the example for it: "
                                    .formatted(partition.topic(), partition.partition(), ends.get(partition))
                            + Resumption.REMEDY);
        }
    }
}
