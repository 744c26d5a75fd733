package dev.tidemark.schema;

import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.Judged.Reason;
import dev.tidemark.schema.Judged.WellFormed;
import java.time.Instant;
import org.apache.avro.Schema;

/**
 * Decides what a record is, by the record alone: a pure function of the log, the same in both layers and in every run.
 * (In Confluent's wire format by the registry's schemas too, which never change under their id.)
 * Not thread-safe.
 */
public final class Judge {

    private final Source source;
    private final int eventTime;
    private final EventReader events;

    /** @throws IllegalArgumentException if events of the source's schema cannot be read */
    public Judge(Source source) {
        this(source, source.schema());
    }

    /**
     * Judges records of the past by the present schema.
     *
     * @param writtenBy the schema that the records were written by, where their bytes do not say it: that of the source
     *     when they were new
     */
    public Judge(Source source, Schema writtenBy) {
        this.source = source;
        this.eventTime = source.schema().getField(source.eventTime()).pos();
        this.events = source.format().reader(source.schema(), writtenBy);
    }

    /**
     * The verdict on one record.
     *
     * @param value the record's value, or null
     * @param recordTimestamp Kafka's timestamp of the record, in milliseconds of the epoch
     * @throws SchemaRegistryException if the source has a schema registry and it does not answer
     */
    public Judged judge(byte[] value, long recordTimestamp) {
        if (value == null || value.length == 0) {
            return new Malformed(
                    Reason.EMPTY, "the record has no value; " + source.format().expected() + " is expected");
        }
        try {
            return inRange(events.read(value), Instant.ofEpochMilli(recordTimestamp));
        } catch (MalformedEventException e) {
            return new Malformed(e.reason(), e.getMessage());
        }
    }

    private Judged inRange(EventRecord event, Instant recorded) {
        Instant time = (Instant) event.get(eventTime);
        if (time.isBefore(source.earliest())) {
            return new Malformed(
                    Reason.TOO_EARLY, source.eventTime() + " is " + time + ", before `earliest` " + source.earliest());
        }
        if (time.isAfter(recorded.plus(source.horizon()))) {
            String message = "%s is %s, more than the `horizon` of %s after the record's timestamp %s"
                    .formatted(source.eventTime(), time, source.horizon(), recorded);
            return new Malformed(Reason.TOO_FAR_AHEAD, message);
        }
        return new WellFormed(event, time);
    }
}
