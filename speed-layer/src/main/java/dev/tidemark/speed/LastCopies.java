package dev.tidemark.speed;

import dev.tidemark.deployment.SourceLog;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.RecordOrigin;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.header.Header;

/**
 * The last records of a topic of copies. Copies of a partition are written in the order of its events, so whatever was to
 * be copied before the last one is there.
 *
 * @param offsets the offset of the last event that is there, by partition; of none where that is not known
 */
record LastCopies(Map<Integer, Long> offsets) {

    /** Looks at the ends of a topic. */
    static LastCopies of(Consumer<byte[], byte[]> consumer, String topic, SourceLog log) {
        Map<Integer, Long> offsets = new HashMap<>();
        TopicEnd.read(consumer, topic, log.partitions(), 1, record -> take(record, log, offsets));
        return new LastCopies(offsets);
    }

    private static void take(ConsumerRecord<byte[], byte[]> record, SourceLog log, Map<Integer, Long> offsets) {
        try {
            RecordOrigin origin = RecordOrigin.of(name -> {
                Header header = record.headers().lastHeader(name);
                return header == null ? null : header.value();
            });
            if (origin.position().log().equals(log.id())) {
                offsets.put(record.partition(), origin.position().offset());
            }
        } catch (IllegalArgumentException notOurs) {
            // Then it is not known what is there, and some may be copied once more.
        }
    }

    /** Whether the copy of an event may lack, if it was to be copied. */
    boolean lacks(Increment increment, boolean copied) {
        return copied
                && increment.position().offset()
                        > offsets.getOrDefault(increment.position().partition(), -1L);
    }
}
