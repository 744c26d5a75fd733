package dev.tidemark.system;

import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** What was sent to the topic of the flights, by partition and offset: the truth that answers are held against. */
final class FlightLog implements AutoCloseable {

    private final String topic;
    private final KafkaProducer<String, String> producer;
    private final Map<Integer, ConcurrentSkipListMap<Long, Flight>> partitions = new ConcurrentHashMap<>();
    private final Queue<Exception> refused = new ConcurrentLinkedQueue<>();

    FlightLog(String topic, Map<String, Object> settings) {
        this.topic = topic;
        Map<String, Object> all = new TreeMap<>(Map.of("linger.ms", "0", "acks", "all"));
        all.putAll(settings);
        this.producer = new KafkaProducer<>(all, new StringSerializer(), new StringSerializer());
    }

    KafkaProducer<String, String> producer() {
        return producer;
    }

    /** Sends a flight, stamped with its own time. */
    void send(Flight flight) {
        long timestamp = flight.date().toEpochMilli();
        producer.send(new ProducerRecord<>(topic, null, timestamp, flight.origin(), flight.json()), (sent, e) -> {
            if (e == null) {
                partition(sent.partition()).put(sent.offset(), flight);
            } else {
                refused.add(e);
            }
        });
    }

    /** Waits until every flight that was sent is acknowledged; fails if one was refused. */
    void flush() {
        producer.flush();
        if (!refused.isEmpty()) {
            throw new AssertionError(refused.size() + " flights were not acknowledged", refused.peek());
        }
    }

    /** Sends flights and waits until all are acknowledged. */
    void sendAll(List<Flight> flights) {
        flights.forEach(this::send);
        flush();
    }

    /** Sends flights in one transaction and aborts it: they never happened. */
    void abort(List<Flight> flights) throws Exception {
        producer.beginTransaction();
        for (Flight flight : flights) {
            producer.send(new ProducerRecord<>(topic, flight.origin(), flight.json()));
        }
        producer.flush();
        producer.abortTransaction();
    }

    private ConcurrentSkipListMap<Long, Flight> partition(int partition) {
        return partitions.computeIfAbsent(partition, number -> new ConcurrentSkipListMap<>());
    }

    /** The flights of one partition at offsets from {@code from} on, below {@code to}. */
    NavigableMap<Long, Flight> between(int partition, long from, long to) {
        return partition(partition).subMap(from, true, to, false);
    }

    /** The first offset after the last flight that was acknowledged. */
    long end(int partition) {
        Map.Entry<Long, Flight> last = partition(partition).lastEntry();
        return last == null ? 0 : last.getKey() + 1;
    }

    /** Every flight that was acknowledged. */
    List<Flight> all() {
        return partitions.values().stream()
                .flatMap(partition -> partition.values().stream())
                .toList();
    }

    @Override
    public void close() {
        producer.close();
    }
}
