package dev.tidemark.serving.fold;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A source's topic as a reader of committed records sees it. Not thread-safe. */
final class CommittedLog implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration PATIENCE = Duration.ofSeconds(1);

    private final String topic;
    private final KafkaConsumer<byte[], byte[]> ends;
    private final KafkaConsumer<byte[], byte[]> events;
    private int assigned;

    CommittedLog(Map<String, Object> kafka, String topic) {
        this.topic = topic;
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "none");
        settings.put("allow.auto.create.topics", false);
        settings.put("max.poll.records", 1);
        settings.put("max.partition.fetch.bytes", 65_536);
        settings.put("default.api.timeout.ms", 5_000);
        this.ends = consumer(settings);
        this.events = consumer(settings);
    }

    private static KafkaConsumer<byte[], byte[]> consumer(Map<String, Object> settings) {
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** The exclusive ends of what has been committed, by partition. */
    Map<Integer, Long> ends(int partitions) {
        return byNumber(ends.endOffsets(assigned(partitions)));
    }

    /** The first offset that each partition still holds. */
    Map<Integer, Long> starts(int partitions) {
        return byNumber(ends.beginningOffsets(assigned(partitions)));
    }

    /** The first partitions; assigned to the consumer, which warns of every answer about others. */
    private List<TopicPartition> assigned(int partitions) {
        List<TopicPartition> asked = IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
        if (partitions > assigned) {
            ends.assign(asked);
            assigned = partitions;
        }
        return asked;
    }

    /**
     * What lies between two offsets.
     *
     * @param start the first offset that the partition still holds
     * @param passed no event lies between the first offset asked for and this one
     * @param event whether an event lies at {@code passed}
     */
    record Probe(long start, long passed, boolean event) {}

    /** Looks for the first event at or after {@code from} and below {@code to}. */
    Probe probe(int partition, long from, long to) {
        TopicPartition asked = new TopicPartition(topic, partition);
        long start = starts(Math.max(assigned, partition + 1)).get(partition);
        if (start > from) {
            return new Probe(start, from, false);
        }
        events.assign(List.of(asked));
        events.seek(asked, from);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (events.position(asked) < to && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> event : events.poll(POLL)) {
                return new Probe(start, event.offset(), true);
            }
        }
        return new Probe(start, events.position(asked), false);
    }

    private static Map<Integer, Long> byNumber(Map<TopicPartition, Long> offsets) {
        Map<Integer, Long> byNumber = new TreeMap<>();
        offsets.forEach((partition, offset) -> byNumber.put(partition.partition(), offset));
        return byNumber;
    }

    @Override
    public void close() {
        ends.close();
        events.close();
    }
}
