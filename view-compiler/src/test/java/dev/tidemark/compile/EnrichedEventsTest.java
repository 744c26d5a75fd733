package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Source;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.DefinitionSet;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What events take from real Delta tables. */
class EnrichedEventsTest {

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final StructType KAFKA = new StructType()
            .add("offset", DataTypes.LongType)
            .add("timestamp", DataTypes.TimestampType)
            .add("value", DataTypes.BinaryType);
    private static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");
    private static final Instant APRIL = Instant.parse("2026-04-01T00:00:00Z");
    private static final Instant MAY = Instant.parse("2026-05-01T00:00:00Z");

    private static final Enrichment REGIONS =
            new Enrichment("regions", 0, "abc", "region", List.of(new Field("name", ValueType.STRING)));

    @TempDir
    Path folder;

    private final SparkSession spark = Orders.spark(UTC);

    private void write(String table, DataType key, Row... rows) {
        write(table, key, "name", rows);
    }

    private void write(String table, DataType key, String column, Row... rows) {
        StructType schema = new StructType()
                .add(ReferenceRows.KEY, key)
                .add(ReferenceRows.VALID_FROM, DataTypes.TimestampType)
                .add(ReferenceRows.VALID_TO, DataTypes.TimestampType)
                .add(ReferenceRows.COLUMNS, new StructType().add(column, DataTypes.StringType));
        spark.createDataFrame(List.of(rows), schema)
                .write()
                .format("delta")
                .mode("overwrite")
                .save(folder.resolve(table).toString());
    }

    private static Row row(Object key, Instant from, Instant to, String name) {
        return RowFactory.create(key, from, to, RowFactory.create(name));
    }

    private Dataset<Row> enriched(List<String> events, Enrichment... enrichments) {
        return EnrichedEvents.of(
                judged(events), List.of(enrichments), new ReferenceRows(folder::resolve, Enrichment::version));
    }

    private Dataset<Row> judged(List<String> events) {
        List<Row> records = new ArrayList<>();
        for (String event : events) {
            byte[] value = event.getBytes(StandardCharsets.UTF_8);
            records.add(RowFactory.create((long) records.size(), MARCH, value));
        }
        return JudgedEvents.of(
                spark.createDataFrame(records, KAFKA).coalesce(1), Orders.SOURCE, List.of("offset"), EarlierIds.NONE);
    }

    private static String order(Instant at, String region) {
        return "{\"at\": %d, \"region\": %s}"
                .formatted(at.toEpochMilli(), region == null ? null : "\"" + region + "\"");
    }

    private static List<String> names(Dataset<Row> enriched) {
        return enriched.collectAsList().stream()
                .map(row -> row.getStruct(row.fieldIndex("event")))
                .map(event -> String.valueOf(event.<String>getAs("name")))
                .toList();
    }

    @Test
    void anEventHasTheColumnsOfTheRowThatWasValidAtItsTime() {
        write(
                "regions",
                DataTypes.StringType,
                row("EU", MARCH, APRIL, "old Europe"),
                row("EU", APRIL, null, "Europe"),
                row("US", null, APRIL, "States"),
                row("APAC", null, null, "Asia"),
                row("", null, null, "nowhere"));
        assertEquals(
                List.of("null", "old Europe", "old Europe", "Europe", "Europe", "States", "States", "null", "Asia"),
                names(enriched(
                        List.of(
                                order(MARCH.minusMillis(1), "EU"),
                                order(MARCH, "EU"),
                                order(APRIL.minusMillis(1), "EU"),
                                order(APRIL, "EU"),
                                order(MAY, "EU"),
                                order(Instant.EPOCH, "US"),
                                order(APRIL.minusMillis(1), "US"),
                                order(APRIL, "US"),
                                order(MAY, "APAC")),
                        REGIONS)));
    }

    @Test
    void eachRecordStaysOneRecordInItsPlaceWhateverItsKey() {
        write("regions", DataTypes.StringType, row("EU", null, APRIL, "old"), row("EU", APRIL, null, "new"));
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            events.add(
                    i % 4 == 0
                            ? "nonsense"
                            : order(
                                    i % 4 == 1 ? MARCH : MAY,
                                    List.of("EU", "US").get(i % 2)));
        }
        events.add(order(MAY, null));
        List<Row> rows = enriched(events, REGIONS).collectAsList();
        assertEquals(events.size(), rows.size());
        for (int i = 0; i < rows.size(); i++) {
            assertEquals(i, rows.get(i).<Long>getAs("offset"));
        }
    }

    @Test
    void aKeyThatTheTableDoesNotHaveIsUnknownAndNoKeyIsNot() {
        write("regions", DataTypes.StringType, row("EU", APRIL, null, null));
        List<Boolean> unknown = enriched(
                        List.of(order(MAY, "EU"), order(MARCH, "EU"), order(MAY, "MARS"), order(MAY, null), "nonsense"),
                        REGIONS)
                .collectAsList()
                .stream()
                .map(row -> row.<Boolean>getAs(EnrichedEvents.unknown(REGIONS)))
                .toList();
        assertEquals(List.of(false, true, true, false, false), unknown);
    }

    @Test
    void aVersionStaysWhatItIsWhateverIsLoadedAfterIt() {
        write("regions", DataTypes.StringType, row("EU", null, null, "first"));
        write("regions", DataTypes.StringType, row("EU", null, null, "second"));
        List<String> events = List.of(order(MAY, "EU"));
        assertEquals(List.of("first"), names(enriched(events, REGIONS)));
        Enrichment second = new Enrichment("regions", 1, "def", "region", REGIONS.columns());
        assertEquals(List.of("second"), names(enriched(events, second)));
        Enrichment none = new Enrichment("regions", Enrichment.NOT_LOADED, "", "region", REGIONS.columns());
        assertThrows(IllegalStateException.class, () -> enriched(events, none));
    }

    @Test
    void viewsUseWhatIsTakenFromSeveralTablesLikeFields() {
        write("regions", DataTypes.StringType, row("EU", null, null, "Europe"));
        write("numbers", DataTypes.LongType, "word", row(7L, null, null, "seven"));
        Enrichment numbers = new Enrichment("numbers", 0, "x", "n", List.of(new Field("word", ValueType.STRING)));
        Source source = Orders.SOURCE.enrichedBy(List.of(REGIONS, numbers));
        DefinitionSet set = ViewCompiler.resolve(
                source,
                List.of(
                        Orders.view("a", "upper(name) = 'EUROPE'", "1m", Map.of("d", "name"), "count(name)"),
                        Orders.view("b", null, "1m", Map.of("d", "coalesce(Word, region)"), "count()")),
                UTC);
        assertEquals(List.of(REGIONS, numbers), set.enrichments());
        List<String> events = List.of("{\"at\": 0, \"region\": \"EU\", \"n\": 7}", order(MAY, "US"));
        List<Row> rows =
                Contributions.of(enriched(events, REGIONS, numbers), set).collectAsList();
        assertEquals(List.of("COUNTED", "FILTERED"), buckets(rows, 1));
        assertEquals("Europe", rows.get(0).getStruct(1).getString(2));
        assertEquals("seven", rows.get(0).getStruct(2).getString(2));
        assertEquals("US", rows.get(1).getStruct(2).getString(2));
        InvalidViewsException without = assertThrows(
                InvalidViewsException.class,
                () -> ViewCompiler.resolve(
                        Orders.SOURCE, List.of(Orders.view("a", "name = 'x'", "1m", Map.of(), "count()")), UTC));
        assertTrue(without.getMessage().contains("name"), without::getMessage);
    }

    @Test
    void aColumnMayHaveTheNameOfWhatEveryTableHas() {
        for (String name : List.of("key", "valid_from", "valid_to", "columns")) {
            write(name + "s", DataTypes.StringType, name, row("EU", MARCH, null, "its " + name));
            Enrichment taken =
                    new Enrichment(name + "s", 0, name, "region", List.of(new Field(name, ValueType.STRING)));
            Row event = enriched(List.of(order(MAY, "EU")), taken)
                    .collectAsList()
                    .get(0)
                    .getAs("event");
            assertEquals("its " + name, event.<String>getAs(name));
        }
    }

    private static List<String> buckets(List<Row> rows, int view) {
        return rows.stream().map(row -> row.getStruct(view).getString(0)).toList();
    }

    @Test
    void aSetJoinsNothingThatItsViewsDoNotUse() {
        Source source = Orders.SOURCE.enrichedBy(List.of(REGIONS));
        DefinitionSet set = ViewCompiler.resolve(
                source, List.of(Orders.view("b", null, "1m", Map.of("d", "region"), "count()")), UTC);
        assertEquals(List.of(), set.enrichments());
        Dataset<Row> judged = judged(List.of(order(MAY, "EU")));
        assertSame(
                judged,
                EnrichedEvents.of(judged, set.enrichments(), new ReferenceRows(folder::resolve, Enrichment::version)));
    }
}
