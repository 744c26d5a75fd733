package dev.tidemark.speed;

import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.schema.RecordOrigin;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.spark.sql.Row;

/**
 * A record of a source's topic, as it is copied to its dead letters or late events.
 *
 * @param origin where it is
 * @param key its key, or null
 * @param value its value, or null
 * @param headers its headers, each a row of key and value; null if it has none
 */
record Beside(RecordOrigin origin, byte[] key, byte[] value, List<Row> headers) {

    /** A longer record is not copied, but for its origin, which says where it is. */
    static final int MOST_BYTES = 15 << 20;

    Beside {
        headers = headers == null ? List.of() : headers;
    }

    ProducerRecord<byte[], byte[]> deadLetter(String reason, String message, List<String> views) {
        String said = isCopied() ? message : message + " (its %,d bytes are not copied)".formatted(bytes());
        return record(DeadLetter.topic(origin.topic()), new DeadLetter(origin, reason, said, views).headers());
    }

    ProducerRecord<byte[], byte[]> late(long latenessMillis) {
        return record(LateEvent.topic(origin.topic()), new LateEvent(origin, latenessMillis).headers());
    }

    private boolean isCopied() {
        return bytes() <= MOST_BYTES;
    }

    private long bytes() {
        long bytes = length(key) + length(value);
        for (Row header : headers) {
            bytes += header.getString(0).length() + length(header.getAs(1));
        }
        return bytes;
    }

    private static long length(byte[] content) {
        return content == null ? 0 : content.length;
    }

    private ProducerRecord<byte[], byte[]> record(String topic, Map<String, byte[]> ours) {
        List<Header> all = new ArrayList<>();
        boolean copied = isCopied();
        for (Row header : copied ? headers : List.<Row>of()) {
            // Of a copy of a copy, ours say where it is now.
            if (!ours.containsKey(header.getString(0))) {
                all.add(new RecordHeader(header.getString(0), header.<byte[]>getAs(1)));
            }
        }
        ours.forEach((name, content) -> all.add(new RecordHeader(name, content)));
        return new ProducerRecord<>(
                topic, origin.position().partition(), copied ? key : null, copied ? value : null, all);
    }
}
