package dev.tidemark.schema;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
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
 * @param lateEvents what becomes of late events
 * @param deduplication how often an id counts; empty where every event does
 * @param enrichments what views see of an event beside its fields; judging knows nothing of it
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
        Duration horizon,
        LateEvents lateEvents,
        Optional<Deduplication> deduplication,
        List<Enrichment> enrichments) {

    private static final long MICROS_A_MILLI = 1_000;

    /** What {@code allowed_lateness} is where a source does not say. */
    public static final Duration DEFAULT_ALLOWED_LATENESS = Duration.ofHours(1);

    /** What {@code earliest} is where a source does not say. */
    public static final Instant DEFAULT_EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    /** What {@code horizon} is where a source does not say. */
    public static final Duration DEFAULT_HORIZON = Duration.ofDays(1);

    /** A source of JSON events, each of which counts, late ones too. */
    public Source(
            String name,
            String topic,
            Schema schema,
            String eventTime,
            Optional<String> key,
            Duration allowedLateness,
            Instant earliest,
            Duration horizon) {
        this(
                name,
                topic,
                schema,
                Format.JSON,
                eventTime,
                key,
                allowedLateness,
                earliest,
                horizon,
                LateEvents.INCLUDE,
                Optional.empty());
    }

    /** A source whose events have no more than their own fields. */
    public Source(
            String name,
            String topic,
            Schema schema,
            Format format,
            String eventTime,
            Optional<String> key,
            Duration allowedLateness,
            Instant earliest,
            Duration horizon,
            LateEvents lateEvents,
            Optional<Deduplication> deduplication) {
        this(
                name,
                topic,
                schema,
                format,
                eventTime,
                key,
                allowedLateness,
                earliest,
                horizon,
                lateEvents,
                deduplication,
                List.of());
    }

    public Source {
        enrichments = List.copyOf(enrichments);
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
        return new Source(
                name,
                topic,
                schema,
                other,
                eventTime,
                key,
                allowedLateness,
                earliest,
                horizon,
                lateEvents,
                deduplication,
                enrichments);
    }

    /** The same source by another schema. */
    public Source by(Schema other) {
        return new Source(
                name,
                topic,
                other,
                format,
                eventTime,
                key,
                allowedLateness,
                earliest,
                horizon,
                lateEvents,
                deduplication,
                enrichments);
    }

    /** The same source with other columns beside its events' fields. */
    public Source enrichedBy(List<Enrichment> others) {
        return new Source(
                name,
                topic,
                schema,
                format,
                eventTime,
                key,
                allowedLateness,
                earliest,
                horizon,
                lateEvents,
                deduplication,
                others);
    }

    /** The same source with another treatment of late events and of duplicates. */
    public Source with(LateEvents late, Optional<Deduplication> duplicates) {
        return new Source(
                name,
                topic,
                schema,
                format,
                eventTime,
                key,
                allowedLateness,
                earliest,
                horizon,
                late,
                duplicates,
                enrichments);
    }

    /**
     * Whether an event is late.
     *
     * @param recordTimestamp Kafka's timestamp of its record, in milliseconds of the epoch
     * @param eventTime its event time, in microseconds of the epoch
     */
    public boolean isLate(long recordTimestamp, long eventTime) {
        return lateness(recordTimestamp, eventTime).compareTo(allowedLateness) > 0;
    }

    /** How much later than its event time an event was recorded; negative if it was earlier. */
    public static Duration lateness(long recordTimestamp, long eventTime) {
        return Duration.of(recordTimestamp * MICROS_A_MILLI - eventTime, ChronoUnit.MICROS);
    }
}
