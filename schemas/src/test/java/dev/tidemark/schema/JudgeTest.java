package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.Judged.Reason;
import dev.tidemark.schema.Judged.WellFormed;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class JudgeTest {

    private static final Instant RECORDED = Instant.parse("2026-01-31T12:00:00Z");
    private static final String TIME = "\"at\":\"2026-01-31T11:00:00Z\"";
    private static final Schema SCHEMA = new Schema.Parser()
            .parse(
                    """
            {"type": "record", "name": "Event", "fields": [
              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "i", "type": "int", "default": 7},
              {"name": "l", "type": "long", "default": 0},
              {"name": "d", "type": "double", "default": 0},
              {"name": "b", "type": "boolean", "default": false},
              {"name": "s", "type": ["null", "string"], "default": null},
              {"name": "m", "type": {"type": "bytes", "logicalType": "decimal", "precision": 6, "scale": 2}, "default": "\\u0001"},
              {"name": "day", "type": {"type": "int", "logicalType": "date"}, "default": 0},
              {"name": "e", "type": {"type": "enum", "name": "E", "symbols": ["A", "B"]}, "default": "A"},
              {"name": "raw", "type": "bytes", "default": ""},
              {"name": "list", "type": {"type": "array", "items": "int"}, "default": []},
              {"name": "map", "type": {"type": "map", "values": "long"}, "default": {}},
              {"name": "nested", "type": {"type": "record", "name": "N", "fields": [
                {"name": "x", "type": "int"}]}, "default": {"x": 3}},
              {"name": "f", "type": "float", "default": 0},
              {"name": "four", "type": {"type": "fixed", "name": "F", "size": 4}, "default": "abcd"},
              {"name": "late", "type": ["null", "long"], "default": 5}]}
            """);
    private static final Judge JUDGE = new Judge(new Source(
            "events",
            "events",
            SCHEMA,
            "at",
            Optional.empty(),
            Duration.ofHours(1),
            Instant.parse("2000-01-01T00:00:00Z"),
            Duration.ofDays(1)));

    private static Judged judge(String json) {
        return JUDGE.judge(json.getBytes(StandardCharsets.UTF_8), RECORDED.toEpochMilli());
    }

    private static EventRecord good(String fields) {
        Judged judged = judge("{" + TIME + (fields.isEmpty() ? "" : "," + fields) + "}");
        assertTrue(judged instanceof WellFormed, judged::toString);
        return ((WellFormed) judged).event();
    }

    private static void bad(Reason reason, String message, String json) {
        Judged judged = judge(json);
        assertTrue(judged instanceof Malformed, judged::toString);
        assertEquals(reason, ((Malformed) judged).reason(), judged::toString);
        assertTrue(((Malformed) judged).message().contains(message), judged::toString);
    }

    private static void badField(String message, String field) {
        bad(Reason.SCHEMA, message, "{" + TIME + "," + field + "}");
    }

    @Test
    void aMissingFieldTakesTheSchemasDefault() {
        EventRecord event = good("");
        assertEquals(7, event.get(1));
        assertEquals(null, event.get(5));
        assertEquals(new BigDecimal("0.01"), event.get(6));
        assertEquals(LocalDate.EPOCH, event.get(7));
        assertEquals("A", event.get(8));
        assertEquals(new EventRecord(List.of(3)), event.get(12));
        assertEquals(5L, event.get(15), "of a type of the union that is not its first");
    }

    @Test
    void typesThatSparkWouldSeeInAnotherWayAreRefusedWithTheirPath() {
        refused(
                "x is of the logical type local-timestamp-millis; accepted are",
                "x",
                logical("long", "local-timestamp-millis"));
        refused("x is of the logical type time-micros", "x", logical("long", "time-micros"));
        refused(
                "x[] is of the logical type time-millis",
                "x",
                "{\"type\":\"array\",\"items\":" + logical("int", "time-millis") + "}");
        refused(
                "x has the property spark.sql.catalyst.type",
                "x",
                "{\"type\":\"string\",\"spark.sql.catalyst.type\":\"int\"}");
        refused(
                "x is a decimal of 40 digits; accepted are at most 38",
                "x",
                "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":40,\"scale\":2}");
        refused(
                "x.next is a X within itself",
                "x",
                "{\"type\":\"record\",\"name\":\"X\",\"fields\":[{\"name\":\"next\",\"type\":[\"null\",\"X\"]}]}");
        refused(
                "x has a default that no event could have: x is 2.56; expected at most 2 digits",
                "x",
                "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":2,\"scale\":2},\"default\":\"\\u0001\\u0000\"");
        refused("X differs from another field only in case", "x", "\"int\"},{\"name\":\"X\",\"type\":\"int\"");
        refused(
                "x has a default that no event could have: x is +",
                "x",
                logical("int", "date") + ",\"default\":2000000000");
    }

    @Test
    void everythingThatASchemaMayNotHaveIsFoundAtOnce() {
        Schema schema = new Schema.Parser()
                .parse(
                        """
                {"type": "record", "name": "Event", "fields": [
                  {"name": "a", "type": {"type": "long", "logicalType": "time-micros"}},
                  {"name": "b", "type": ["null", "string", "int"], "default": null},
                  {"name": "c", "type": {"type": "record", "name": "C", "fields": [
                    {"name": "d", "type": "null"},
                    {"name": "e", "type": {"type": "map", "values": {"type": "int", "logicalType": "time-millis"}}}]}},
                  {"name": "f", "type": {"type": "int", "logicalType": "date"}, "default": 2000000000}]}
                """);
        List<SchemaProblem> problems = AcceptedTypes.problemsOf(schema);
        assertEquals(
                List.of("a", "b", "c.d", "c.e{}", "f"),
                problems.stream().map(SchemaProblem::path).toList());
        assertEquals(
                "is a union of 2 types; a union of null and one type is accepted",
                problems.get(1).message());
    }

    private static String logical(String type, String logical) {
        return "{\"type\":\"" + type + "\",\"logicalType\":\"" + logical + "\"}";
    }

    private static void refused(String message, String field, String type) {
        Schema schema = new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"Event\",\"fields\":[{\"name\":\"" + field + "\",\"type\":"
                        + type + "}]}");
        IllegalArgumentException refusal = assertThrows(IllegalArgumentException.class, () -> new JsonEvents(schema));
        assertTrue(refusal.getMessage().startsWith(message), refusal::getMessage);
    }

    @Test
    void everyTypeIsReadAsItIs() {
        EventRecord event = good("\"i\":-1,\"l\":9007199254740993,\"d\":1e3,\"b\":true,\"s\":\"é\",\"m\":\"1234.5\","
                + "\"day\":\"2026-01-31\",\"e\":\"B\",\"raw\":\"AQI=\",\"list\":[1,2],\"map\":{\"k\":5},"
                + "\"nested\":{\"x\":1,\"y\":[{}]},\"unknown\":{\"deep\":[1,2]}");
        assertEquals(-1, event.get(1));
        assertEquals(9007199254740993L, event.get(2));
        assertEquals(1000.0, event.get(3));
        assertEquals(true, event.get(4));
        assertEquals("é", event.get(5));
        assertEquals(new BigDecimal("1234.50"), event.get(6));
        assertEquals(LocalDate.of(2026, 1, 31), event.get(7));
        assertEquals("B", event.get(8));
        assertEquals(List.of(1, 2), event.get(10));
        assertEquals(Map.of("k", 5L), event.get(11));
        assertEquals(2, good("\"i\":1,\"i\":2").get(1), "of a repeated field the last counts");
    }

    @Test
    void aWrongTypeNamesTheFieldWhatWasFoundAndWhatWouldBeAccepted() {
        badField("i is 1.5; expected an integer from -2147483648 to 2147483647", "\"i\":1.5");
        badField("i is 2147483648; expected", "\"i\":2147483648");
        badField("i is x; expected", "\"i\":\"x\"");
        badField("l is 9223372036854775808; expected", "\"l\":9223372036854775808");
        badField("d is NaN; expected a number", "\"d\":\"NaN\"");
        badField("d is 1e999; expected a number in the range of a double", "\"d\":1e999");
        badField("m is 12345; expected a decimal of at most 6 digits, 2 of them after the point", "\"m\":12345");
        badField("m is 0.001; expected a decimal", "\"m\":0.001");
        badField("m is 1e999999999; expected a decimal", "\"m\":1e999999999");
        badField("e is C; expected one of [A, B]", "\"e\":\"C\"");
        badField("m is 000", "\"m\":\"" + "0".repeat(900_000) + "1\"");
        badField("day is +999999999-12-31; expected a date such as 2026-01-31, in", "\"day\":\"+999999999-12-31\"");
        badField("day is -0001-12-31; expected", "\"day\":\"-0001-12-31\"");
        badField("f is 1e300; expected a number in the range of a float", "\"f\":1e300");
        badField("four is AQI=; expected 4 bytes in base64", "\"four\":\"AQI=\"");
        badField("list[] is true; expected an integer", "\"list\":[true]");
        badField("nested.x is missing", "\"nested\":{}");
        badField("nested is 5; expected an object", "\"nested\":5");
        badField("raw is !; expected base64", "\"raw\":\"!\"");
        bad(Reason.SCHEMA, "at is missing", "{}");
        bad(Reason.SCHEMA, "at is null; expected an ISO-8601 timestamp", "{\"at\":null}");
        bad(Reason.SCHEMA, "at is 2026-01-31; expected", "{\"at\":\"2026-01-31\"}");
    }

    @Test
    void whatIsNoJsonObjectIsUnreadable() {
        for (String value : List.of("nonsense", "[]", "1", "{", "{\"at\":", "{" + TIME + "} more", "{'at':1}")) {
            bad(Reason.UNREADABLE, "", value);
        }
        for (String half : List.of("\\ud83d", "\\ude80", "\\ude80\\ud83d", "x\\ud83d\\u0041")) {
            bad(Reason.UNREADABLE, "s is not text", "{" + TIME + ",\"s\":\"" + half + "\"}");
        }
        bad(Reason.UNREADABLE, "map's key is not text: \\ud83d is half", "{" + TIME + ",\"map\":{\"\\ud83d\":1}}");
        assertEquals("x\uD83D\uDE80y", good("\"s\":\"x\\ud83d\\ude80y\"").get(5));
        byte[] invalid = ("{" + TIME + ",\"s\":\"?\"}").getBytes(StandardCharsets.UTF_8);
        invalid[invalid.length - 3] = (byte) 0xFF;
        assertTrue(((Malformed) JUDGE.judge(invalid, 0)).message().startsWith("not UTF-8"));
    }

    @Test
    void whatIsTooDeepOrTooLongIsOfNoTypeThatTheSchemaKnows() {
        bad(Reason.SCHEMA, "nesting depth", "{\"x\":" + "[".repeat(100_000));
        bad(Reason.SCHEMA, "nesting depth", "{" + TIME + ",\"x\":" + "[".repeat(100) + "]".repeat(100) + "}");
        bad(Reason.SCHEMA, "", "{" + TIME + ",\"d\":1" + "0".repeat(1000) + "}");
        bad(Reason.SCHEMA, "", "{" + TIME + ",\"x\":1" + "0".repeat(1000) + "}");
        bad(Reason.SCHEMA, "", "{" + TIME + ",\"" + "x".repeat(60_000) + "\":1}");
        good("\"x\":" + "[".repeat(99) + "]".repeat(99));
    }

    @Test
    void noValueIsEmpty() {
        assertEquals(Reason.EMPTY, ((Malformed) JUDGE.judge(null, 0)).reason());
        assertEquals(Reason.EMPTY, ((Malformed) JUDGE.judge(new byte[0], 0)).reason());
    }

    @Test
    void anEventTimeOutOfRangeIsMalformed() {
        bad(Reason.TOO_EARLY, "before `earliest` 2000-01-01T00:00:00Z", "{\"at\":-1}");
        bad(Reason.TOO_FAR_AHEAD, "more than the `horizon`", "{\"at\":\"9999-12-31T23:59:59Z\"}");
        bad(Reason.SCHEMA, "at is", "{\"at\":253402300800000}");
        assertTrue(judge("{\"at\":\"2026-02-01T12:00:00Z\"}") instanceof WellFormed, "the horizon itself is within");
    }

    @Property
    void whateverTheBytesAreThereIsAVerdict(@ForAll byte[] value, @ForAll long timestamp) {
        assertNotNull(JUDGE.judge(value, timestamp % 100_000_000_000_000L));
    }
}
