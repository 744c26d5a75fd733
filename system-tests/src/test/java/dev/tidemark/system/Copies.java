package dev.tidemark.system;

import dev.tidemark.deployment.Deployment;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A topic of copies, as whoever uses it reads it: {@code <topic>.dlq}, {@code <topic>.late}. */
final class Copies {

    private Copies() {}

    /** Hands over all that the topic holds by now. */
    static void read(Deployment deployment, String topic, Consumer<ConsumerRecord<byte[], byte[]>> copy) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                deployment.kafkaClient(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(partition -> new TopicPartition(topic, partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (partitions.stream().anyMatch(each -> consumer.position(each) < ends.get(each))) {
                consumer.poll(Duration.ofMillis(200)).forEach(copy);
            }
        }
    }

    /** A copy's headers by their names. */
    static Function<String, byte[]> headers(ConsumerRecord<byte[], byte[]> copy) {
        return name -> {
            Header header = copy.headers().lastHeader(name);
            return header == null ? null : header.value();
        };
    }
}
