package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class AvroEventsTest {

    private static final Instant RECORDED = Instant.parse("2026-01-31T12:00:00Z");
    private static final String AT =
            "{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-millis\"}}";

    private static final Schema SCHEMA = schema(
            AT,
            "{\"name\":\"i\",\"type\":\"int\",\"default\":7}",
            "{\"name\":\"s\",\"type\":[\"null\",\"string\"],\"default\":null}",
            "{\"name\":\"m\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":6,\"scale\":2},\"default\":\"\\u0001\"}",
            "{\"name\":\"fm\",\"type\":{\"type\":\"fixed\",\"name\":\"FM\",\"size\":4,\"logicalType\":\"decimal\",\"precision\":6,\"scale\":2},\"default\":\"\\u0000\\u0000\\u0000\\u0001\"}",
            "{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"},\"default\":0}",
            "{\"name\":\"e\",\"type\":{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]},\"default\":\"A\"}",
            "{\"name\":\"raw\",\"type\":\"bytes\",\"default\":\"\"}",
            "{\"name\":\"list\",\"type\":{\"type\":\"array\",\"items\":\"int\"},\"default\":[]}",
            "{\"name\":\"map\",\"type\":{\"type\":\"map\",\"values\":\"long\"},\"default\":{}}",
            "{\"name\":\"nested\",\"type\":{\"type\":\"record\",\"name\":\"N\",\"fields\":[{\"name\":\"x\",\"type\":\"float\"}]},\"default\":{\"x\":3}}",
            "{\"name\":\"b\",\"type\":\"boolean\",\"default\":false}",
            "{\"name\":\"d\",\"type\":\"double\",\"default\":0}",
            "{\"name\":\"l\",\"type\":[\"long\",\"null\"],\"default\":5}");

    private static final Judge JUDGE = new Judge(source(SCHEMA, Format.AVRO));

    static Schema schema(String... fields) {
        return new Schema.Parser()
                .parse("{\"type\":\"record\",\"name\":\"Event\",\"fields\":[" + String.join(",", fields) + "]}");
    }

    static Source source(Schema schema, Format format) {
        return new Source(
                        "events",
                        "events",
                        schema,
                        "at",
                        Optional.empty(),
                        Duration.ofHours(1),
                        Instant.parse("2000-01-01T00:00:00Z"),
                        Duration.ofDays(1))
                .in(format);
    }

    private static byte[] bytes(String json) {
        return json.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] avro(Schema schema, String json) {
        return new AvroEventWriter(schema, new byte[0]).write(bytes(json));
    }

    private static Judged judge(byte[] value) {
        return JUDGE.judge(value, RECORDED.toEpochMilli());
    }

    /** What an event written by one schema is by another. */
    private static Judged resolved(Schema writer, Schema reader, String json) {
        return new Judge(source(reader, Format.AVRO), writer).judge(avro(writer, json), RECORDED.toEpochMilli());
    }

    private static void bad(Reason reason, String message, Judged judged) {
        assertTrue(judged instanceof Malformed, judged::toString);
        assertEquals(reason, ((Malformed) judged).reason(), judged::toString);
        assertTrue(((Malformed) judged).message().contains(message), judged::toString);
    }

    private static Object field(Judged judged, int index) {
        assertTrue(judged instanceof WellFormed, judged::toString);
        return ((WellFormed) judged).event().get(index);
    }

    @Test
    void whatJsonSaysAvroSaysToo() {
        Judge json = new Judge(source(SCHEMA, Format.JSON));
        for (String event : List.of(
                "{\"at\":\"2026-01-31T11:00:00.123Z\"}",
                "{\"at\":1769857200000,\"i\":-1,\"s\":\"é\",\"m\":\"-1234.5\",\"fm\":-0.01,\"day\":\"2026-01-31\","
                        + "\"e\":\"B\",\"list\":[1,2],\"map\":{\"k\":5},\"nested\":{\"x\":1.5},\"b\":true,"
                        + "\"d\":1e3,\"l\":null}")) {
            WellFormed expected = (WellFormed) json.judge(bytes(event), RECORDED.toEpochMilli());
            WellFormed found = (WellFormed) judge(avro(SCHEMA, event));
            assertEquals(withoutBytes(expected.event()), withoutBytes(found.event()));
            assertEquals(expected.eventTime(), found.eventTime());
        }
        byte[] raw = (byte[]) field(judge(avro(SCHEMA, "{\"at\":1769857200000,\"raw\":\"AQI=\"}")), 7);
        assertArrayEquals(new byte[] {1, 2}, raw);
    }

    private static List<Object> withoutBytes(EventRecord event) {
        return event.values().stream()
                .filter(value -> !(value instanceof byte[]))
                .toList();
    }

    @Test
    void bytesThatAreNoRecordAreUnreadable() {
        byte[] good = avro(SCHEMA, "{\"at\":1769857200000,\"s\":\"abc\"}");
        bad(Reason.UNREADABLE, "", judge(Arrays.copyOf(good, good.length - 1)));
        bad(Reason.UNREADABLE, "more follows after the Avro record", judge(Arrays.copyOf(good, good.length + 1)));
        bad(Reason.UNREADABLE, "", judge(bytes("{\"at\":1769857200000}")));
        bad(Reason.EMPTY, "a record in Avro's binary encoding is expected", judge(new byte[0]));
    }

    @Test
    void textThatIsNoUtf8IsUnreadable() {
        Schema text = schema(AT, "{\"name\":\"s\",\"type\":\"string\"}");
        byte[] event = avro(text, "{\"at\":1769857200000,\"s\":\"abc\"}");
        event[event.length - 1] = (byte) 0xFF;
        bad(Reason.UNREADABLE, "s is not UTF-8", new Judge(source(text, Format.AVRO)).judge(event, 0));
    }

    @Test
    void aLengthOfGigabytesCostsNothing() {
        byte[] huge = {(byte) 0xFE, (byte) 0xFF, (byte) 0xFF, (byte) 0xFF, 0x0F};
        byte[] at = avro(schema(AT), "{\"at\":1769857200000}");
        for (String type : List.of(
                "\"string\"",
                "\"bytes\"",
                "{\"type\":\"array\",\"items\":\"int\"}",
                "{\"type\":\"map\",\"values\":\"int\"}",
                "{\"type\":\"array\",\"items\":{\"type\":\"record\",\"name\":\"Nothing\",\"fields\":[]}}")) {
            Schema writer = schema(AT, "{\"name\":\"x\",\"type\":" + type + "}");
            byte[] event = Arrays.copyOf(at, at.length + huge.length);
            System.arraycopy(huge, 0, event, at.length, huge.length);
            bad(Reason.UNREADABLE, "bytes are left", new Judge(source(writer, Format.AVRO)).judge(event, 0));
            // Skipped, where the reader does not have the field.
            bad(
                    Reason.UNREADABLE,
                    "bytes are left",
                    new Judge(source(schema(AT), Format.AVRO), writer).judge(event, 0));
        }
    }

    @Test
    void valuesThatNoEventCanHaveAreMalformed() {
        Schema wide = schema(
                AT,
                "{\"name\":\"m\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}}",
                "{\"name\":\"day\",\"type\":\"int\"}");
        Schema narrow = schema(
                AT,
                "{\"name\":\"m\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}}",
                "{\"name\":\"day\",\"type\":{\"type\":\"int\",\"logicalType\":\"date\"}}");
        bad(Reason.SCHEMA, "day is +", resolved(wide, narrow, "{\"at\":1769857200000,\"m\":1,\"day\":2000000000}"));
        bad(
                Reason.TOO_EARLY,
                "before `earliest`",
                new Judge(source(schema(AT), Format.AVRO)).judge(avro(schema(AT), "{\"at\":-1}"), 0));
        byte[] tooManyDigits = avro(schema(AT, "{\"name\":\"m\",\"type\":\"bytes\"}"), "{\"at\":0,\"m\":\"/////w==\"}");
        tooManyDigits[tooManyDigits.length - 4] = 0x7F;
        bad(
                Reason.SCHEMA,
                "m is 21474836.47; expected at most 9 digits",
                new Judge(source(narrow.getField("m") == null ? narrow : schema(AT, field(narrow, "m")), Format.AVRO))
                        .judge(tooManyDigits, 0));
    }

    private static String field(Schema schema, String name) {
        return "{\"name\":\"" + name + "\",\"type\":" + schema.getField(name).schema() + "}";
    }

    @Test
    void anotherWritersEventsAreResolvedByAvrosRules() {
        Schema writer = schema(
                AT,
                "{\"name\":\"gone\",\"type\":\"string\"}",
                "{\"name\":\"former\",\"type\":\"int\"}",
                "{\"name\":\"n\",\"type\":\"int\"}");
        Schema reader = schema(
                "{\"name\":\"added\",\"type\":\"string\",\"default\":\"none\"}",
                "{\"name\":\"n\",\"type\":[\"null\",\"long\"],\"default\":null}",
                "{\"name\":\"now\",\"aliases\":[\"former\"],\"type\":\"double\"}",
                AT);
        Judged event = resolved(writer, reader, "{\"at\":1769857200000,\"gone\":\"x\",\"former\":3,\"n\":4}");
        assertEquals(
                List.of("none", 4L, 3.0, Instant.ofEpochMilli(1769857200000L)),
                ((WellFormed) event).event().values());
        Schema needs = schema(AT, "{\"name\":\"needed\",\"type\":\"string\"}");
        bad(
                Reason.SCHEMA,
                "missing required field needed",
                resolved(writer, needs, "{\"at\":0,\"gone\":\"x\",\"former\":3,\"n\":4}"));
    }

    @Test
    void aTypeThatMeansSomethingElseIsNotReadAsIfItDidNot() {
        Schema micros = schema("{\"name\":\"at\",\"type\":{\"type\":\"long\",\"logicalType\":\"timestamp-micros\"}}");
        bad(
                Reason.SCHEMA,
                "at is timestamp-millis, but was timestamp-micros in earlier events; accepted is timestamp-micros",
                resolved(micros, schema(AT), "{\"at\":1769857200000}"));
        Schema plain = schema("{\"name\":\"at\",\"type\":\"long\"}");
        assertEquals(
                Instant.ofEpochMilli(1769857200000L), field(resolved(plain, schema(AT), "{\"at\":1769857200000}"), 0));
    }

    @Test
    void aDecimalOfAWiderTypeIsReadIfItsDigitsFit() {
        Schema wide = schema(
                AT,
                "{\"name\":\"m\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":9,\"scale\":2}}");
        Schema narrow = schema(
                AT,
                "{\"name\":\"m\",\"type\":{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":4,\"scale\":2}}");
        assertEquals(new BigDecimal("12.34"), field(resolved(wide, narrow, "{\"at\":1769857200000,\"m\":12.34}"), 1));
        bad(
                Reason.SCHEMA,
                "m is 123.45; expected at most 4 digits",
                resolved(wide, narrow, "{\"at\":1769857200000,\"m\":123.45}"));
    }

    @Test
    void aLineThatIsNoEventStaysAsItIs() {
        for (String line : List.of("not json", "{\"i\":1}", "{\"at\":\"yesterday\"}", "{\"at\":0,\"s\":\"\\ud800\"}")) {
            byte[] value = bytes(line);
            assertTrue(avroLine(SCHEMA, value) == value, line);
            assertTrue(judge(value) instanceof Malformed, line);
        }
    }

    private static byte[] avroLine(Schema schema, byte[] line) {
        return new AvroEventWriter(schema, new byte[0]).write(line);
    }

    @Test
    void aLineWhoseBytesWouldBeAnotherEventIsRefused() {
        IllegalArgumentException refusal =
                assertThrows(IllegalArgumentException.class, () -> avroLine(schema(AT), bytes("5")));
        assertTrue(
                refusal.getMessage().contains("the value is no JSON object")
                        && refusal.getMessage().contains("would be read as another event, [1969-12-31"),
                refusal.getMessage());
    }

    @Property
    void whateverTheBytesAreThereIsAVerdict(@ForAll byte[] value) {
        assertNotNull(judge(value));
        assertNotNull(new Judge(source(schema(AT), Format.AVRO), SCHEMA).judge(value, 0));
    }

    @Test
    void mapsAndListsComeBack() {
        Judged event = judge(avro(SCHEMA, "{\"at\":1769857200000,\"list\":[3,4],\"map\":{\"ä\":1}}"));
        assertEquals(List.of(3, 4), field(event, 8));
        assertEquals(Map.of("ä", 1L), field(event, 9));
    }
}
