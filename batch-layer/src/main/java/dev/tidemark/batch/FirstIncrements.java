package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.IncrementReader;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Where the speed layer began: from there on answers count, before anything is archived. */
final class FirstIncrements {

    private final String topic;
    private final IncrementReader reader;

    private FirstIncrements(String topic, DefinitionSet set) {
        this.topic = topic;
        this.reader = new IncrementReader(new IncrementFormat(set.shapes()));
    }

    /**
     * The first offset that increments cover, by partition; partitions without increments are not in it.
     *
     * @throws dev.tidemark.deployment.RefusedException if the increments are of another log
     * @throws UnavailableException if the broker does not answer
     */
    static Map<Integer, Long> of(Deployment deployment, Source source, SourceLog log, Admin admin) {
        String id = deployment.definitionSetId(source.name());
        String topic = deployment.incrementsTopic(source.name(), id);
        Optional<DefinitionSet> set = deployment.warehouse().loadDefinitions(source.name(), id);
        if (set.isEmpty() || !exists(admin, topic)) {
            return Map.of();
        }
        int partitions = SourceLog.of(admin, topic).partitions();
        Map<Integer, Long> offsets = new TreeMap<>();
        new FirstIncrements(topic, set.get()).read(deployment, partitions).forEach((partition, increment) -> {
            log.requireKnown(source, Set.of(increment.position().log()));
            offsets.put(partition, increment.from());
        });
        return offsets;
    }

    private static boolean exists(Admin admin, String topic) {
        try {
            return admin.listTopics().names().get().contains(topic);
        } catch (ExecutionException e) {
            throw new UnavailableException("the broker does not answer: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while asking the broker for its topics");
        }
    }

    private Map<Integer, Increment> read(Deployment deployment, int partitions) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("enable.auto.commit", "false");
        settings.put("max.poll.records", "1");
        Map<Integer, Increment> firsts = new TreeMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            for (int partition = 0; partition < partitions; partition++) {
                Optional<Increment> first = reader.first(consumer, new TopicPartition(topic, partition));
                if (first.isPresent()) {
                    firsts.put(partition, first.get());
                }
            }
        }
        return firsts;
    }
}
