package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.schema.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;

class JudgedEventsTest {

    private static final int EVENTS = 300;

    private static final Source SOURCE = new Source(
            "events",
            "events",
            new Schema.Parser()
                    .parse(
                            """
                    {"type": "record", "name": "Event", "fields": [
                      {"name": "at", "type": {"type": "long", "logicalType": "timestamp-micros"}},
                      {"name": "day", "type": {"type": "int", "logicalType": "date"}, "default": 0},
                      {"name": "money", "type": {"type": "bytes", "logicalType": "decimal", "precision": 38,
                        "scale": 4}, "default": ""},
                      {"name": "i", "type": "int", "default": 0},
                      {"name": "l", "type": "long", "default": 0},
                      {"name": "f", "type": "float", "default": 0},
                      {"name": "d", "type": "double", "default": 0},
                      {"name": "s", "type": "string", "default": ""}]}
                    """),
            "at",
            Optional.empty(),
            Duration.ofHours(1),
            Instant.parse("0000-01-01T00:00:00Z"),
            Duration.ofDays(4_000_000));

    /** For each field the outermost values that it can have, as JSON, and some that it cannot. */
    private static final Map<String, List<String>> VALUES = Map.of(
            "at",
                    List.of(
                            "\"0000-01-01T00:00:00Z\"",
                            "\"0001-01-01T00:00:00.000001Z\"",
                            "\"1582-10-10T00:00:00Z\"",
                            "\"9999-12-31T23:59:59.999999Z\"",
                            "253402300799999",
                            "-62167219200000"),
            "day", List.of("\"0000-01-01\"", "\"1582-10-10\"", "\"9999-12-31\"", "\"+999999999-12-31\""),
            "money",
                    List.of(
                            "9999999999999999999999999999999999.9999",
                            "\"-9999999999999999999999999999999999.9999\"",
                            "10000000000000000000000000000000000"),
            "i", List.of("2147483647", "-2147483648"),
            "l", List.of("9223372036854775807", "-9223372036854775808"),
            "f", List.of("3.4028235E38", "1e-46", "-0.0", "1e300"),
            "d", List.of("1.7976931348623157E308", "4.9E-324", "-0.0"),
            "s", List.of("\"\"", "\"\\u0000\"", "\"\uD83D\uDE00\"", "\"\\ud800\""));

    @Test
    void whateverIsWellFormedGoesThroughSpark() {
        SparkSession spark = Orders.spark(ZoneId.of("UTC"));
        long seed = System.nanoTime();
        Random random = new Random(seed);
        List<Row> records = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            byte[] json = json(random).getBytes(StandardCharsets.UTF_8);
            records.add(RowFactory.create(json, Instant.parse("2026-01-01T00:00:00Z")));
        }
        StructType schema =
                new StructType().add("value", DataTypes.BinaryType).add("timestamp", DataTypes.TimestampType);
        Dataset<Row> judged =
                JudgedEvents.of(spark.createDataFrame(records, schema), SOURCE, List.of(), EarlierIds.NONE);
        List<Row> rows = judged.collectAsList();
        assertEquals(EVENTS, rows.size(), "seed " + seed);
        for (int i = 0; i < EVENTS; i++) {
            String json = new String((byte[]) records.get(i).get(0), StandardCharsets.UTF_8);
            boolean outOfRange =
                    json.contains("+999999999") || json.contains("1e300") || json.contains("10000000000000");
            boolean halfOfACharacter = json.contains("\\ud800");
            assertEquals(
                    outOfRange || halfOfACharacter ? JudgedEvents.MALFORMED : JudgedEvents.OK,
                    rows.get(i).getAs("verdict"),
                    json);
        }
    }

    private static String json(Random random) {
        return VALUES.entrySet().stream()
                .map(field -> "\"" + field.getKey() + "\":"
                        + field.getValue().get(random.nextInt(field.getValue().size())))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
