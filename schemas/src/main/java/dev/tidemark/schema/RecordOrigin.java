package dev.tidemark.schema;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * Where a record of {@code <topic>.dlq} or {@code <topic>.late} comes from, as its headers say it; UTF-8, beside the
 * headers that the record had. Either topic has each record at least once: the position makes a repeat recognisable.
 *
 * @param topic the source's topic
 * @param position the record's position there
 * @param timestamp Kafka's timestamp of the record there, in milliseconds of the epoch
 */
public record RecordOrigin(String topic, Position position, long timestamp) {

    /** What the names of all headers of ours begin with. */
    public static final String PREFIX = "tidemark.";

    private static final String TOPIC = PREFIX + "topic";
    private static final String LOG = PREFIX + "log_id";
    private static final String PARTITION = PREFIX + "partition";
    private static final String OFFSET = PREFIX + "offset";
    private static final String TIMESTAMP = PREFIX + "timestamp";

    /** The headers, in order. */
    public Map<String, byte[]> headers() {
        Map<String, byte[]> headers = new LinkedHashMap<>();
        headers.put(TOPIC, utf8(topic));
        headers.put(LOG, utf8(position.log()));
        headers.put(PARTITION, utf8(Integer.toString(position.partition())));
        headers.put(OFFSET, utf8(Long.toString(position.offset())));
        headers.put(TIMESTAMP, utf8(Long.toString(timestamp)));
        return headers;
    }

    /**
     * The origin that headers state.
     *
     * @param header a header's value by its name, or null
     * @throws IllegalArgumentException if one lacks or is not what it should be
     */
    public static RecordOrigin of(Function<String, byte[]> header) {
        Position position = new Position(
                text(header, LOG), Integer.parseInt(text(header, PARTITION)), Long.parseLong(text(header, OFFSET)));
        return new RecordOrigin(text(header, TOPIC), position, Long.parseLong(text(header, TIMESTAMP)));
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String text(Function<String, byte[]> header, String name) {
        byte[] value = header.apply(name);
        if (value == null) {
            throw new IllegalArgumentException("the header " + name + " lacks: the record is none of Tidemark's");
        }
        return new String(value, StandardCharsets.UTF_8);
    }
}
