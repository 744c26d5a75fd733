package dev.tidemark.benchmarks;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** How far the increments topics cover the sources' topics, by the last increment of each partition. */
final class IncrementsHead implements AutoCloseable {

    private static final long POLL_NANOS = 20_000_000;

    private final Deployment deployment;
    private final KafkaConsumer<byte[], byte[]> consumer;

    IncrementsHead(Deployment deployment) {
        this.deployment = deployment;
        this.consumer =
                new KafkaConsumer<>(deployment.kafkaClient(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /** Waits until the speed layer has emitted something. */
    void awaitSome() {
        while (covered() == 0) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** Waits until it has emitted everything that now stands in the sources' topics. */
    void awaitAll() {
        long events = deployment.sources().stream().mapToLong(this::events).sum();
        while (covered() < events) {
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    private long events(Source source) {
        return consumer.endOffsets(partitions(source.topic())).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** How many events of all sources are covered. */
    long covered() {
        return deployment.sources().stream().mapToLong(this::covered).sum();
    }

    private long covered(Source source) {
        String id = deployment.definitionSetId(source.name());
        Optional<DefinitionSet> set = deployment.warehouse().loadDefinitions(source.name(), id);
        return set.map(found ->
                        covered(deployment.incrementsTopic(source.name(), id), new IncrementFormat(found.shapes())))
                .orElse(0L);
    }

    private long covered(String topic, IncrementFormat format) {
        Map<TopicPartition, Long> ends = new HashMap<>(consumer.endOffsets(partitions(topic)));
        ends.values().removeIf(end -> end == 0);
        return ends.entrySet().stream()
                .mapToLong(end ->
                        format.read(last(end.getKey(), end.getValue()).value()).end())
                .sum();
    }

    private ConsumerRecord<byte[], byte[]> last(TopicPartition partition, long end) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, end - 1);
        Optional<ConsumerRecord<byte[], byte[]>> found = Optional.empty();
        while (found.isEmpty()) {
            found = consumer.poll(Duration.ofSeconds(1)).records(partition).stream()
                    .findFirst();
        }
        return found.get();
    }

    private List<TopicPartition> partitions(String topic) {
        List<PartitionInfo> found = consumer.listTopics().getOrDefault(topic, List.of());
        return found.stream()
                .map(info -> new TopicPartition(topic, info.partition()))
                .collect(Collectors.toList());
    }

    @Override
    public void close() {
        consumer.close();
    }
}
