package dev.tidemark.launcher;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * An example's topic, as earlier runs have left it.
 *
 * @param source the example's source
 * @param ends the end offset of each partition
 * @param last the value that stands last in each partition, if a record does
 */
record ExampleLog(Source source, Map<Integer, Long> ends, Map<Integer, byte[]> last) {

    /** Reads what stands last in each partition. */
    static ExampleLog read(Source source, Map<Integer, Long> ends, Map<String, Object> kafka) {
        Map<Integer, byte[]> last = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            ends.forEach((partition, end) -> {
                if (end > 0) {
                    valueAt(consumer, new TopicPartition(source.topic(), partition), end - 1)
                            .ifPresent(value -> last.put(partition, value));
                }
            });
        }
        return new ExampleLog(source, ends, last);
    }

    /** Empty where no record stands, but the end of a transaction. */
    private static Optional<byte[]> valueAt(
            KafkaConsumer<byte[], byte[]> consumer, TopicPartition partition, long offset) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, offset);
        Optional<byte[]> found = Optional.empty();
        while (consumer.position(partition) == offset) {
            found = consumer.poll(Duration.ofSeconds(1)).records(partition).stream()
                    .map(each -> each.value())
                    .findFirst();
        }
        return found;
    }

    /**
     * Refuses to go on if the topic holds anything but the example's first events, so many for each partition: then it is
     * not known which of them were sent.
     *
     * @param lines all events of the example
     */
    void requireNothingElse(Lines lines) {
        Resumption resumption = new Resumption(ends);
        Map<Integer, byte[]> expected = new HashMap<>();
        for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
            byte[] key = LineFields.of(line.get(), source)
                    .key()
                    .map(text -> text.getBytes(StandardCharsets.UTF_8))
                    .orElse(line.get());
            if (resumption.next(key).isEmpty()) {
                expected.put(resumption.partition(key), line.get());
            }
        }
        resumption.requireNothingLeft();
        expected.forEach(this::requireLast);
    }

    private void requireLast(int partition, byte[] line) {
        if (!Arrays.equals(line, last.get(partition))) {
            throw new RefusedException(
                    "topic %s, partition %d ends with something else than event %,d of the example's file for it: "
                                    .formatted(source.topic(), partition, ends.get(partition))
                            + Resumption.REMEDY);
        }
    }
}
