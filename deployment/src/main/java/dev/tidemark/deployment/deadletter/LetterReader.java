package dev.tidemark.deployment.deadletter;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.DeadLetter;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Reads topics of dead letters and of marks from their beginning to where they end when asked, as a reader of committed
 * records. A topic that does not exist is empty. Not thread-safe.
 */
public final class LetterReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @throws UnavailableException if the deployment has no broker of its own running */
    public LetterReader(Deployment deployment) {
        admin = Admin.create(deployment.kafkaAdmin());
        consumer = consumer(deployment);
    }

    /** A consumer that reads committed records, of what it is assigned from the beginning. */
    public static KafkaConsumer<byte[], byte[]> consumer(Deployment deployment) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "earliest");
        settings.put("allow.auto.create.topics", false);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The partitions of a topic as it is now. */
    public static List<TopicPartition> partitions(String topic, SourceLog log) {
        return IntStream.range(0, log.partitions())
                .mapToObj(number -> new TopicPartition(topic, number))
                .toList();
    }

    /** What a source's dead letters add up to. */
    public LetterCounts counts(String sourceTopic) {
        LetterCounts counts = new LetterCounts();
        read(DeadLetter.topic(sourceTopic), counts::add);
        read(RedriveMark.topic(sourceTopic), counts::mark);
        return counts;
    }

    /** Hands over each dead letter of a source as often as the topic has it, partition by partition in order. */
    public void letters(String sourceTopic, Consumer<StoredLetter> each) {
        read(DeadLetter.topic(sourceTopic), record -> StoredLetter.of(record).ifPresent(each));
    }

    /** The positions of the dead letters of a source that were sent again. */
    public Positions marks(String sourceTopic) {
        Positions marks = new Positions();
        read(RedriveMark.topic(sourceTopic), record -> RedriveMark.original(record)
                .ifPresent(marks::add));
        return marks;
    }

    private void read(String topic, Consumer<ConsumerRecord<byte[], byte[]>> each) {
        Optional<SourceLog> log = SourceLog.find(admin, topic);
        if (log.isEmpty()) {
            return;
        }
        try {
            readToEnd(consumer, partitions(topic, log.get()), each);
        } catch (KafkaException e) {
            throw new UnavailableException("topic " + topic + " cannot be read: " + e.getMessage());
        }
    }

    /**
     * Hands over what partitions of one topic hold, from their beginning to where they end now.
     *
     * @throws UnavailableException if nothing comes for long though there is more
     */
    public static void readToEnd(
            KafkaConsumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Consumer<ConsumerRecord<byte[], byte[]>> each) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        readOn(consumer, partitions, each);
    }

    /**
     * Hands over what the partitions that a consumer is assigned to hold, from where it stands to where they end now.
     *
     * @throws UnavailableException if nothing comes for long though there is more
     */
    public static void readOn(
            KafkaConsumer<byte[], byte[]> consumer,
            List<TopicPartition> partitions,
            Consumer<ConsumerRecord<byte[], byte[]>> each) {
        readTo(consumer, consumer.endOffsets(partitions), each);
    }

    /**
     * Hands over what the partitions that a consumer is assigned to hold, from where it stands to {@code ends}, and perhaps
     * some records more.
     *
     * @throws UnavailableException if nothing comes for long though there is more
     */
    public static void readTo(
            KafkaConsumer<byte[], byte[]> consumer,
            Map<TopicPartition, Long> ends,
            Consumer<ConsumerRecord<byte[], byte[]>> each) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (ends.keySet().stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            ConsumerRecords<byte[], byte[]> read = consumer.poll(POLL);
            read.forEach(each);
            if (!read.isEmpty()) {
                deadline = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new UnavailableException("topic %s could not be read to its end: nothing came for %d s"
                        .formatted(ends.keySet().iterator().next().topic(), PATIENCE.toSeconds()));
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
        admin.close();
    }
}
