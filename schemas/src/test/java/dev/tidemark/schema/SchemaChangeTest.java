package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

class SchemaChangeTest {

    private static Schema schema(String... fields) {
        return AvroEventsTest.schema(fields);
    }

    private static String field(String name, String type) {
        return "{\"name\":\"" + name + "\",\"type\":" + type + "}";
    }

    private static String logical(String type, String logical) {
        return "{\"type\":\"" + type + "\",\"logicalType\":\"" + logical + "\"}";
    }

    private static String decimal(int precision, int scale) {
        return "{\"type\":\"bytes\",\"logicalType\":\"decimal\",\"precision\":%d,\"scale\":%d}"
                .formatted(precision, scale);
    }

    private static List<String> changes(Schema earlier, Schema now, Format format) {
        return SchemaChange.between(earlier, now, format).stream()
                .map(change -> change.pointer() + " " + change)
                .toList();
    }

    private static void same(String earlier, String now) {
        for (Format format : List.of(Format.JSON, Format.AVRO)) {
            assertEquals(List.of(), changes(schema(field("x", earlier)), schema(field("x", now)), format));
        }
    }

    private static void differs(String earlier, String now, String message) {
        for (Format format : List.of(Format.JSON, Format.AVRO)) {
            List<String> found = changes(schema(field("x", earlier)), schema(field("x", now)), format);
            assertEquals(1, found.size(), found::toString);
            assertTrue(found.get(0).startsWith(message), found::toString);
        }
    }

    @Test
    void whatAvroResolvesIsAccepted() {
        same("\"int\"", "\"long\"");
        same("\"int\"", "[\"null\",\"double\"]");
        same(decimal(10, 2), decimal(12, 2));
        same(
                "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}",
                "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"B\",\"A\"]}");
        assertEquals(
                List.of(),
                changes(
                        schema(field("gone", "\"string\""), field("former", "\"int\"")),
                        schema(
                                "{\"name\":\"now\",\"aliases\":[\"former\"],\"type\":\"int\"}",
                                "{\"name\":\"added\",\"type\":\"string\",\"default\":\"\"}"),
                        Format.JSON));
    }

    @Test
    void whatAvroDoesNotResolveNamesThePlaceWhatWasFoundAndWhatWouldBeAccepted() {
        differs("\"long\"", "\"int\"", "/fields/0/type x is int, but was long in earlier events; accepted is");
        differs("[\"null\",\"int\"]", "\"int\"", "/fields/0/type");
        differs(
                "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\",\"B\"]}",
                "{\"type\":\"enum\",\"name\":\"E\",\"symbols\":[\"A\"]}",
                "/fields/0/type/symbols x lacks symbols that earlier events have ([B])");
        List<String> missing = changes(
                schema(field("x", "\"int\"")), schema(field("x", "\"int\""), field("y", "\"int\"")), Format.AVRO);
        assertEquals(1, missing.size());
        assertTrue(
                missing.get(0).startsWith("/fields/1 y is not in earlier events and has no default; accepted is"),
                missing::toString);
        String before = "{\"type\":\"record\",\"name\":\"N\",\"fields\":[" + field("z", "\"string\"") + "]}";
        String after = "{\"type\":\"record\",\"name\":\"N\",\"fields\":[" + field("z", "\"int\"") + "]}";
        differs(before, after, "/fields/0/type/fields/0/type x.z is int, but was string in earlier events");
    }

    @Test
    void whatAvroWouldReadAsSomethingElseIsRefused() {
        differs(
                logical("long", "timestamp-millis"),
                logical("long", "timestamp-micros"),
                "/fields/0/type x is timestamp-micros, but was timestamp-millis in earlier events; accepted is"
                        + " timestamp-millis");
        differs(
                decimal(10, 2),
                decimal(10, 3),
                "/fields/0/type x is decimal(10,3), but was decimal(10,2) in earlier events; accepted is a decimal of"
                        + " scale 2 and at least 10 digits");
        differs(decimal(10, 2), decimal(8, 2), "/fields/0/type x is decimal(8,2)");
        differs(
                "[\"null\"," + decimal(10, 2) + "]",
                "[\"null\"," + decimal(10, 0) + "]",
                "/fields/0/type/1 x is decimal(10,0)");
    }

    @Test
    void inJsonTypesWithOtherTextAreRefusedToo() {
        Schema text = schema(field("x", "\"string\""));
        Schema bytes = schema(field("x", "\"bytes\""));
        assertEquals(List.of(), changes(text, bytes, Format.AVRO));
        assertEquals(1, changes(text, bytes, Format.JSON).size());
        Schema number = schema(field("x", "\"int\""));
        Schema date = schema(field("x", logical("int", "date")));
        assertEquals(List.of(), changes(number, date, Format.AVRO));
        assertEquals(1, changes(number, date, Format.JSON).size());
    }
}
