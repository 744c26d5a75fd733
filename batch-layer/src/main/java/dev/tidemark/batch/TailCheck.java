package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.IncrementReader;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.OffsetRanges.Range;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Finds out whether every event at or beyond a cut can be counted from increments of a definition set: from those that
 * there are, and from those that the speed layer will emit, which goes on where they end as long as the source's topic
 * still holds what follows.
 */
final class TailCheck implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** How far the clock of whoever took a cut may be ahead of the broker's, as the serving layer allows for it. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private final Deployment deployment;
    private final Admin admin;
    private final KafkaConsumer<byte[], byte[]> consumer;

    /** @throws UnavailableException if the deployment's own broker does not run */
    TailCheck(Deployment deployment) {
        this.deployment = deployment;
        this.admin = Admin.create(deployment.kafkaAdmin());
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("enable.auto.commit", "false");
        settings.put("isolation.level", "read_committed");
        settings.put("auto.offset.reset", "earliest");
        settings.put("allow.auto.create.topics", "false");
        settings.put("default.api.timeout.ms", "10000");
        this.consumer = new KafkaConsumer<>(settings, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * The increments that answers need.
     *
     * @param source the source, as the files have it
     * @param definitionSet the identity of its streamed views
     * @param set the same; empty if it is not kept, so that nothing can have been emitted of it
     * @param cut from where on they are needed
     * @param cutTakenAt no event beyond the cut is older, by the broker's clock
     */
    record Tail(Source source, String definitionSet, Optional<DefinitionSet> set, Cut cut, Instant cutTakenAt) {}

    /**
     * Why they are not to be had, if so.
     *
     * @throws UnavailableException if the broker does not answer, or does not have the source's topic
     */
    Optional<String> lack(Tail tail) {
        LogSpan span = LogSpan.of(admin, tail.source().topic());
        Set<String> counted = tail.cut().ofTopics().logs().keySet();
        if (!counted.isEmpty() && !counted.contains(span.log().id())) {
            return Optional.of("topic %s was created again since: it is now log %s, and %s were counted then"
                    .formatted(tail.source().topic(), span.log().id(), counted));
        }
        return IntStream.range(0, span.log().partitions())
                .mapToObj(partition -> lack(tail, span, partition))
                .flatMap(Optional::stream)
                .findFirst();
    }

    private Optional<String> lack(Tail tail, LogSpan span, int partition) {
        OptionalLong cut = tail.cut().of(span.log().id(), partition);
        long begin = cut.orElse(0);
        Covered covered = covered(tail, span.log().id(), partition, cut.isPresent());
        long start = span.starts().get(partition);
        for (Range gap : covered.gaps(begin)) {
            if (gap.from() < start) {
                return Optional.of(removed(tail, partition, gap.from(), Math.min(gap.to(), start)));
            }
            OptionalLong event = firstEvent(new TopicPartition(tail.source().topic(), partition), gap);
            if (event.isPresent()) {
                return Optional.of(
                        ("no increments of definition set %s cover offsets %d to %d of partition %d of topic %s:"
                                        + " it was not streamed when their events came, and `speed` goes on behind them")
                                .formatted(
                                        tail.definitionSet(),
                                        event.getAsLong(),
                                        gap.to() - 1,
                                        partition,
                                        tail.source().topic()));
            }
        }
        long end = covered.end(begin);
        return end < start ? Optional.of(removed(tail, partition, end, start)) : Optional.empty();
    }

    private static String removed(Tail tail, int partition, long from, long to) {
        return ("no increments of definition set %s cover offsets %d to %d of partition %d of topic %s, and retention has"
                        + " removed those from the topic, so that they cannot be streamed again")
                .formatted(
                        tail.definitionSet(),
                        from,
                        to - 1,
                        partition,
                        tail.source().topic());
    }

    /** @param since whether those are enough that were emitted since the cut was taken */
    private Covered covered(Tail tail, String log, int partition, boolean since) {
        Covered covered = new Covered();
        String topic = deployment.incrementsTopic(tail.source().name(), tail.definitionSet());
        Optional<SourceLog> found = SourceLog.find(admin, topic);
        if (tail.set().isEmpty() || found.isEmpty() || partition >= found.get().partitions()) {
            return covered;
        }
        IncrementReader reader =
                new IncrementReader(new IncrementFormat(tail.set().get().shapes()));
        TopicPartition increments = new TopicPartition(topic, partition);
        long from = place(increments, since ? Optional.of(tail.cutTakenAt().minus(CLOCKS)) : Optional.empty());
        read(increments, from, end(increments), record -> {
            Increment increment = reader.read(record);
            if (increment.position().log().equals(log)) {
                covered.add(increment.from(), increment.end());
            }
            return true;
        });
        return covered;
    }

    private long end(TopicPartition partition) {
        return consumer.endOffsets(List.of(partition)).get(partition);
    }

    private long place(TopicPartition partition, Optional<Instant> since) {
        if (since.isEmpty()) {
            return consumer.beginningOffsets(List.of(partition)).get(partition);
        }
        long end = end(partition);
        OffsetAndTimestamp first = consumer.offsetsForTimes(
                        Map.of(partition, Math.max(0, since.get().toEpochMilli())))
                .get(partition);
        return first == null ? end : first.offset();
    }

    /** Markers and aborted records use up offsets without being events: those that a reader passes are none. */
    private OptionalLong firstEvent(TopicPartition partition, Range gap) {
        OptionalLong[] event = {OptionalLong.empty()};
        read(partition, gap.from(), gap.to(), record -> {
            event[0] = OptionalLong.of(record.offset());
            return false;
        });
        return event[0];
    }

    /** Gives the records of [{@code from}, {@code to}) to {@code taker}, until it wants no more. */
    private void read(TopicPartition partition, long from, long to, Predicate<ConsumerRecord<byte[], byte[]>> taker) {
        consumer.assign(List.of(partition));
        consumer.seek(partition, from);
        long position = from;
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (position < to) {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (record.offset() < to && !taker.test(record)) {
                    return;
                }
            }
            long now = consumer.position(partition);
            if (now > position) {
                position = now;
                deadline = System.nanoTime() + PATIENCE.toNanos();
            } else if (System.nanoTime() > deadline) {
                throw new UnavailableException(
                        "topic %s could not be read on from offset %d of partition %d within %d s"
                                .formatted(partition.topic(), position, partition.partition(), PATIENCE.toSeconds()));
            }
        }
    }

    @Override
    public void close() {
        consumer.close();
        admin.close(Duration.ofSeconds(1));
    }
}
