package dev.tidemark.schema;

import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.Judged.Reason;
import dev.tidemark.schema.Judged.WellFormed;
import java.time.Instant;

/**
 * Decides what a record is, by the record alone: a pure function of the log, the same in both layers and in every run.
 * Not thread-safe.
 */
public final class Judge {

    private final Source source;
    private final int eventTime;
    private final JsonEvents events;

    public Judge(Source source) {
        this.source = source;
        this.eventTime = source.schema().getField(source.eventTime()).pos();
        this.events = new JsonEvents(source.schema());
    }

    /**
     * The verdict on one record.
     *
     * @param value the record's value, or null
     * @param recordTimestamp Kafka's timestamp of the record, in milliseconds of the epoch
     */
    public Judged judge(byte[] value, long recordTimestamp) {
        if (value == null || value.length == 0) {
            return new Malformed(Reason.EMPTY, "the record has no value; a JSON object is expected");
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
