package dev.tidemark.serving.fold;

import dev.tidemark.deployment.IncrementReader;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Feeds one generation with the increments topic, in a thread of its own. The generation's lock is taken once for all
 * increments of a poll, and they are decoded before it is taken.
 */
final class IncrementsFeed implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(IncrementsFeed.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    /** How far a partition has been counted, and where it ends. */
    private record Read(long position, long end) {}

    private final String topic;
    private final IncrementReader reader;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Map<TopicPartition, Long> goals = new HashMap<>();
    private Map<Integer, Instant> since = Map.of();
    private Map<Integer, Long> resume = Map.of();
    private Generation generation;
    private Progressed progressed;
    private Thread thread;
    private int assigned;
    private volatile int wanted;
    private volatile boolean closed;
    private volatile boolean caughtUp;
    private volatile Map<Integer, Read> read = Map.of();
    private volatile Optional<RuntimeException> failure = Optional.empty();

    IncrementsFeed(Map<String, Object> kafka, String topic, IncrementFormat format) {
        this.topic = topic;
        this.reader = new IncrementReader(format);
        Map<String, Object> settings = new HashMap<>(kafka);
        settings.put("enable.auto.commit", false);
        // A position can get lost only if the topic is trimmed under us; what is lost is found missing.
        settings.put("auto.offset.reset", "earliest");
        settings.put("max.poll.records", 5_000);
        settings.put("fetch.min.bytes", 1);
        settings.put("allow.auto.create.topics", false);
        settings.put("default.api.timeout.ms", 10_000);
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * The first increment that a partition holds. To be asked before the feed is {@link #open opened}.
     *
     * @throws dev.tidemark.deployment.UnavailableException if it cannot be read at the moment
     */
    Optional<Increment> first(int partition) {
        return reader.first(consumer, new TopicPartition(topic, partition));
    }

    /**
     * Places itself in the topic.
     *
     * @param partitions how many partitions the topic has; zero where it does not exist yet
     * @param since by partition, the time from which on every increment is wanted; for others the topic's beginning
     * @param resume by partition, the offset from which on they are wanted, where it is known better
     */
    void open(int partitions, Map<Integer, Instant> since, Map<Integer, Long> resume) {
        this.since = Map.copyOf(since);
        this.resume = Map.copyOf(resume);
        consumer.assign(partitions(0, partitions));
        goals.putAll(place(partitions(0, partitions)));
        assigned = partitions;
        wanted = partitions;
    }

    /** Places itself in some partitions, and returns where they ended before. */
    private Map<TopicPartition, Long> place(List<TopicPartition> placed) {
        // Asked for before the times: what is appended in between must not be passed over.
        Map<TopicPartition, Long> ends = consumer.endOffsets(placed);
        Map<TopicPartition, Long> times = new HashMap<>();
        for (TopicPartition partition : placed) {
            Optional.ofNullable(since.get(partition.partition()))
                    .ifPresent(time -> times.put(partition, time.toEpochMilli()));
        }
        Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
        for (TopicPartition partition : placed) {
            if (resume.containsKey(partition.partition())) {
                consumer.seek(partition, resume.get(partition.partition()));
            } else if (!times.containsKey(partition)) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                OffsetAndTimestamp first = found.get(partition);
                consumer.seek(partition, first == null ? ends.get(partition) : first.offset());
            }
        }
        return ends;
    }

    /** Begins to feed. */
    void start(Generation fed, Progressed signal) {
        generation = fed;
        progressed = signal;
        thread = new Thread(this::run, "increments-" + topic);
        thread.setDaemon(true);
        thread.start();
    }

    /** Says that the topic has that many partitions; those that are new are read too, from the time that is wanted. */
    void widen(int partitions) {
        wanted = Math.max(wanted, partitions);
    }

    /** Whether everything that the topic held when the feed was opened has been counted. */
    boolean caughtUp() {
        return caughtUp;
    }

    /** How far a partition of the topic has been counted, exclusive; zero before anything is known of it. */
    long position(int partition) {
        Read known = read.get(partition);
        return known == null ? 0 : known.position();
    }

    /** Where a partition of the topic ends, empty if that is not known yet; zero of one that does not exist. */
    OptionalLong end(int partition) {
        if (partition >= wanted) {
            return OptionalLong.of(0);
        }
        Read known = read.get(partition);
        return known == null ? OptionalLong.empty() : OptionalLong.of(known.end());
    }

    /** Why it has stopped before its time, if it has. */
    Optional<RuntimeException> failure() {
        return failure;
    }

    private void run() {
        try (consumer) {
            while (!closed) {
                assignNew();
                count(poll());
                observeIfKnown();
            }
        } catch (WakeupException e) {
            LOG.debug("stopped reading {}", topic);
        } catch (RuntimeException e) {
            if (!closed) {
                LOG.error("cannot count the increments of {}: {}", topic, e.getMessage(), e);
                failure = Optional.of(e);
            }
        }
    }

    private void count(ConsumerRecords<byte[], byte[]> records) {
        if (records.isEmpty()) {
            return;
        }
        List<Increment> increments = new ArrayList<>(records.count());
        Map<Integer, Long> positions = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            increments.add(reader.read(record));
            positions.put(record.partition(), record.offset() + 1);
        }
        generation.add(increments, positions);
        progressed.signal();
    }

    /** A position is unknown for a while after it was lost, or its broker. */
    private void observeIfKnown() {
        try {
            observe();
        } catch (TimeoutException e) {
            LOG.debug("the position in {} is not known at the moment", topic);
        }
    }

    private void observe() {
        if (!caughtUp) {
            caughtUp = goals.entrySet().stream().allMatch(goal -> consumer.position(goal.getKey()) >= goal.getValue());
        }
        Map<Integer, Read> now = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            long position = consumer.position(partition);
            consumer.currentLag(partition)
                    .ifPresent(lag -> now.put(partition.partition(), new Read(position, position + lag)));
        }
        read = now;
    }

    private void assignNew() {
        int now = wanted;
        if (now > assigned) {
            consumer.assign(partitions(0, now));
            try {
                place(partitions(assigned, now));
                assigned = now;
            } catch (TimeoutException e) {
                LOG.debug("the new partitions of {} are placed later: {}", topic, e.getMessage());
            }
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        if (assigned > 0) {
            return consumer.poll(POLL);
        }
        // A consumer without partitions refuses to wait for records.
        LockSupport.parkNanos(POLL.toNanos());
        return ConsumerRecords.empty();
    }

    private List<TopicPartition> partitions(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }

    @Override
    public void close() {
        closed = true;
        if (thread == null) {
            consumer.close();
            return;
        }
        consumer.wakeup();
        try {
            thread.join(PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
