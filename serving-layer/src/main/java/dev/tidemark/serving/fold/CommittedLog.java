package dev.tidemark.serving.fold;

import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.OffsetRanges.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongConsumer;
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
    private final Map<String, Object> settings;
    private KafkaConsumer<byte[], byte[]> events;
    private int assigned;

    CommittedLog(Map<String, Object> kafka, String topic) {
        this.topic = topic;
        settings = new HashMap<>(kafka);
        settings.put("isolation.level", "read_committed");
        settings.put("enable.auto.commit", false);
        settings.put("auto.offset.reset", "none");
        settings.put("allow.auto.create.topics", false);
        settings.put("max.poll.records", 1);
        settings.put("max.partition.fetch.bytes", 65_536);
        settings.put("default.api.timeout.ms", 5_000);
        this.ends = consumer(settings);
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
        long start = starts(Math.max(assigned, partition + 1)).get(partition);
        if (start > from) {
            return new Probe(start, from, false);
        }
        List<Range> event = new ArrayList<>(1);
        long passed = read(partition, from, to, offset -> event.add(new Range(offset, offset + 1)), 1);
        return new Probe(start, event.isEmpty() ? passed : event.get(0).from(), !event.isEmpty());
    }

    /**
     * Events between two offsets.
     *
     * @param offsets where they lie
     * @param passed below it, there are no others
     */
    record Events(OffsetRanges offsets, long passed) {}

    /** The events at or after {@code from} and below {@code to}, as far as they can be read within a second. */
    Events events(int partition, long from, long to) {
        List<Range> ranges = new ArrayList<>();
        long passed = read(partition, from, to, offset -> append(ranges, offset), Long.MAX_VALUE);
        return new Events(new OffsetRanges(ranges), passed);
    }

    private static void append(List<Range> ranges, long offset) {
        Range last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
        if (last != null && last.to() == offset) {
            ranges.set(ranges.size() - 1, new Range(last.from(), offset + 1));
        } else {
            ranges.add(new Range(offset, offset + 1));
        }
    }

    /**
     * Reads the events of [{@code from}, {@code to}), at most {@code most} of them.
     *
     * @return the first offset that has not been read
     */
    private long read(int partition, long from, long to, LongConsumer event, long most) {
        if (events == null) {
            events = consumer(settings);
        }
        TopicPartition asked = new TopicPartition(topic, partition);
        events.assign(List.of(asked));
        events.seek(asked, from);
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        long read = 0;
        while (read < most && events.position(asked) < to && System.nanoTime() < deadline) {
            for (ConsumerRecord<byte[], byte[]> found : events.poll(POLL)) {
                if (found.offset() < to) {
                    event.accept(found.offset());
                    read++;
                }
            }
        }
        return Math.min(to, events.position(asked));
    }

    private static Map<Integer, Long> byNumber(Map<TopicPartition, Long> offsets) {
        Map<Integer, Long> byNumber = new TreeMap<>();
        offsets.forEach((partition, offset) -> byNumber.put(partition.partition(), offset));
        return byNumber;
    }

    @Override
    public void close() {
        ends.close();
        if (events != null) {
            events.close();
        }
    }
}
