package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topic of a source's increments under one definition set: as many partitions as the source's topic, stamped by the
 * broker so that one seek by time finds everything beyond a cut, and kept without a limit of time.
 */
final class IncrementsTopic {

    private static final short BROKER_DEFAULT_REPLICATION = -1;

    /** The greatest increment: it carries an event's values for every view, where the broker's default is 1 MiB. */
    static final int MAX_BYTES = 16 << 20;

    private static final Map<String, String> SETTINGS = Map.of(
            "max.message.bytes", Integer.toString(MAX_BYTES),
            "message.timestamp.type", "LogAppendTime",
            "cleanup.policy", "delete",
            "retention.ms", "-1",
            "retention.bytes", "-1");

    private IncrementsTopic() {}

    /**
     * Makes sure that the topic is there, with every partition that the source's topic has.
     *
     * @throws RefusedException if increments of the source were written under another definition set
     */
    static String ensure(Admin admin, Deployment deployment, Source source, SourceLog log) {
        String prefix = deployment.incrementsPrefix(source.name());
        String topic = deployment.incrementsTopic(source.name(), deployment.definitionSetId(source.name()));
        try {
            List<String> existing = admin.listTopics().names().get().stream()
                    .filter(name -> name.startsWith(prefix))
                    .toList();
            requireNoOther(source, existing, topic);
            if (!existing.contains(topic)) {
                create(admin, topic, log.partitions());
            } else {
                grow(admin, topic, log.partitions());
            }
            return topic;
        } catch (ExecutionException e) {
            throw new UnavailableException("topic " + topic + " cannot be created: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while creating topic " + topic);
        }
    }

    private static void requireNoOther(Source source, List<String> existing, String topic) {
        Optional<String> other =
                existing.stream().filter(name -> !name.equals(topic)).findFirst();
        if (other.isPresent()) {
            throw new RefusedException(
                    ("the schema, the judging rules, the timezone or a view of source %s has changed: increments were"
                                    + " written to %s, the files now give %s; this release cannot switch a running"
                                    + " deployment: restore the files, or take a new name and warehouse")
                            .formatted(source.name(), other.get(), topic));
        }
    }

    private static void create(Admin admin, String topic, int partitions)
            throws ExecutionException, InterruptedException {
        NewTopic wanted = new NewTopic(topic, partitions, BROKER_DEFAULT_REPLICATION).configs(SETTINGS);
        try {
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private static void grow(Admin admin, String topic, int partitions)
            throws ExecutionException, InterruptedException {
        int present = SourceLog.of(admin, topic).partitions();
        if (present < partitions) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                    .all()
                    .get();
        }
    }
}
