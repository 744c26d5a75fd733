package dev.tidemark.system;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** What is wrong with a record that should be an order, and which class of malformed events docs/semantics.md has for it. */
enum HostileOrder {
    TOMBSTONE("empty", (order, recorded, random) -> null),
    NO_BYTES("empty", (order, recorded, random) -> new byte[0]),

    TRUNCATED("unreadable", (order, recorded, random) -> {
        byte[] whole = GoodOrder.utf8(order.json());
        return Arrays.copyOf(whole, 1 + random.nextInt(whole.length - 1));
    }),
    NO_OBJECT(
            "unreadable",
            json((order, random) ->
                    one(random, "[1,2]", "\"text\"", "42", "null", "true", "[" + order.json() + "]", " "))),
    MORE_BEHIND(
            "unreadable",
            json((order, random) -> order.json() + one(random, "}", order.json(), " 1", "\u0000", ",", "]"))),
    NOISE("unreadable", (order, recorded, random) -> {
        byte[] noise = new byte[1 + random.nextInt(300)];
        random.nextBytes(noise);
        noise[0] |= (byte) 0x80;
        return noise;
    }),
    ANOTHER_FORMAT("unreadable", (order, recorded, random) -> new byte[] {0, 0, 0, 0, 7, 4, 'E', 'U'}),
    NOT_STRICT(
            "unreadable",
            json((order, random) -> one(
                    random,
                    order.json().replace('"', '\''),
                    order.json().replace("}", ",}"),
                    order.json().replace(":", "="),
                    order.json().replace("\"text\"", "text"),
                    "/* orders */ " + order.json(),
                    order.with("amount", "007"),
                    order.with("amount", "+7"),
                    order.with("amount", "0x7"),
                    order.with("amount", ".7")))),
    CONTROL_CHARACTER("unreadable", json((order, random) -> order.with("text", one(random, "\"\n\"", "\"\u0000\"")))),
    NAN(
            "unreadable",
            json((order, random) -> order.with("weight", one(random, "NaN", "Infinity", "-Infinity", "-NaN")))),
    NO_UTF8("unreadable", (order, recorded, random) -> {
        List<byte[]> sequences = List.of(
                new byte[] {(byte) 0xFF}, // no byte of UTF-8
                new byte[] {(byte) 0xC0, (byte) 0x80}, // too long for what it says
                new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80}, // half of a surrogate pair
                new byte[] {(byte) 0xE2, (byte) 0x82}, // not all of a character
                new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80}); // beyond Unicode
        return inRegion(order, sequences.get(random.nextInt(sequences.size())));
    }),
    UTF_16("unreadable", (order, recorded, random) -> order.json().getBytes(StandardCharsets.UTF_16)),
    HALF_A_CHARACTER(
            "unreadable",
            json((order, random) -> order.with(
                    one(random, "region", "text"), one(random, "\"\\ud83d\"", "\"x\\ude80\"", "\"\\ude80\\ud83d\"")))),

    LACKING(
            "schema",
            json((order, random) -> order.without(one(random, "at", "region", "amount", "quantity", "weight")))),
    NULL("schema", json((order, random) -> order.with(anyField(random), "null"))),
    ANOTHER_TYPE(
            "schema",
            json((order, random) ->
                    order.with(anyField(random), one(random, "true", "[]", "{}", "{\"value\":1}", "[[1]]")))),
    TEXT_FOR_A_NUMBER(
            "schema",
            json((order, random) ->
                    order.with(one(random, "quantity", "weight"), one(random, "\"7\"", "\"NaN\"", "\"\"", "\"∞\"")))),
    DEEP("schema", json((order, random) -> {
        int depth = 100 + random.nextInt(1_000);
        return order.with(
                one(random, "unknown", "text"),
                one(random, "[".repeat(depth) + "]".repeat(depth), "{\"x\":".repeat(depth) + "1" + "}".repeat(depth)));
    })),
    DECIMAL_OUT_OF_RANGE(
            "schema",
            json((order, random) -> order.with(
                    "amount",
                    one(
                            random,
                            "100000000.00",
                            "-1e8",
                            "1e999999999",
                            "\"1e2147483647\"",
                            "\"NaN\"",
                            "\"Infinity\"")))),
    DECIMAL_TOO_FINE(
            "schema", json((order, random) -> order.with("amount", one(random, "0.001", "\"7.005\"", "1e-999999999")))),
    INTEGER_OUT_OF_RANGE(
            "schema",
            json((order, random) -> order.with(
                    "quantity", one(random, "2147483648", "-2147483649", "1.5", "1e400", "99999999999999999999")))),
    DOUBLE_OUT_OF_RANGE("schema", json((order, random) -> order.with("weight", one(random, "1e400", "-1e999999999")))),
    ENDLESS_NUMBER(
            "schema",
            json((order, random) -> order.with(
                    one(random, "amount", "quantity", "weight", "unknown"),
                    "1" + "0".repeat(1_000 + random.nextInt(1_000))))),
    ENDLESS_NAME("schema", json((order, random) -> order.with("x".repeat(60_000), "1"))),
    NO_TIME(
            "schema",
            json((order, random) -> order.with(
                    "at", one(random, "\"yesterday\"", "\"2026-02-30T00:00:00Z\"", "\"2026-01-15\"", "1.5", "\"\"")))),
    YEAR_MINUS_1(
            "schema",
            json((order, random) -> order.with("at", one(random, "\"-0001-06-01T00:00:00Z\"", "-62180000000000")))),
    YEAR_10000(
            "schema",
            json((order, random) -> order.with(
                    "at", one(random, "\"+10000-01-01T00:00:00Z\"", "253402300800000", "9223372036854775807")))),

    TOO_EARLY(
            "too_early",
            json((order, random) -> order.with(
                    "at",
                    one(
                            random,
                            "0",
                            "-1",
                            "946684799999",
                            "\"1999-12-31T23:59:59.999Z\"",
                            "\"0000-01-01T00:00:00Z\"")))),
    YEAR_9999(
            "too_far_ahead",
            json((order, random) -> order.with("at", one(random, "\"9999-12-31T23:59:59.999Z\"", "253402300799999")))),
    BEYOND_THE_HORIZON("too_far_ahead", (order, recorded, random) -> {
        long beyond = recorded.toEpochMilli() + 86_400_000L + 1 + random.nextInt(1_000_000);
        return GoodOrder.utf8(order.with("at", Long.toString(beyond)));
    }),
    STAMPED_1970("too_far_ahead", json((order, random) -> order.json())) {
        @Override
        Instant stamped(Instant recorded) {
            return Instant.EPOCH;
        }
    },

    LONG_AND_TRUNCATED("unreadable", json((order, random) -> "{\"region\":\"" + "x".repeat(HostileOrder.LONG))),
    LONG_AND_OF_ANOTHER_TYPE(
            "schema", json((order, random) -> order.with("quantity", "\"" + "7".repeat(HostileOrder.LONG) + "\"")));

    /** About as long as a value of 10 MB. */
    static final int LONG = 10_000_000;

    private interface Value {
        byte[] of(GoodOrder order, Instant recorded, Random random);
    }

    private interface Text {
        String of(GoodOrder order, Random random);
    }

    private final String reason;
    private final Value value;

    HostileOrder(String reason, Value value) {
        this.reason = reason;
        this.value = value;
    }

    private static Value json(Text text) {
        return (order, recorded, random) -> GoodOrder.utf8(text.of(order, random));
    }

    private static String one(Random random, String... choice) {
        return choice[random.nextInt(choice.length)];
    }

    private static String anyField(Random random) {
        return one(random, "at", "region", "amount", "quantity", "weight", "text");
    }

    /** An order whose region is these bytes. */
    private static byte[] inRegion(GoodOrder order, byte[] bytes) {
        String[] around = order.with("region", "\"?\"").split("\\?", 2);
        byte[] before = GoodOrder.utf8(around[0]);
        byte[] after = GoodOrder.utf8(around[1]);
        byte[] all = Arrays.copyOf(before, before.length + bytes.length + after.length);
        System.arraycopy(bytes, 0, all, before.length, bytes.length);
        System.arraycopy(after, 0, all, before.length + bytes.length, after.length);
        return all;
    }

    /** The class that its dead letter is to name. */
    String reason() {
        return reason;
    }

    /** Whether it is so long that there are to be few of it. */
    boolean isLong() {
        return this == ENDLESS_NAME || this == LONG_AND_TRUNCATED || this == LONG_AND_OF_ANOTHER_TYPE;
    }

    /** The value of such a record, made from a good order. */
    byte[] value(GoodOrder order, Instant recorded, Random random) {
        return value.of(order, recorded, random);
    }

    /** The record's timestamp, if its place in the log says {@code recorded}. */
    Instant stamped(Instant recorded) {
        return recorded;
    }

    /** Those that may come in any number. */
    static List<HostileOrder> shortOnes() {
        return Arrays.stream(values()).filter(kind -> !kind.isLong()).toList();
    }
}
