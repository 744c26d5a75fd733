package dev.tidemark.system;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;

/**
 * What is wrong with a record that should be a payment in Confluent's wire format, and which class of malformed events
 * docs/semantics.md has for it. Bytes are put together here, so that they may be wrong.
 */
enum HostilePayment {
    TOMBSTONE("empty", (writers, at, random) -> null),
    UNKNOWN_ID("unreadable", (writers, at, random) -> value(1_000 + random.nextInt(20), at, "EU")),
    NEGATIVE_ID("unreadable", (writers, at, random) -> value(-1, at, "EU")),
    NO_HEADER("unreadable", (writers, at, random) -> "{\"at\":0,\"region\":\"EU\"}".getBytes(StandardCharsets.UTF_8)),
    HALF_A_HEADER("unreadable", (writers, at, random) -> new byte[] {0, 0, 0}),
    HEADER_ALONE("unreadable", (writers, at, random) -> header(writers.right()).toByteArray()),
    TRUNCATED("unreadable", (writers, at, random) -> {
        byte[] whole = value(writers.right(), at, "Zürich");
        return Arrays.copyOf(whole, whole.length - 1 - random.nextInt(5));
    }),
    MORE_BEHIND("unreadable", (writers, at, random) -> {
        byte[] whole = value(writers.right(), at, "EU");
        return Arrays.copyOf(whole, whole.length + 1);
    }),
    LENGTH_BEYOND_THE_END("unreadable", (writers, at, random) -> textOfLength(writers, at, Integer.MAX_VALUE)),
    NEGATIVE_LENGTH("unreadable", (writers, at, random) -> textOfLength(writers, at, -2)),
    ENDLESS_NUMBER("unreadable", (writers, at, random) -> {
        ByteArrayOutputStream bytes = header(writers.right());
        for (int i = 0; i < 20; i++) {
            bytes.write(0xFF);
        }
        return bytes.toByteArray();
    }),
    NO_UTF8("unreadable", (writers, at, random) -> {
        ByteArrayOutputStream bytes = header(writers.right());
        number(bytes, at);
        number(bytes, 1);
        bytes.write(0xFF);
        return bytes.toByteArray();
    }),
    OF_A_SCHEMA_WITHOUT_TIME("schema", (writers, at, random) -> {
        ByteArrayOutputStream bytes = header(writers.withoutTime());
        text(bytes, "EU");
        return bytes.toByteArray();
    }),
    OF_A_SCHEMA_IN_MICROSECONDS("schema", (writers, at, random) -> value(writers.inMicroseconds(), at * 1_000, "EU")),
    YEAR_MINUS_1("schema", (writers, at, random) -> value(writers.right(), -62_180_000_000_000L, "EU")),
    TOO_EARLY("too_early", (writers, at, random) -> value(writers.right(), -1, "EU")),
    YEAR_9999("too_far_ahead", (writers, at, random) -> value(writers.right(), 253_402_300_799_999L, "EU"));

    static final String SCHEMA = schema("timestamp-millis");

    /**
     * Schemas that records may name.
     *
     * @param right the id of that of the source
     */
    record Writers(int right, int withoutTime, int inMicroseconds) {}

    private interface Value {
        byte[] of(Writers writers, long at, Random random);
    }

    private final String reason;
    private final Value value;

    HostilePayment(String reason, Value value) {
        this.reason = reason;
        this.value = value;
    }

    static String schema(String time) {
        return """
                {"type": "record", "name": "Payment", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "%s"}},
                  {"name": "region", "type": "string"}]}
                """
                .formatted(time);
    }

    static final String SCHEMA_WITHOUT_TIME =
            "{\"type\":\"record\",\"name\":\"Payment\",\"fields\":[{\"name\":\"region\",\"type\":\"string\"}]}";

    /** The class that its dead letter is to name. */
    String reason() {
        return reason;
    }

    byte[] value(Writers writers, long at, Random random) {
        return value.of(writers, at, random);
    }

    /** A payment as it should be. */
    static byte[] value(int id, long at, String region) {
        ByteArrayOutputStream bytes = header(id);
        number(bytes, at);
        text(bytes, region);
        return bytes.toByteArray();
    }

    private static byte[] textOfLength(Writers writers, long at, int length) {
        ByteArrayOutputStream bytes = header(writers.right());
        number(bytes, at);
        number(bytes, length);
        bytes.write('E');
        return bytes.toByteArray();
    }

    private static ByteArrayOutputStream header(int id) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(ByteBuffer.allocate(5).put((byte) 0).putInt(id).array());
        return bytes;
    }

    /** Zig-zag, seven bits a byte: https://avro.apache.org/docs/1.12.0/specification/#binary-encoding. */
    private static void number(ByteArrayOutputStream bytes, long number) {
        long rest = (number << 1) ^ (number >> 63);
        while ((rest & ~0x7FL) != 0) {
            bytes.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        bytes.write((int) rest);
    }

    private static void text(ByteArrayOutputStream bytes, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        number(bytes, utf8.length);
        bytes.writeBytes(utf8);
    }
}
