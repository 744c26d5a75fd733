package dev.tidemark.launcher;

import dev.tidemark.deployment.deadletter.RedriveMark;
import dev.tidemark.deployment.deadletter.StoredLetter;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * A dead letter whose event is sent again.
 *
 * @param letter the dead letter
 * @param value the event's value: the corrected one, or the original
 * @param timestamp the new record's timestamp, in milliseconds of the epoch
 */
record Redriven(StoredLetter letter, byte[] value, long timestamp) {

    /**
     * The record: into the partition of the same number if there is one, with the key and the headers that the original
     * had, and one that says where that is.
     */
    ProducerRecord<byte[], byte[]> record(String topic, int partitions) {
        int original = letter.position().partition();
        Integer partition = original < partitions ? (Integer) original : null;
        ProducerRecord<byte[], byte[]> record =
                new ProducerRecord<>(topic, partition, timestamp, letter.key(), value, letter.ownHeaders());
        record.headers().add(RedriveMark.HEADER, letter.position().toString().getBytes(StandardCharsets.UTF_8));
        return record;
    }
}
