package dev.tidemark.batch;

import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;

/**
 * What a topic holds at the moment.
 *
 * @param log the log behind the topic
 * @param askedAt a time before which no record at or beyond the ends was to be read: taken before the ends were asked
 * @param starts the first offset that is kept, by partition
 * @param ends the exclusive end of what is committed, by partition
 */
record LogSpan(SourceLog log, Instant askedAt, Map<Integer, Long> starts, Map<Integer, Long> ends) {

    /**
     * Asks the broker.
     *
     * @throws UnavailableException if the topic does not exist, or the broker does not answer
     */
    static LogSpan of(Admin admin, String topic) {
        SourceLog log = SourceLog.of(admin, topic);
        Map<Integer, Long> starts = offsets(admin, topic, log, OffsetSpec.earliest());
        Instant askedAt = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Map<Integer, Long> ends = offsets(admin, topic, log, OffsetSpec.latest());
        // Offsets are asked by the topic's name: they are this log's only if it has been the same all the time.
        if (!SourceLog.of(admin, topic).id().equals(log.id())) {
            throw new UnavailableException("topic " + topic + " is being created again at this moment; try again");
        }
        return new LogSpan(log, askedAt, starts, ends);
    }

    private static Map<Integer, Long> offsets(Admin admin, String topic, SourceLog log, OffsetSpec which) {
        Map<TopicPartition, OffsetSpec> question = IntStream.range(0, log.partitions())
                .boxed()
                .collect(Collectors.toMap(partition -> new TopicPartition(topic, partition), partition -> which));
        try {
            Map<Integer, Long> offsets = new TreeMap<>();
            admin.listOffsets(question, new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                    .all()
                    .get()
                    .forEach((partition, found) -> offsets.put(partition.partition(), found.offset()));
            return offsets;
        } catch (ExecutionException e) {
            throw new UnavailableException("the broker does not say how far topic " + topic + " goes: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while asking the broker for the offsets of topic " + topic);
        }
    }
}
