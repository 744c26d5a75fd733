package dev.tidemark.schema;

import java.util.Map;
import java.util.function.Function;

/**
 * What a record of {@code <topic>.late} says of itself in its headers; its key, value and other headers are those of the
 * late event.
 *
 * @param origin where the event is
 * @param latenessMillis how much later than its event time it was recorded, in milliseconds
 */
public record LateEvent(RecordOrigin origin, long latenessMillis) {

    private static final String LATENESS = RecordOrigin.PREFIX + "lateness_ms";

    /** The topic of a source's late events. */
    public static String topic(String sourceTopic) {
        return sourceTopic + ".late";
    }

    /** The headers, in order. */
    public Map<String, byte[]> headers() {
        Map<String, byte[]> headers = origin.headers();
        headers.put(LATENESS, RecordOrigin.utf8(Long.toString(latenessMillis)));
        return headers;
    }

    /**
     * The late event that headers state.
     *
     * @param header a header's value by its name, or null
     * @throws IllegalArgumentException if one lacks or is not what it should be
     */
    public static LateEvent of(Function<String, byte[]> header) {
        return new LateEvent(RecordOrigin.of(header), Long.parseLong(RecordOrigin.text(header, LATENESS)));
    }
}
