package dev.tidemark.speed;

import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Where to go on: after what the increments topic covers, never by a file kept beside it. A late writer can only have
 * left older offsets at the topic's end; then some events are emitted again, and counted once all the same.
 */
final class ResumePoint {

    private static final int LOOK_BACK = 200;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Consumer<byte[], byte[]> consumer;

    ResumePoint(Consumer<byte[], byte[]> consumer) {
        this.consumer = consumer;
    }

    /**
     * The first offset to read, by partition: the end of what was emitted, the published cut or the log's start,
     * whichever is highest.
     *
     * @throws dev.tidemark.deployment.RefusedException if the topic was created again since
     */
    Map<Integer, Long> of(Source source, SourceLog log, DefinitionSet set, String incrementsTopic, Cut cut) {
        List<Increment> last = lastIncrements(incrementsTopic, log.partitions(), new IncrementFormat(set.shapes()));
        Set<String> known = new HashSet<>(cut.logs().keySet());
        last.forEach(increment -> known.add(increment.position().log()));
        log.requireKnown(source, known);
        Map<Integer, Long> starts = logStarts(source.topic(), log.partitions());
        starts.replaceAll((partition, start) ->
                Math.max(start, cut.of(log.id(), partition).orElse(0)));
        for (Increment increment : last) {
            if (increment.position().log().equals(log.id())) {
                starts.merge(increment.position().partition(), increment.end(), Math::max);
            }
        }
        return starts;
    }

    private Map<Integer, Long> logStarts(String topic, int partitions) {
        Map<Integer, Long> starts = new TreeMap<>();
        consumer.beginningOffsets(partitionsOf(topic, partitions))
                .forEach((partition, offset) -> starts.put(partition.partition(), offset));
        return starts;
    }

    private List<Increment> lastIncrements(String topic, int partitions, IncrementFormat format) {
        List<TopicPartition> assigned = partitionsOf(topic, partitions);
        consumer.assign(assigned);
        Map<TopicPartition, Long> ends = consumer.endOffsets(assigned);
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(assigned);
        assigned.forEach(partition ->
                consumer.seek(partition, Math.max(begins.get(partition), ends.get(partition) - LOOK_BACK)));
        List<Increment> last = new ArrayList<>();
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (assigned.stream().anyMatch(partition -> consumer.position(partition) < ends.get(partition))) {
            if (System.nanoTime() > deadline) {
                throw new dev.tidemark.deployment.UnavailableException(
                        "the end of topic " + topic + " could not be read within " + PATIENCE.toSeconds() + " s");
            }
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                last.add(format.read(record.value()));
            }
        }
        return last;
    }

    private static List<TopicPartition> partitionsOf(String topic, int partitions) {
        return IntStream.range(0, partitions)
                .mapToObj(partition -> new TopicPartition(topic, partition))
                .toList();
    }
}
