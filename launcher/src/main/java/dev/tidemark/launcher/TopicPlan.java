package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.UnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The topics that a deployment needs, beside what its broker has.
 *
 * @param topics each source's topic, followed by that of its increments; then those of alerts
 */
record TopicPlan(List<TopicState> topics) {

    /**
     * Asks the broker.
     *
     * @throws UnavailableException if it does not answer
     */
    static TopicPlan of(Admin admin, Deployment deployment) throws InterruptedException {
        List<NeededTopic> needed = NeededTopic.of(deployment);
        try {
            Map<String, TopicState.Found> found = find(admin, needed);
            List<TopicState> states = new ArrayList<>();
            for (NeededTopic topic : needed) {
                Optional<TopicState.Found> events =
                        Optional.ofNullable(found.get(topic.source().topic()));
                int partitions = events.map(TopicState.Found::partitions).orElse(NeededTopic.PARTITIONS);
                states.add(new TopicState(
                        topic, topic.role().partitions(partitions), Optional.ofNullable(found.get(topic.name()))));
            }
            return new TopicPlan(states);
        } catch (ExecutionException e) {
            throw new UnavailableException(
                    "the broker does not answer: " + e.getCause().getMessage());
        }
    }

    private static Map<String, TopicState.Found> find(Admin admin, List<NeededTopic> needed)
            throws ExecutionException, InterruptedException {
        Set<String> names = new HashSet<>(admin.listTopics().names().get());
        names.retainAll(needed.stream().map(NeededTopic::name).collect(Collectors.toSet()));
        Map<String, TopicDescription> described =
                admin.describeTopics(names).allTopicNames().get();
        Map<ConfigResource, Config> configs = admin.describeConfigs(names.stream()
                        .map(name -> new ConfigResource(ConfigResource.Type.TOPIC, name))
                        .toList())
                .all()
                .get();
        Map<String, TopicState.Found> found = new HashMap<>();
        configs.forEach((resource, config) -> {
            TopicDescription topic = described.get(resource.name());
            found.put(
                    resource.name(),
                    new TopicState.Found(
                            topic.topicId().toString(), topic.partitions().size(), settings(config)));
        });
        return found;
    }

    private static Map<String, String> settings(Config config) {
        return config.entries().stream()
                .filter(entry -> entry.value() != null)
                .collect(Collectors.toMap(ConfigEntry::name, ConfigEntry::value));
    }
}
