package dev.tidemark.launcher;

import dev.tidemark.schema.Source;
import java.util.Optional;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * One event of an example. Its record is decided by the record's timestamp alone, so that a record in the log can be
 * recognised.
 */
interface ExampleEvent {

    Source source();

    /** The record's key. */
    Optional<byte[]> key();

    /** What decides its partition. */
    byte[] partitionedBy();

    /** Whether it precedes live traffic. */
    boolean isHistory();

    /** The timestamp that its record gets if it is sent now, both in milliseconds of the epoch. */
    long timestamp(long now);

    /** The value of its record, if that has this timestamp. */
    byte[] line(long timestamp);

    /** Its record if it is sent now. */
    default ProducerRecord<byte[], byte[]> record(int partition, long now) {
        long timestamp = timestamp(now);
        return new ProducerRecord<>(source().topic(), partition, timestamp, key().orElse(null), line(timestamp));
    }
}
