package dev.tidemark.launcher;

import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.NeededTopic.Role;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.view.Durations;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A topic that is needed, and what is there of it.
 *
 * @param topic the topic
 * @param partitions how many partitions it has to have at least
 * @param found what the broker has; empty if it does not exist
 */
record TopicState(NeededTopic topic, int partitions, Optional<Found> found) {

    /**
     * A topic as the broker has it.
     *
     * @param id Kafka's topic id
     * @param partitions how many partitions it has
     * @param settings its settings, the broker's defaults among them
     */
    record Found(String id, int partitions, Map<String, String> settings) {

        private String setting(String name) {
            return settings.getOrDefault(name, "");
        }

        /** How long records are kept, by their timestamps; empty for ever. */
        Optional<Duration> retention() {
            String millis = setting("retention.ms");
            return millis.matches("\\d{1,18}")
                    ? Optional.of(Duration.ofMillis(Long.parseLong(millis)))
                    : Optional.empty();
        }

        /** How long, as a user writes it. */
        String retentionText() {
            return retention().map(Durations::format).orElse("unlimited");
        }

        boolean isCompacted() {
            return setting("cleanup.policy").contains("compact");
        }

        boolean isStampedByTheBroker() {
            return setting("message.timestamp.type").equals("LogAppendTime");
        }

        boolean isLimitedBySize() {
            return !setting("retention.bytes").startsWith("-");
        }
    }

    /** What is created by whom if it lacks. */
    private String creation() {
        return switch (topic.role()) {
            case EVENTS -> "`tidemark topics create` creates it, and `up` with a broker of its own";
            case ALERTS -> "`tidemark alerts` and `up` create it";
            default -> "`tidemark speed` and `up` create it";
        };
    }

    /**
     * What there is to say of it; one finding that all is well if nothing else.
     *
     * @param cadence how often the archive runs
     */
    List<Finding> findings(Duration cadence) {
        String subject = "topic " + topic.name();
        if (found.isEmpty()) {
            return List.of(Finding.warn(subject, "does not exist", creation()));
        }
        List<Finding> findings = new ArrayList<>();
        Found there = found.get();
        if (topic.role() == Role.ALERTS) {
            return List.of(alerts(subject, there));
        }
        if (there.isCompacted()) {
            findings.add(Finding.fail(
                    subject,
                    "is compacted, which deletes events that have not been counted",
                    "set cleanup.policy=delete"));
        }
        if (!topic.role().isBeside()) {
            retention(subject, there, cadence).ifPresent(findings::add);
        }
        if (!topic.role().isBeside() && there.isLimitedBySize()) {
            findings.add(Finding.warn(
                    subject,
                    "is limited to %s bytes a partition, whatever has been archived"
                            .formatted(there.setting("retention.bytes")),
                    "set retention.bytes=-1, or see that this lasts for several archive runs"));
        }
        if (topic.role() == Role.INCREMENTS) {
            findings.addAll(increments(subject, there));
        }
        deduplication(subject, there).ifPresent(findings::add);
        return findings.isEmpty() ? List.of(Finding.ok(subject, summary(there))) : findings;
    }

    /** What is sent is read back from it, so it may forget nothing. */
    private Finding alerts(String subject, Found there) {
        List<String> limiting = topic.role().limiting(there.settings());
        if (!limiting.isEmpty()) {
            return Finding.fail(
                    subject,
                    "does not keep what it is sent for ever, and alerts that it forgets would be sent again:"
                            + " `tidemark alerts` refuses to start",
                    "set " + String.join(", ", limiting));
        }
        return narrow(subject, there).orElseGet(() -> Finding.ok(subject, summary(there)));
    }

    private Optional<Finding> narrow(String subject, Found there) {
        return topic.role().isTooNarrow(there.settings())
                ? Optional.of(Finding.warn(
                        subject,
                        "takes records of up to %s bytes only".formatted(there.setting("max.message.bytes")),
                        "set max.message.bytes=" + NeededTopic.MAX_INCREMENT_BYTES))
                : Optional.empty();
    }

    /** Whose clock says when a source's events were recorded, and what rests on it. */
    Optional<Finding> timestamps() {
        return found.filter(there -> topic.role() == Role.EVENTS)
                .map(there -> Finding.ok(
                        "timestamps of topic " + topic.name(),
                        there.isStampedByTheBroker()
                                ? "LogAppendTime: the broker's clock says when an event was recorded, and so what is late;"
                                        + " history that is sent today is as late as it is old, whatever"
                                        + " `produce --historical` says"
                                : "CreateTime: producers' clocks say when an event was recorded, and so what is late, too"
                                        + " far ahead, a duplicate, and too old to be kept; stamp history with"
                                        + " `produce --historical`, or it is late"));
    }

    /** A process that starts reads back as far as an id is remembered. */
    private Optional<Finding> deduplication(String subject, Found there) {
        if (topic.role() != Role.EVENTS) {
            return Optional.empty();
        }
        return topic.source()
                .deduplication()
                .map(Deduplication::within)
                .filter(within -> there.retention()
                        .filter(kept -> kept.compareTo(within) <= 0)
                        .isPresent())
                .map(within -> Finding.fail(
                        subject,
                        "keeps records for %s, and deduplicate_within of source %s is %s: what it deletes cannot be told"
                                        .formatted(
                                                there.retentionText(),
                                                topic.source().name(),
                                                Durations.format(within))
                                + " from what repeats it",
                        "set retention.ms higher, or deduplicate_within lower"));
    }

    private static Optional<Finding> retention(String subject, Found there, Duration cadence) {
        return there.retention().flatMap(kept -> {
            String what = "keeps records for %s, and the archive runs every %s"
                    .formatted(there.retentionText(), Durations.format(cadence));
            if (kept.compareTo(cadence) <= 0) {
                return Optional.of(Finding.fail(
                        subject, what + ": what it deletes in between is lost", "set retention.ms higher, or to -1"));
            }
            return kept.compareTo(cadence.multipliedBy(3)) < 0
                    ? Optional.of(Finding.warn(
                            subject, what + ": it outlasts no two runs that fail", "set retention.ms higher, or to -1"))
                    : Optional.empty();
        });
    }

    private List<Finding> increments(String subject, Found there) {
        List<Finding> findings = new ArrayList<>();
        if (!there.isStampedByTheBroker()) {
            findings.add(Finding.fail(
                    subject,
                    "is stamped by its producers' clocks, so that the serving layer may begin to read too late",
                    "set message.timestamp.type=LogAppendTime"));
        }
        if (there.partitions() < partitions) {
            findings.add(Finding.warn(
                    subject,
                    "has %d partitions, the source's topic %d".formatted(there.partitions(), partitions),
                    "`tidemark speed` adds them when it starts, or within a second"));
        }
        narrow(subject, there).ifPresent(findings::add);
        return findings;
    }

    private String summary(Found there) {
        boolean deletesByProducersClocks =
                topic.role() == Role.EVENTS && there.retention().isPresent() && !there.isStampedByTheBroker();
        return "%d partitions, retention %s%s"
                .formatted(
                        there.partitions(),
                        there.retentionText(),
                        deletesByProducersClocks
                                ? " by the producers' timestamps: older ones (`produce --historical`) vanish at once"
                                : "");
    }
}
