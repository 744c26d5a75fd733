package dev.tidemark.launcher;

import dev.tidemark.deployment.RefusedException;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;

/**
 * Goes on with sending a sequence of events after an interruption, by the log alone. Every event has its partition, by
 * its key, and the events of a partition are sent in the order of the sequence; so what is in the log are the first so
 * many events of each partition, and its end offset is their number. Accumulates.
 */
final class Resumption {

    static final String REMEDY = "something else has written to it; start over in another --data";

    private final Map<String, Integer> partitions = new HashMap<>();
    private final Map<TopicPartition, Long> toSkip;
    private long left;

    /** @param ends the end offset of every partition of topics that hold nothing but events of the sequence */
    Resumption(Map<TopicPartition, Long> ends) {
        this.toSkip = new HashMap<>(ends);
        this.left = ends.values().stream().mapToLong(Long::longValue).sum();
        ends.keySet().forEach(each -> partitions.merge(each.topic(), 1, Integer::sum));
    }

    /** The partition of an event. */
    TopicPartition partition(ExampleEvent event) {
        return partition(event.source().topic(), event.partitionedBy());
    }

    /** The partition of an event with this key. */
    TopicPartition partition(String topic, byte[] key) {
        return new TopicPartition(topic, Utils.toPositive(Utils.murmur2(key)) % partitions.get(topic));
    }

    /** Takes the next event of the sequence, by its partition, and says whether it is in the log already. */
    boolean isSent(TopicPartition partition) {
        long skip = toSkip.get(partition);
        if (skip > 0) {
            toSkip.put(partition, skip - 1);
            left--;
        }
        return skip > 0;
    }

    /** Whether all that is in the log was taken, so that nothing of the rest is. */
    boolean isDone() {
        return left == 0;
    }

    /** Refuses to go on if the log holds more events than the sequence: then it is not the sequence's log. */
    void requireDone() {
        if (!isDone()) {
            throw new RefusedException("the topics hold %,d records more than the example: ".formatted(left) + REMEDY);
        }
    }
}
