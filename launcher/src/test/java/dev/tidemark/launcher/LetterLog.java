package dev.tidemark.launcher;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.RecordOrigin;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A source's topic of one partition on the shared broker, and its dead letters, which it writes as the speed layer does. */
final class LetterLog implements AutoCloseable {

    private static final Map<String, Object> KAFKA = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());

    private final Admin admin = Admin.create(KAFKA);
    private final KafkaProducer<byte[], byte[]> producer =
            new KafkaProducer<>(KAFKA, new ByteArraySerializer(), new ByteArraySerializer());
    private final String topic;

    LetterLog(String topic) throws InterruptedException {
        this.topic = topic;
        new SourceTopics(admin).create(DeadLetter.topic(topic), 1, dev.tidemark.deployment.NeededTopic.Role.REDRIVEN);
    }

    /** Sends an event to the source's topic; where it is now. */
    Position send(String key, String value) throws Exception {
        ProducerRecord<byte[], byte[]> event = new ProducerRecord<>(topic, 0, bytes(key), bytes(value));
        event.headers().add("trace", bytes("of " + key));
        RecordMetadata sent = producer.send(event).get();
        return new Position(SourceLog.of(admin, topic).id(), 0, sent.offset());
    }

    /** Sends an event to the source's topic, and its dead letter. */
    Position bury(String key, String value, String reason, String... views) throws Exception {
        Position position = send(key, value);
        bury(position, key, value, reason, views);
        return position;
    }

    /** Writes the dead letter of an event, perhaps not for the first time. */
    void bury(Position position, String key, String value, String reason, String... views) throws Exception {
        bury(position, key, value, reason, System.currentTimeMillis(), views);
    }

    /** Writes the dead letter of an event that was recorded at {@code timestamp}. */
    void bury(Position position, String key, String value, String reason, long timestamp, String... views)
            throws Exception {
        RecordOrigin origin = new RecordOrigin(topic, position, timestamp);
        ProducerRecord<byte[], byte[]> letter =
                new ProducerRecord<>(DeadLetter.topic(topic), 0, bytes(key), bytes(value));
        Headers headers = letter.headers().add("trace", bytes("of " + key));
        new DeadLetter(origin, reason, "what is wrong with " + key, List.of(views))
                .headers()
                .forEach(headers::add);
        producer.send(letter).get();
    }

    /** The records of the source's topic that a reader of committed ones sees. */
    List<ConsumerRecord<byte[], byte[]>> events() {
        return committed(topic);
    }

    /** The values of the events that were sent again, in order. */
    List<String> redriven() {
        return events().stream()
                .filter(event -> event.headers().lastHeader("tidemark.redriven_from") != null)
                .map(event -> text(event.value()))
                .toList();
    }

    /** The keys of the marks: which positions were sent again. */
    List<String> marks() {
        return committed(topic + ".dlq.redriven").stream()
                .map(mark -> text(mark.key()))
                .toList();
    }

    /** The end of the topic for those who read whatever is there. */
    long uncommittedEnd() {
        return end(topic, "read_uncommitted");
    }

    /**
     * Waits until no transaction is open: the broker answers a commit once it is decided, and writes its markers
     * afterwards.
     */
    void settle() throws Exception {
        for (String each : List.of(topic, topic + ".dlq.redriven")) {
            if (SourceLog.find(admin, each).isPresent()) {
                Await.until(
                        "no transaction is open in " + each,
                        () -> end(each, "read_committed") == end(each, "read_uncommitted"));
            }
        }
    }

    private static long end(String topic, String isolation) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer(isolation)) {
            TopicPartition partition = new TopicPartition(topic, 0);
            return consumer.endOffsets(List.of(partition)).get(partition);
        }
    }

    private static List<ConsumerRecord<byte[], byte[]>> committed(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer("read_committed")) {
            TopicPartition partition = new TopicPartition(topic, 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofSeconds(1)).forEach(found::add);
            }
            return found;
        }
    }

    private static KafkaConsumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> settings = new java.util.HashMap<>(KAFKA);
        settings.put("isolation.level", isolation);
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private static byte[] bytes(String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(byte[] bytes) {
        return Optional.ofNullable(bytes)
                .map(given -> new String(given, StandardCharsets.UTF_8))
                .orElse(null);
    }

    @Override
    public void close() {
        producer.close();
        admin.close();
    }
}
