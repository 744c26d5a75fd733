package dev.tidemark.system;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;

/** What was sent to the topic of the flights, by partition and offset: the truth that answers are held against. */
final class FlightLog implements AutoCloseable {

    private static final List<String> MALFORMED =
            List.of("nonsense", "{}", "{\"date\":\"2001-01-01T00:00:00Z\",\"delay\":\"much\"}", "[1,2]", "");

    /** What the source allows. */
    private static final Duration ALLOWED_LATENESS = Duration.ofHours(1);

    private final String topic;
    private final KafkaProducer<String, String> producer;
    private final Map<Integer, ConcurrentSkipListMap<Long, Flight>> partitions = new ConcurrentHashMap<>();
    private final Map<Integer, Long> ends = new ConcurrentHashMap<>();
    private final Set<Place> malformed = new ConcurrentSkipListSet<>();
    private final Set<Place> late = new ConcurrentSkipListSet<>();
    private final Queue<Exception> refused = new ConcurrentLinkedQueue<>();
    private final AtomicInteger malformedSent = new AtomicInteger();

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
        send(flight, flight.date().toEpochMilli());
    }

    /** Sends a flight whose record is stamped with {@code timestamp}, in milliseconds. */
    Future<RecordMetadata> send(Flight flight, long timestamp) {
        return producer.send(
                new ProducerRecord<>(topic, null, timestamp, flight.origin(), flight.json()), (sent, e) -> {
                    if (e == null) {
                        partition(sent.partition()).put(sent.offset(), flight);
                        if (timestamp - flight.date().toEpochMilli() > ALLOWED_LATENESS.toMillis()) {
                            late.add(new Place(sent.partition(), sent.offset()));
                        }
                        ends.merge(sent.partition(), sent.offset() + 1, Math::max);
                    } else {
                        refused.add(e);
                    }
                });
    }

    /** Sends something that is no flight, of one kind after the other. */
    void sendMalformed() {
        int number = malformedSent.getAndIncrement();
        String value = MALFORMED.get(number % MALFORMED.size());
        producer.send(new ProducerRecord<>(topic, "key " + number, value), (sent, e) -> {
            if (e == null) {
                malformed.add(new Place(sent.partition(), sent.offset()));
                ends.merge(sent.partition(), sent.offset() + 1, Math::max);
            } else {
                refused.add(e);
            }
        });
    }

    /** Waits until everything that was sent is acknowledged; fails if something was refused. */
    void flush() {
        producer.flush();
        if (!refused.isEmpty()) {
            throw new AssertionError(refused.size() + " records were not acknowledged", refused.peek());
        }
    }

    /** Sends flights and waits until all are acknowledged. */
    void sendAll(List<Flight> flights) {
        flights.forEach(this::send);
        flush();
    }

    /** Sends flights in one transaction and aborts it: they never happened. */
    void abort(List<Flight> flights) {
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

    /** The flights of one partition. */
    List<Flight> of(int partition) {
        return List.copyOf(partition(partition).values());
    }

    /** How many records of one partition are no flights. */
    long malformed(int partition) {
        return malformed.stream()
                .filter(place -> place.partition() == partition)
                .count();
    }

    /** Where the records that are no flights are. */
    Set<Place> malformed() {
        return new TreeSet<>(malformed);
    }

    /** Where the flights are that were recorded late. */
    Set<Place> late() {
        return new TreeSet<>(late);
    }

    /** The first offset after the last record that was acknowledged. */
    long end(int partition) {
        return ends.getOrDefault(partition, 0L);
    }

    /** The same of every partition that has records. */
    Map<Integer, Long> ends() {
        return new TreeMap<>(ends);
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
