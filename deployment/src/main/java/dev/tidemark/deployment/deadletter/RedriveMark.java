package dev.tidemark.deployment.deadletter;

import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.RecordOrigin;
import dev.tidemark.view.Json;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * That a dead letter's event was sent to its source's topic again: a record of {@code <topic>.dlq.redriven}, committed
 * in one transaction with the event.
 *
 * @param original the dead letter's position: the record's key, as text
 * @param redriven the position of the event that was sent
 * @param at when
 */
public record RedriveMark(Position original, Position redriven, Instant at) {

    /** The header of an event that was sent again: the position of the original, as text. */
    public static final String HEADER = RecordOrigin.PREFIX + "redriven_from";

    /** The topic of a source's marks; it has one partition. */
    public static String topic(String sourceTopic) {
        return DeadLetter.topic(sourceTopic) + ".redriven";
    }

    /** The record that says so. */
    public ProducerRecord<byte[], byte[]> record(String sourceTopic) {
        return new ProducerRecord<>(topic(sourceTopic), 0, utf8(original.toString()), utf8(Json.write(this)));
    }

    /** Which dead letter a record marks; empty if the record is no mark. */
    public static Optional<Position> original(ConsumerRecord<byte[], byte[]> record) {
        try {
            return record.key() == null
                    ? Optional.empty()
                    : Optional.of(Position.parse(new String(record.key(), StandardCharsets.UTF_8)));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
