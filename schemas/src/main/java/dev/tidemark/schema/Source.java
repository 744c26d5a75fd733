package dev.tidemark.schema;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.avro.Schema;

/**
 * A Kafka topic of events, and how they are judged.
 *
 * @param name the source's name
 * @param topic the topic
 * @param schema the Avro record schema of its events
 * @param format how its values hold them
 * @param eventTime the schema's field with the event time: a timestamp, not nullable
 * @param key the schema's field that {@code produce} takes the record key from
 * @param allowedLateness how much later than its event time an event may be recorded before it is late
 * @param earliest events before it are malformed
 * @param horizon events further than this after their record's timestamp are malformed
 */
public record Source(
        String name,
        String topic,
        Schema schema,
        Format format,
        String eventTime,
        Optional<String> key,
        Duration allowedLateness,
        Instant earliest,
        Duration horizon) {

    /** What {@code allowed_lateness} is where a source does not say. */
    public static final Duration DEFAULT_ALLOWED_LATENESS = Duration.ofHours(1);

    /** What {@code earliest} is where a source does not say. */
    public static final Instant DEFAULT_EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    /** What {@code horizon} is where a source does not say. */
    public static final Duration DEFAULT_HORIZON = Duration.ofDays(1);

    /** A source of JSON events. */
    public Source(
            String name,
            String topic,
            Schema schema,
            String eventTime,
            Optional<String> key,
            Duration allowedLateness,
            Instant earliest,
            Duration horizon) {
        this(name, topic, schema, Format.JSON, eventTime, key, allowedLateness, earliest, horizon);
    }

    public Source {
        if (schema.getType() != Schema.Type.RECORD) {
            throw new IllegalArgumentException("the schema of " + name + " is no record");
        }
        Schema.Field time = schema.getField(eventTime);
        if (time == null || !JsonEvents.isTimestamp(time.schema())) {
            throw new IllegalArgumentException(eventTime + " is no timestamp field of the schema of " + name);
        }
    }

    /** The same source with other values in its topic. */
    public Source in(Format other) {
        return new Source(name, topic, schema, other, eventTime, key, allowedLateness, earliest, horizon);
    }

    /** The same source by another schema. */
    public Source by(Schema other) {
        return new Source(name, topic, other, format, eventTime, key, allowedLateness, earliest, horizon);
    }
}
