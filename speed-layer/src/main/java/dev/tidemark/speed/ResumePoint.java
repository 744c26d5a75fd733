package dev.tidemark.speed;

import dev.tidemark.deployment.IncrementReader;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Layers;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Where to go on: after what the increments topic covers, never by a file kept beside it. Events that are emitted again
 * are counted once all the same, so in doubt it goes on too early.
 */
final class ResumePoint {

    /**
     * How many records before its end each partition of the topic is looked at. A sink that dies has at most five
     * batches of 16 KiB in flight to a partition (Kafka's defaults), and an increment takes some 40 bytes at least: so
     * many can follow upon one that was lost. Before them may be those of events whose copies were lost.
     */
    private static final int LOOK_BACK = 5 * (16 << 10) / 40 + BesideTopics.MOST_AHEAD;

    private final Consumer<byte[], byte[]> consumer;

    ResumePoint(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /**
     * The first offset to read, by partition: the first one that the last increments do not cover, the published cut
     * or the log's start, whichever is highest. What lies below the cut is needed too by views that the stream alone
     * computes, and for copies, unless nothing has been emitted yet. Before it, the first of the last events whose copy may
     * lack among the dead letters or the late events.
     *
     * @param copies whether dead letters and late events are copied
     * @throws dev.tidemark.deployment.RefusedException if the topic was created again since, or an increment cannot be
     *     read
     */
    Map<Integer, Long> of(SourceLog log, DefinitionSet set, String incrementsTopic, boolean copies, Cut cut) {
        Source source = set.source();
        IncrementReader reader = new IncrementReader(new IncrementFormat(set.shapes()));
        List<Increment> last = lastIncrements(incrementsTopic, log.partitions(), reader);
        Set<String> known = new HashSet<>(cut.logs().keySet());
        last.forEach(increment -> known.add(increment.position().log()));
        log.requireKnown(source, known);
        Map<Integer, Long> starts = logStarts(source.topic(), log.partitions());
        boolean streamAlone = set.views().stream().anyMatch(view -> view.layers() == Layers.SPEED);
        Map<Integer, List<Increment>> ofThis = last.stream()
                .filter(increment -> increment.position().log().equals(log.id()))
                .collect(Collectors.groupingBy(increment -> increment.position().partition()));
        starts.replaceAll((partition, start) -> streamAlone || copies && ofThis.containsKey(partition)
                ? start
                : Math.max(start, cut.of(log.id(), partition).orElse(0)));
        ofThis.forEach((partition, increments) -> starts.merge(partition, firstGap(increments), Math::max));
        if (copies) {
            LastCopies dead = LastCopies.of(consumer, DeadLetter.topic(source.topic()), log);
            LastCopies late = LastCopies.of(consumer, LateEvent.topic(source.topic()), log);
            ofThis.forEach((partition, increments) -> increments.stream()
                    .filter(increment -> dead.lacks(increment, isDeadLetter(increment))
                            || late.lacks(increment, isLate(source, increment)))
                    .mapToLong(increment -> increment.position().offset())
                    .min()
                    .ifPresent(first -> starts.merge(partition, first, Math::min)));
        }
        return starts;
    }

    private static boolean isDeadLetter(Increment increment) {
        return increment.contributions().stream()
                .map(Contribution::bucket)
                .anyMatch(bucket -> bucket == Bucket.MALFORMED || bucket == Bucket.FAILED);
    }

    private static boolean isLate(Source source, Increment increment) {
        Bucket bucket = increment.contributions().get(0).bucket();
        return bucket != Bucket.MALFORMED
                && bucket != Bucket.DUPLICATE
                && source.isLate(increment.recordTimestamp(), increment.eventTime());
    }

    /**
     * Up to where increments of one partition, in any order, cover it without a gap. Where a task began after
     * transaction markers there seems to be one; then a few events are emitted again.
     */
    static long firstGap(List<Increment> increments) {
        List<Increment> ordered = increments.stream()
                .sorted(Comparator.comparingLong(Increment::from))
                .toList();
        long end = ordered.get(0).end();
        for (Increment increment : ordered) {
            if (increment.from() > end) {
                return end;
            }
            end = Math.max(end, increment.end());
        }
        return end;
    }

    private Map<Integer, Long> logStarts(String topic, int partitions) {
        Map<Integer, Long> starts = new TreeMap<>();
        consumer.beginningOffsets(TopicEnd.partitionsOf(topic, partitions))
                .forEach((partition, offset) -> starts.put(partition.partition(), offset));
        return starts;
    }

    private List<Increment> lastIncrements(String topic, int partitions, IncrementReader reader) {
        List<Increment> last = new ArrayList<>();
        TopicEnd.read(consumer, topic, partitions, LOOK_BACK, record -> last.add(reader.read(record)));
        return last;
    }
}
