package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.view.DefinitionSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/**
 * The topic of a source's increments under one definition set: as many partitions as the source's topic, stamped by the
 * broker so that one seek by time finds everything beyond a cut, and kept without a limit of time.
 */
final class IncrementsTopic {

    private static final short BROKER_DEFAULT_REPLICATION = -1;

    private IncrementsTopic() {}

    /**
     * Makes sure that the topic is there, with every partition that the source's topic has and the settings that
     * answers rest on: a broker that creates topics by itself gives them others.
     */
    static String ensure(Admin admin, Deployment deployment, DefinitionSet set, SourceLog log) {
        String topic = deployment.incrementsTopic(set.source().name(), set.id());
        try {
            if (!admin.listTopics().names().get().contains(topic)) {
                create(admin, topic, log.partitions());
            } else {
                grow(admin, topic, log.partitions());
                keepSettings(admin, topic);
            }
            return topic;
        } catch (ExecutionException e) {
            throw new UnavailableException("topic " + topic + " cannot be created: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while creating topic " + topic);
        }
    }

    private static void create(Admin admin, String topic, int partitions)
            throws ExecutionException, InterruptedException {
        NewTopic wanted = new NewTopic(topic, partitions, BROKER_DEFAULT_REPLICATION)
                .configs(NeededTopic.Role.INCREMENTS.settings());
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

    private static void keepSettings(Admin admin, String topic) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config present = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        List<AlterConfigOp> wrong = NeededTopic.Role.INCREMENTS.settings().entrySet().stream()
                .filter(setting ->
                        !setting.getValue().equals(present.get(setting.getKey()).value()))
                .map(setting -> new AlterConfigOp(
                        new ConfigEntry(setting.getKey(), setting.getValue()), AlterConfigOp.OpType.SET))
                .toList();
        if (!wrong.isEmpty()) {
            admin.incrementalAlterConfigs(Map.of(resource, wrong)).all().get();
        }
    }
}
