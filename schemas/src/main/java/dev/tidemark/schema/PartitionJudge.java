package dev.tidemark.schema;

import dev.tidemark.schema.Judged.Duplicate;
import dev.tidemark.schema.Judged.WellFormed;
import java.util.HexFormat;
import java.util.OptionalLong;

/**
 * Judges the records of one partition in the order of their offsets: what {@link Judge} says of each by itself, and
 * whether it is a duplicate. Not thread-safe.
 */
public final class PartitionJudge {

    private final int idField;
    private final SeenIds ids;

    /**
     * @param source a source with {@link Source#deduplication}
     * @param ids those of the events before the first that is judged; changed by judging
     */
    public PartitionJudge(Source source, SeenIds ids) {
        this.idField = source.schema()
                .getField(source.deduplication().orElseThrow().field())
                .pos();
        this.ids = ids;
    }

    /**
     * The verdict on the next record.
     *
     * @param judge judges records like it by themselves
     * @param value the record's value, or null
     * @param timestamp Kafka's timestamp of the record, in milliseconds of the epoch
     * @param offset the record's offset
     */
    public Judged judge(Judge judge, byte[] value, long timestamp, long offset) {
        ids.advance(timestamp);
        Judged judged = judge.judge(value, timestamp);
        if (judged instanceof WellFormed event) {
            Object id = event.event().get(idField);
            OptionalLong repeats = id == null ? OptionalLong.empty() : ids.repeats(text(id), offset);
            return repeats.isPresent() ? new Duplicate(event, repeats.getAsLong()) : judged;
        }
        return judged;
    }

    /** The ids as they are now. */
    public SeenIds ids() {
        return ids;
    }

    private static String text(Object id) {
        return id instanceof byte[] bytes ? HexFormat.of().formatHex(bytes) : id.toString();
    }
}
