package dev.tidemark.batch;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.IncrementReader;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.deadletter.LetterReader;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Position;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * What the speed layer has counted between two cuts, read from its increments as answers read them: each position once.
 *
 * @param tail the cells
 * @param setAside the positions that no view counted since the event was deferred, or repeats another one
 */
record StreamedRange(Tail tail, Map<Bucket, Set<Position>> setAside) {

    /** How far the clocks of brokers may be apart. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    /** How many events of each partition have been counted. */
    Map<LogPartition, Long> events() {
        Map<LogPartition, Long> events = new TreeMap<>();
        tail.partitions()
                .forEach(partition ->
                        events.put(partition, tail.events(partition).beyondCut()));
        return events;
    }

    /** Whether increments wait for others that do not come. */
    boolean hasGap() {
        return tail.partitions().stream()
                .anyMatch(partition -> tail.gap(partition).isPresent());
    }

    /**
     * Reads.
     *
     * @param set the definition set whose increments are read
     * @param from the one cut
     * @param takenAt a time before which no event beyond it had been appended
     * @param to the other
     * @return empty if there is no topic of such increments
     * @throws UnavailableException if the broker does not answer
     */
    static Optional<StreamedRange> read(Deployment deployment, DefinitionSet set, Cut from, Instant takenAt, Cut to) {
        String topic = deployment.incrementsTopic(set.source().name(), set.id());
        try (Admin admin = Admin.create(deployment.kafkaAdmin());
                KafkaConsumer<byte[], byte[]> consumer = LetterReader.consumer(deployment)) {
            Optional<SourceLog> log = SourceLog.find(admin, topic);
            if (log.isEmpty()) {
                return Optional.empty();
            }
            StreamedRange range = new StreamedRange(new Tail(set), new EnumMap<>(Bucket.class));
            to.logs().forEach((id, partitions) -> partitions.keySet().forEach(partition -> {
                long begin = from.of(id, partition).orElse(0);
                range.tail.start(new LogPartition(id, partition), begin, begin);
            }));
            IncrementReader reader = new IncrementReader(new IncrementFormat(set.shapes()));
            List<TopicPartition> partitions = LetterReader.partitions(topic, log.get());
            place(consumer, partitions, from.logs().isEmpty() ? Optional.empty() : Optional.of(takenAt.minus(CLOCKS)));
            LetterReader.readOn(consumer, partitions, record -> range.add(reader.read(record), from, to));
            return Optional.of(range);
        } catch (KafkaException e) {
            throw new UnavailableException("topic " + topic + " cannot be read: " + e.getMessage());
        }
    }

    private static void place(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Optional<Instant> since) {
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        since.ifPresent(time -> {
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            Map<TopicPartition, Long> asked = new HashMap<>();
            partitions.forEach(partition -> asked.put(partition, time.toEpochMilli()));
            Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(asked);
            partitions.forEach(partition -> consumer.seek(
                    partition,
                    Optional.ofNullable(found.get(partition))
                            .map(OffsetAndTimestamp::offset)
                            .orElse(ends.get(partition))));
        });
    }

    private void add(Increment increment, Cut from, Cut to) {
        Position position = increment.position();
        boolean within =
                position.offset() < to.of(position.log(), position.partition()).orElse(0)
                        && position.offset()
                                >= from.of(position.log(), position.partition()).orElse(0);
        if (within) {
            tail.add(increment);
            Bucket bucket = increment.contributions().get(0).bucket();
            if (bucket == Bucket.DEFERRED || bucket == Bucket.DUPLICATE) {
                setAside.computeIfAbsent(bucket, key -> new HashSet<>()).add(position);
            }
        }
    }

    /** The positions that were set aside for one reason. */
    Set<Position> setAside(Bucket bucket) {
        return setAside.getOrDefault(bucket, Set.of());
    }
}
