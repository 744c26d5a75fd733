package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.follow.TopicFollower;
import dev.tidemark.serving.query.AlertsRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Follows the alert topics of a deployment, whoever writes them. Answers to queries do not wait for it. */
public final class AlertFollower implements TopicFollower.Reader, AutoCloseable {

    private final String deployment;
    private final Map<String, Alerting> byView = new LinkedHashMap<>();
    private final KnownAlerts known = new KnownAlerts();
    private final Undelivered undelivered;
    private final Optional<TopicFollower> follower;
    private volatile Map<String, Boolean> complete = Map.of();

    private AlertFollower(Deployment deployment) {
        this.deployment = deployment.name();
        deployment.alerting().forEach(alerting -> byView.put(alerting.view(), alerting));
        undelivered = new Undelivered(deployment);
        follower = byView.isEmpty()
                ? Optional.empty()
                : Optional.of(TopicFollower.start(deployment, "alerts", deployment.alertTopics(), this));
    }

    /** Begins to follow; of a deployment without alerts there is nothing to follow. */
    public static AlertFollower start(Deployment deployment) {
        return new AlertFollower(deployment);
    }

    /** The name of the deployment whose alerts they are. */
    public String deployment() {
        return deployment;
    }

    /** How each view sends alerts. */
    public List<Alerting> views() {
        return List.copyOf(byView.values());
    }

    /** Whether all that a view's topic held when last looked at has been read. */
    public boolean isComplete(String view) {
        return complete.getOrDefault(byView.get(view).topic(), false);
    }

    /** The alerts that are asked for, the one that has changed last first; each as its changes, the oldest first. */
    public List<List<Alert>> report(AlertsRequest asked) {
        return known.report(asked);
    }

    /** How many records there are of a view, by the states that they say. */
    public Map<State, Long> records(String view) {
        return known.records(view);
    }

    /** How far a view's webhook has come; empty if it has none. */
    public Optional<Undelivered.Count> undelivered(String view) {
        return byView.get(view).webhook().map(webhook -> undelivered.count(view));
    }

    @Override
    public void beginAnew() {
        complete = Map.of();
        known.clear();
        undelivered.clear();
    }

    @Override
    public void add(ConsumerRecord<byte[], byte[]> record) {
        Alert.of(record, deployment)
                .filter(alert -> byView.containsKey(alert.view())
                        && byView.get(alert.view()).topic().equals(record.topic()))
                .ifPresent(alert -> {
                    known.add(alert);
                    undelivered.add(alert.view(), record.partition(), record.offset());
                });
    }

    @Override
    public List<TopicPartition> partitions(String topic, SourceLog log) {
        return List.of(new TopicPartition(topic, Alert.PARTITION));
    }

    @Override
    public void complete(Map<String, Boolean> read) {
        complete = Map.copyOf(read);
    }

    @Override
    public void look(Admin admin) {
        undelivered.look(admin);
    }

    @Override
    public void close() {
        follower.ifPresent(TopicFollower::close);
    }
}
