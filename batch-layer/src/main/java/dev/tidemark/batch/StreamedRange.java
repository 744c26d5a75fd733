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
import dev.tidemark.view.OffsetRanges.Range;
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
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;

/**
 * What the speed layer has counted between two cuts, read from its increments as answers read them: each position once.
 * Whether that is all is for the number of records to say: offsets without increments are events that were not streamed,
 * or are no events (transaction markers, aborted records).
 */
final class StreamedRange {

    /** How far the clocks of brokers may be apart. */
    private static final Duration CLOCKS = Duration.ofMinutes(5);

    private final Cut from;
    private final Cut to;
    private final Tail tail;
    private final Map<LogPartition, Long> reached = new HashMap<>();
    private final Map<Bucket, Set<Position>> setAside = new EnumMap<>(Bucket.class);

    private StreamedRange(DefinitionSet set, Cut from, Cut to) {
        this.from = from;
        this.to = to;
        this.tail = new Tail(set);
        to.logs().forEach((log, partitions) -> partitions.keySet().forEach(partition -> {
            long begin = from.of(log, partition).orElse(0);
            tail.start(new LogPartition(log, partition), begin, begin);
        }));
    }

    /** The cells. */
    Tail tail() {
        return tail;
    }

    /** How many events of each partition have been counted. */
    Map<LogPartition, Long> events() {
        Map<LogPartition, Long> events = new TreeMap<>();
        tail.partitions()
                .forEach(partition ->
                        events.put(partition, tail.events(partition).beyondCut()));
        return events;
    }

    /** Whether the increments of a partition reach the later cut, so that what lacks before it is not on its way. */
    boolean isPast(LogPartition partition) {
        long end = to.of(partition.log(), partition.partition()).orElse(0);
        long begin = from.of(partition.log(), partition.partition()).orElse(0);
        return Math.max(begin, reached.getOrDefault(partition, 0L)) >= end;
    }

    /**
     * What is read. Imports have no increments.
     *
     * @param set the definition set whose increments are read
     * @param from the one cut
     * @param takenAt a time before which no event beyond it had been appended
     * @param to the other
     * @param publishedAt when it was published: of what lies below it, little is streamed later
     */
    record Request(DefinitionSet set, Cut from, Instant takenAt, Cut to, Instant publishedAt) {

        Request {
            from = from.ofTopics();
            to = to.ofTopics();
        }
    }

    /**
     * Reads.
     *
     * @return empty if there is no topic of such increments
     * @throws UnavailableException if the broker does not answer
     */
    static Optional<StreamedRange> read(Deployment deployment, Request request) {
        DefinitionSet set = request.set();
        String topic = deployment.incrementsTopic(set.source().name(), set.id());
        try (Admin admin = Admin.create(deployment.kafkaAdmin());
                KafkaConsumer<byte[], byte[]> consumer = LetterReader.consumer(deployment)) {
            Optional<SourceLog> log = SourceLog.find(admin, topic);
            if (log.isEmpty()) {
                return Optional.empty();
            }
            StreamedRange range = new StreamedRange(set, request.from(), request.to());
            IncrementReader reader = new IncrementReader(new IncrementFormat(set.shapes()));
            List<TopicPartition> partitions = LetterReader.partitions(topic, log.get());
            place(consumer, partitions, request);
            Map<TopicPartition, Long> ends =
                    firstSince(consumer, partitions, request.publishedAt().plus(CLOCKS));
            LetterReader.readTo(consumer, ends, record -> range.add(reader.read(record)));
            if (!range.tail.partitions().stream().allMatch(range::isPast)) {
                // Streamed so late that the publication was there before.
                LetterReader.readOn(consumer, partitions, record -> range.add(reader.read(record)));
            }
            range.closeGaps();
            return Optional.of(range);
        } catch (KafkaException e) {
            throw new UnavailableException("topic " + topic + " cannot be read: " + e.getMessage());
        }
    }

    /** Seeks where the increments of the range begin. */
    private static void place(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Request request) {
        consumer.assign(partitions);
        if (request.from().logs().isEmpty()) {
            consumer.seekToBeginning(partitions);
        } else {
            firstSince(consumer, partitions, request.takenAt().minus(CLOCKS)).forEach(consumer::seek);
        }
    }

    private static Map<TopicPartition, Long> firstSince(
            KafkaConsumer<byte[], byte[]> consumer, List<TopicPartition> partitions, Instant time) {
        Map<TopicPartition, Long> offsets = new HashMap<>(consumer.endOffsets(partitions));
        Map<TopicPartition, Long> asked = new HashMap<>();
        partitions.forEach(partition -> asked.put(partition, Math.max(0, time.toEpochMilli())));
        consumer.offsetsForTimes(asked).forEach((partition, found) -> {
            if (found != null) {
                offsets.put(partition, found.offset());
            }
        });
        return offsets;
    }

    private void add(Increment increment) {
        Position position = increment.position();
        LogPartition partition = new LogPartition(position.log(), position.partition());
        reached.merge(partition, increment.end(), Math::max);
        if (isWithin(position)) {
            tail.add(increment);
            Bucket bucket = increment.contributions().get(0).bucket();
            if (bucket == Bucket.DEFERRED || bucket == Bucket.DUPLICATE) {
                setAside.computeIfAbsent(bucket, key -> new HashSet<>()).add(position);
            }
        }
    }

    private boolean isWithin(Position position) {
        return position.offset() < to.of(position.log(), position.partition()).orElse(0)
                && position.offset()
                        >= from.of(position.log(), position.partition()).orElse(0);
    }

    private void closeGaps() {
        for (LogPartition partition : tail.partitions()) {
            for (Optional<Range> gap = tail.gap(partition); gap.isPresent(); gap = tail.gap(partition)) {
                tail.close(partition, gap.get().to());
            }
        }
    }

    /** The positions that were set aside for one reason. */
    Set<Position> setAside(Bucket bucket) {
        return setAside.getOrDefault(bucket, Set.of());
    }
}
