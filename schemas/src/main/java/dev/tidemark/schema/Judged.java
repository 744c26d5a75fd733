package dev.tidemark.schema;

import java.time.Instant;

/** What the judge makes of one record. */
public sealed interface Judged {

    /** Why a record is malformed: the class that dead letters are counted by. */
    enum Reason {
        /** No value at all: a tombstone, or an empty one. */
        EMPTY,
        /** The bytes are not what the format says. */
        UNREADABLE,
        /** Readable, but a field lacks, or has another type than the schema says. */
        SCHEMA,
        /** The event time lies before the source's {@code earliest}. */
        TOO_EARLY,
        /** The event time lies further in the record's future than the source's {@code horizon}. */
        TOO_FAR_AHEAD
    }

    /**
     * A well-formed event.
     *
     * @param event its fields
     * @param eventTime its event time
     */
    record WellFormed(EventRecord event, Instant eventTime) implements Judged {}

    /**
     * A well-formed event whose id an earlier one has.
     *
     * @param event the event itself
     * @param repeats the offset, in its partition, of the last event before it with that id
     */
    record Duplicate(WellFormed event, long repeats) implements Judged {}

    /**
     * A record that no view can count.
     *
     * @param reason the class
     * @param message what was found, and what would be accepted
     */
    record Malformed(Reason reason, String message) implements Judged {}
}
