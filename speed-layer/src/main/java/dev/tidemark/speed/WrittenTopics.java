package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;

/** The topics that the speed layer writes, each with as many partitions as the source's topic. */
final class WrittenTopics {

    private static final short BROKER_DEFAULT_REPLICATION = -1;

    private final Admin admin;

    WrittenTopics(Admin admin) {
        this.admin = admin;
    }

    /**
     * Makes sure that the topic of a source's increments under one definition set is there, with every partition that the
     * source's topic has and the settings that answers rest on: a broker that creates topics by itself gives them others.
     */
    String increments(Deployment deployment, DefinitionSet set, SourceLog log) {
        String topic = deployment.incrementsTopic(set.source().name(), set.id());
        if (!ensure(topic, log, NeededTopic.Role.INCREMENTS)) {
            keepSettings(topic);
        }
        return topic;
    }

    /** Makes sure that the topics of a source's dead letters and late events are there; their settings are the user's. */
    void beside(Source source, SourceLog log) {
        ensure(DeadLetter.topic(source.topic()), log, NeededTopic.Role.DEAD_LETTERS);
        ensure(LateEvent.topic(source.topic()), log, NeededTopic.Role.LATE_EVENTS);
    }

    /** Whether it was created. */
    private boolean ensure(String topic, SourceLog log, NeededTopic.Role role) {
        return asked(topic, () -> {
            boolean lacks = !admin.listTopics().names().get().contains(topic);
            if (lacks) {
                create(topic, log.partitions(), role);
            } else {
                grow(topic, log.partitions());
            }
            return lacks;
        });
    }

    private static <T> T asked(String topic, Callable<T> question) {
        try {
            return question.call();
        } catch (ExecutionException e) {
            throw new UnavailableException("topic " + topic + " cannot be created: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while creating topic " + topic);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private void create(String topic, int partitions, NeededTopic.Role role)
            throws ExecutionException, InterruptedException {
        NewTopic wanted = new NewTopic(topic, partitions, BROKER_DEFAULT_REPLICATION).configs(role.settings());
        try {
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
    }

    private void grow(String topic, int partitions) throws ExecutionException, InterruptedException {
        int present = SourceLog.of(admin, topic).partitions();
        if (present < partitions) {
            admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions)))
                    .all()
                    .get();
        }
    }

    private void keepSettings(String topic) {
        asked(topic, () -> {
            keep(topic, NeededTopic.Role.INCREMENTS.settings());
            return null;
        });
    }

    private void keep(String topic, Map<String, String> settings) throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Config present = admin.describeConfigs(List.of(resource)).all().get().get(resource);
        List<AlterConfigOp> wrong = settings.entrySet().stream()
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
