package dev.tidemark.system;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What was sent to a topic, by partition and offset, as the test knows it: the truth that answers are held against.
 *
 * @param <T> what the test knows of a record
 */
final class TopicLog<T> implements AutoCloseable {

    private static final int LARGEST_REQUEST = 16 << 20;

    private final Function<T, ProducerRecord<byte[], byte[]>> record;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<Integer, ConcurrentSkipListMap<Long, T>> partitions = new ConcurrentHashMap<>();
    private final Queue<Exception> refused = new ConcurrentLinkedQueue<>();

    /**
     * @param settings those of Kafka's clients
     * @param record what is sent of it; it names the partition
     */
    TopicLog(Map<String, Object> settings, Function<T, ProducerRecord<byte[], byte[]>> record) {
        Map<String, Object> all = new TreeMap<>(Map.of("acks", "all", "max.request.size", LARGEST_REQUEST));
        all.putAll(settings);
        this.record = record;
        this.producer = new KafkaProducer<>(all, new ByteArraySerializer(), new ByteArraySerializer());
    }

    /** Sends them, and returns when all are acknowledged; fails if one is refused. */
    void send(List<? extends T> events) {
        events.forEach(this::send);
        producer.flush();
        if (!refused.isEmpty()) {
            throw new AssertionError(refused.size() + " records were not acknowledged", refused.peek());
        }
    }

    private void send(T event) {
        producer.send(record.apply(event), (sent, e) -> {
            if (e == null) {
                partitions
                        .computeIfAbsent(sent.partition(), number -> new ConcurrentSkipListMap<>())
                        .put(sent.offset(), event);
            } else {
                refused.add(e);
            }
        });
    }

    /** The partitions that something was sent to, each with its records by their offsets. */
    Map<Integer, NavigableMap<Long, T>> partitions() {
        return new TreeMap<>(partitions);
    }

    /** Everything that was sent, partition after partition. */
    List<T> all() {
        return partitions().values().stream()
                .flatMap(partition -> partition.values().stream())
                .toList();
    }

    /** The first offset after what was sent, by partition. */
    Map<Integer, Long> ends() {
        Map<Integer, Long> ends = new TreeMap<>();
        partitions.forEach((partition, records) -> ends.put(partition, records.lastKey() + 1));
        return ends;
    }

    @Override
    public void close() {
        producer.close();
    }
}
