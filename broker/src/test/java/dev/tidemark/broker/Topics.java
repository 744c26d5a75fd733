package dev.tidemark.broker;

import static java.util.concurrent.TimeUnit.SECONDS;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What the tests do with the topics of one broker. */
record Topics(String bootstrapServers) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    Uuid create(String name) throws Exception {
        try (Admin admin = admin()) {
            NewTopic topic = new NewTopic(name, Optional.of(1), Optional.empty());
            return admin.createTopics(List.of(topic)).topicId(name).get(30, SECONDS);
        }
    }

    Uuid idOf(String name) throws Exception {
        try (Admin admin = admin()) {
            return admin.describeTopics(List.of(name))
                    .topicNameValues()
                    .get(name)
                    .get(30, SECONDS)
                    .topicId();
        }
    }

    long startOf(String name) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            TopicPartition partition = new TopicPartition(name, 0);
            return consumer.beginningOffsets(List.of(partition)).get(partition);
        }
    }

    void send(String name, Instant timestamp, byte[] value) throws Exception {
        Map<String, Object> settings = settings();
        settings.put("max.request.size", BrokerSettings.MAX_MESSAGE_BYTES);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(name, 0, timestamp.toEpochMilli(), null, value))
                    .get(30, SECONDS);
        }
    }

    List<ConsumerRecord<byte[], byte[]>> read(String name, int count) {
        try (KafkaConsumer<byte[], byte[]> consumer = consumer()) {
            consumer.assign(List.of(new TopicPartition(name, 0)));
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (records.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofSeconds(1)).forEach(records::add);
            }
            return records;
        }
    }

    Admin admin() {
        return Admin.create(settings());
    }

    private KafkaConsumer<byte[], byte[]> consumer() {
        Map<String, Object> settings = settings();
        settings.put("auto.offset.reset", "earliest");
        return new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    private Map<String, Object> settings() {
        return new HashMap<>(Map.of("bootstrap.servers", bootstrapServers));
    }
}
