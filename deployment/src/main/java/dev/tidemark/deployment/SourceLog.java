package dev.tidemark.deployment;

import dev.tidemark.schema.ImportLog;
import dev.tidemark.schema.Source;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * The log that a source's topic is at the moment: Kafka's topic id and the number of its partitions.
 *
 * @param id the topic id
 * @param partitions how many partitions it has
 */
public record SourceLog(String id, int partitions) {

    /**
     * Asks the broker for the log behind a topic.
     *
     * @throws UnavailableException if the topic does not exist, or the broker does not answer
     */
    public static SourceLog of(Admin admin, String topic) {
        return find(admin, topic)
                .orElseThrow(() -> new UnavailableException(
                        "topic " + topic + " does not exist: create it, or start `tidemark up`"));
    }

    /**
     * The log behind a topic, if the topic exists.
     *
     * @throws UnavailableException if the broker does not answer
     */
    public static Optional<SourceLog> find(Admin admin, String topic) {
        try {
            TopicDescription found =
                    admin.describeTopics(Set.of(topic)).allTopicNames().get().get(topic);
            return Optional.of(
                    new SourceLog(found.topicId().toString(), found.partitions().size()));
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return Optional.empty();
            }
            throw new UnavailableException("the broker does not answer: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while asking the broker for topic " + topic);
        }
    }

    /**
     * Refuses to go on if the topic was created again since {@code known} was written: its offsets mean other events
     * now.
     *
     * @param known the ids of the logs that were counted so far; of none, any log is right, and imports say nothing of it
     */
    public void requireKnown(Source source, Set<String> known) {
        Set<String> topics = new TreeSet<>(known);
        topics.removeIf(ImportLog::is);
        if (!topics.isEmpty() && !topics.contains(id)) {
            throw new RefusedException(
                    "topic %s was created again: it is now log %s, but %s were counted so far; if the"
                                    .formatted(source.topic(), id, topics)
                            + " new topic is meant to go on from here, run `tidemark topics adopt " + source.name()
                            + "`");
        }
    }
}
