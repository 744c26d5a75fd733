package dev.tidemark.deployment;

import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.schema.Source;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A topic that a deployment needs, as it is created if it lacks.
 *
 * @param name the topic
 * @param source the source whose events or increments it holds
 * @param role what it holds
 */
public record NeededTopic(String name, Source source, Role role) {

    /** What a topic holds, and which settings that takes. */
    public enum Role {
        /** A source's events. Retention goes by the record's timestamp: any limit would delete events of 2001 on arrival. */
        EVENTS(Map.of(
                "retention.ms", "-1",
                "retention.bytes", "-1",
                "cleanup.policy", "delete",
                "message.timestamp.type", "CreateTime")),
        /**
         * The increments of a source under one definition set: as many partitions as the source's topic, stamped by the
         * broker so that one seek by time finds everything beyond a cut, and kept without a limit of time.
         */
        INCREMENTS(Map.of(
                "max.message.bytes", Integer.toString(MAX_INCREMENT_BYTES),
                "retention.ms", "-1",
                "retention.bytes", "-1",
                "cleanup.policy", "delete",
                "message.timestamp.type", "LogAppendTime")),
        /**
         * What a source's topic has and no view, or not every view, can count, as it came. What is malformed is archived
         * too.
         */
        DEAD_LETTERS(beside()),
        /** A source's late events, as they came; they are in its topic too. */
        LATE_EVENTS(beside()),
        /**
         * The marks of a source's dead letters that were sent again. Whoever loses one may send an event twice, so they are
         * kept for ever; `dead-letters redrive` creates it.
         */
        REDRIVEN(Map.of("retention.ms", "-1", "retention.bytes", "-1", "cleanup.policy", "delete")),
        /**
         * Alerts of views over a source. What is in it is what has been sent, and the only record of that: an alert that it
         * loses would be sent again, so it keeps them without a limit.
         */
        ALERTS(Map.of(
                "max.message.bytes", Integer.toString(MAX_INCREMENT_BYTES),
                "retention.ms", "-1",
                "retention.bytes", "-1",
                "cleanup.policy", "delete",
                "message.timestamp.type", "LogAppendTime"));

        private final Map<String, String> settings;

        Role(Map<String, String> settings) {
            this.settings = settings;
        }

        /** Whether Tidemark writes it, and creates it. */
        public boolean isInternal() {
            return this != EVENTS;
        }

        /**
         * How many partitions it has, where the source's topic has {@code events}. Alerts are few, and in one partition they
         * keep one order; so do the marks.
         */
        public int partitions(int events) {
            return this == ALERTS || this == REDRIVEN ? 1 : events;
        }

        /**
         * Which settings of an existing topic lose what must be kept, as a text such as {@code retention.ms=-1}.
         *
         * @param found its settings by name
         */
        public List<String> limiting(Map<String, String> found) {
            return Stream.of("retention.ms", "retention.bytes", "cleanup.policy")
                    .filter(name -> !settings.get(name).equals(found.get(name)))
                    .map(name -> name + "=" + settings.get(name))
                    .toList();
        }

        /**
         * Whether an existing topic refuses records that may be sent to it.
         *
         * @param found its settings by name
         */
        public boolean isTooNarrow(Map<String, String> found) {
            String most = found.getOrDefault("max.message.bytes", "");
            return settings.containsKey("max.message.bytes")
                    && most.matches("\\d{1,9}")
                    && Integer.parseInt(most) < MAX_INCREMENT_BYTES;
        }

        /** Whether it repeats what is in the source's topic, so that users may keep it as long as they like. */
        public boolean isBeside() {
            return this == DEAD_LETTERS || this == LATE_EVENTS;
        }

        private static Map<String, String> beside() {
            return Map.of(
                    "max.message.bytes", Integer.toString(MAX_INCREMENT_BYTES),
                    "retention.ms", Long.toString(BESIDE_RETENTION.toMillis()),
                    "retention.bytes", "-1",
                    "cleanup.policy", "delete",
                    "message.timestamp.type", "LogAppendTime");
        }

        /** The settings of such a topic that is created here. */
        public Map<String, String> settings() {
            return settings;
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT).replace('_', ' ');
        }
    }

    /** How long dead letters and late events are kept in their topics, from when they were written. */
    public static final Duration BESIDE_RETENTION = Duration.ofDays(30);

    /** How many partitions a source's topic gets that is created here. */
    public static final int PARTITIONS = 3;

    /**
     * The greatest increment, and the greatest alert: the one carries an event's values for every view, the other a row's
     * texts, escaped, where the broker's default is 1 MiB.
     */
    public static final int MAX_INCREMENT_BYTES = 16 << 20;

    /**
     * All that a deployment needs: each source's topic and, if it has views that are streamed, that of their increments
     * and those of its dead letters and late events; then those of alerts.
     */
    public static List<NeededTopic> of(Deployment deployment) {
        List<NeededTopic> topics = new ArrayList<>();
        for (Source source : deployment.sources()) {
            topics.add(new NeededTopic(source.topic(), source, Role.EVENTS));
            if (!deployment.streamedViewsOf(source.name()).isEmpty()) {
                String increments =
                        deployment.incrementsTopic(source.name(), deployment.definitionSetId(source.name()));
                topics.add(new NeededTopic(increments, source, Role.INCREMENTS));
                topics.add(new NeededTopic(DeadLetter.topic(source.topic()), source, Role.DEAD_LETTERS));
                topics.add(new NeededTopic(LateEvent.topic(source.topic()), source, Role.LATE_EVENTS));
            }
        }
        for (String topic : deployment.alertTopics()) {
            topics.add(new NeededTopic(topic, firstSource(deployment, topic), Role.ALERTS));
        }
        return topics;
    }

    /** The source of the first view that sends alerts to a topic. */
    private static Source firstSource(Deployment deployment, String topic) {
        return deployment.sources().stream()
                .filter(source -> deployment.alertingOver(source.name()).stream()
                        .anyMatch(alerting -> alerting.topic().equals(topic)))
                .findFirst()
                .orElseThrow();
    }
}
