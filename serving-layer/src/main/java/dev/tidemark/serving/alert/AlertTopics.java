package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.NeededTopic.Role;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.TopicExistsException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sees to the alert topics of a deployment. */
final class AlertTopics {

    private static final Logger LOG = LoggerFactory.getLogger(AlertTopics.class);
    private static final short BROKER_DEFAULT_REPLICATION = -1;

    private AlertTopics() {}

    /**
     * Creates those that lack.
     *
     * @throws RefusedException if one may lose alerts, which would then be sent again
     * @throws UnavailableException if the broker does not answer
     */
    static void ensure(Admin admin, Deployment deployment) {
        for (String topic : deployment.alertTopics()) {
            try {
                if (SourceLog.find(admin, topic).isEmpty()) {
                    create(admin, topic);
                }
                check(topic, settings(admin, topic));
            } catch (ExecutionException e) {
                throw new UnavailableException("alert topic %s cannot be seen to: %s"
                        .formatted(topic, e.getCause().getMessage()));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new UnavailableException("interrupted while seeing to alert topic " + topic);
            }
        }
    }

    private static void create(Admin admin, String topic) throws ExecutionException, InterruptedException {
        NewTopic wanted = new NewTopic(topic, Role.ALERTS.partitions(1), BROKER_DEFAULT_REPLICATION)
                .configs(Role.ALERTS.settings());
        try {
            admin.createTopics(List.of(wanted)).all().get();
        } catch (ExecutionException e) {
            if (!(e.getCause() instanceof TopicExistsException)) {
                throw e;
            }
        }
        // The controller answers before the broker has learned of the topic.
        for (int i = 0; i < 1_000 && SourceLog.find(admin, topic).isEmpty(); i++) {
            Thread.sleep(10);
        }
    }

    private static Map<String, String> settings(Admin admin, String topic)
            throws ExecutionException, InterruptedException {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        Map<String, String> found = new HashMap<>();
        admin.describeConfigs(List.of(resource))
                .all()
                .get()
                .get(resource)
                .entries()
                .forEach(
                        entry -> Optional.ofNullable(entry.value()).ifPresent(value -> found.put(entry.name(), value)));
        return found;
    }

    private static void check(String topic, Map<String, String> found) {
        List<String> limiting = Role.ALERTS.limiting(found);
        if (!limiting.isEmpty()) {
            throw new RefusedException(
                    "alert topic %s does not keep what it is sent for ever (retention.ms=%s, retention.bytes=%s, cleanup.policy=%s), and what it forgets would be sent again; set %s"
                            .formatted(
                                    topic,
                                    found.get("retention.ms"),
                                    found.get("retention.bytes"),
                                    found.get("cleanup.policy"),
                                    String.join(", ", limiting)));
        }
        if (Role.ALERTS.isTooNarrow(found)) {
            LOG.warn(
                    "alert topic {} takes records of up to {} bytes only, and an alert that has more holds up all of its source; set max.message.bytes={}",
                    topic,
                    found.get("max.message.bytes"),
                    NeededTopic.MAX_INCREMENT_BYTES);
        }
    }
}
