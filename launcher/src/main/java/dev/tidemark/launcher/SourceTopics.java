package dev.tidemark.launcher;

import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The topics of sources on one broker. The client stays the caller's.
 *
 * @param admin a client of the broker
 */
record SourceTopics(Admin admin) {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /**
     * Creates the topics that lack, and returns when they can be written.
     *
     * @return the topics that were created
     * @throws UnavailableException if the broker does not answer, or refuses
     */
    List<String> createMissing(List<Source> sources) throws InterruptedException {
        Set<String> existing = await(admin.listTopics().names());
        List<String> missing = sources.stream()
                .map(Source::topic)
                .distinct()
                .filter(topic -> !existing.contains(topic))
                .toList();
        for (String topic : missing) {
            create(topic, NeededTopic.PARTITIONS, NeededTopic.Role.EVENTS);
        }
        return missing;
    }

    /**
     * Creates a topic unless it is there, and returns when it can be written.
     *
     * @throws UnavailableException if the broker does not answer, or refuses
     */
    void create(String topic, int partitions, NeededTopic.Role role) throws InterruptedException {
        NewTopic wanted = new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(role.settings());
        try {
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw new UnavailableException(
                        "topic " + topic + " cannot be created: " + e.getCause().getMessage());
            }
        }
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!hasLeaders(topic)) {
            if (System.nanoTime() > deadline) {
                throw new UnavailableException("topic " + topic + " was created, but has no leaders after "
                        + PATIENCE.toSeconds() + " s: look at the broker's log");
            }
            Thread.sleep(20);
        }
        awaitLogs(topic);
    }

    /**
     * A leader is named before it has made its log. A record that it refuses in between can leave a producer that must keep
     * the order of its records trying until it gives up; this question is put again until each leader answers it.
     */
    private void awaitLogs(String topic) throws InterruptedException {
        TopicDescription made =
                await(admin.describeTopics(Set.of(topic)).allTopicNames()).get(topic);
        ends(topic, made.partitions().size());
    }

    /** The controller answers before the broker has learned of the topic, and until then clients do not find it. */
    private boolean hasLeaders(String topic) throws InterruptedException {
        try {
            TopicDescription found =
                    admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic);
            return found.partitions().stream().allMatch(partition -> partition.leader() != null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw unanswered(e);
        }
    }

    /** The end offset of every partition of a topic. */
    Map<TopicPartition, Long> ends(String topic, int partitions) throws InterruptedException {
        Map<TopicPartition, OffsetSpec> asked = java.util.stream.IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        await(admin.listOffsets(asked).all()).forEach((partition, found) -> ends.put(partition, found.offset()));
        return ends;
    }

    private static <T> T await(Future<T> answer) throws InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw unanswered(e);
        } catch (CancellationException e) {
            throw new UnavailableException("the broker does not answer: " + e.getMessage());
        }
    }

    private static UnavailableException unanswered(ExecutionException e) {
        return new UnavailableException(
                "the broker does not answer: " + e.getCause().getMessage());
    }
}
