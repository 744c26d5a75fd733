package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Pane;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import dev.tidemark.view.aggregate.Equality;
import dev.tidemark.view.aggregate.Occurrence;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What events contribute, through Spark, as both layers do it. */
class ContributionsTest {

    private static final List<String> REGIONS = List.of("", "eu", "süd", "\uD83D\uDE00", "\uFFFD");
    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final StructType KAFKA = new StructType()
            .add("log_id", DataTypes.StringType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("timestamp", DataTypes.TimestampType)
            .add("value", DataTypes.BinaryType);

    private static Dataset<Row> contributions(SparkSession spark, DefinitionSet set, List<String> events) {
        return Contributions.of(judged(spark, events), set);
    }

    private static Dataset<Row> judged(SparkSession spark, List<String> events) {
        List<Row> rows = new ArrayList<>();
        for (String event : events) {
            byte[] value = event.getBytes(StandardCharsets.UTF_8);
            long offset = rows.size();
            int partition = (int) (offset * 7 % 3);
            rows.add(RowFactory.create("log", partition, offset, Instant.parse("2026-01-01T00:00:00Z"), value));
        }
        return JudgedEvents.of(
                spark.createDataFrame(rows, KAFKA),
                Orders.SOURCE,
                List.of("log_id", "partition", "offset"),
                EarlierIds.NONE);
    }

    private static List<String> buckets(List<Row> rows, int view) {
        return rows.stream()
                .map(row -> row.isNullAt(1 + view)
                        ? "null"
                        : row.getStruct(1 + view).getString(0))
                .toList();
    }

    /** The offsets of the events that fail for a view. */
    private static List<Long> failing(Dataset<Row> judged, View view) {
        return Contributions.failing(judged, view)
                .orderBy("offset")
                .select("offset")
                .as(Encoders.LONG())
                .collectAsList();
    }

    /** The offsets of the rows that are in the bucket of those. */
    private static List<Long> failed(List<String> buckets) {
        return LongStream.range(0, buckets.size())
                .filter(offset -> buckets.get((int) offset).equals("FAILED"))
                .boxed()
                .toList();
    }

    @Test
    void aFailingExpressionRejectsTheEventForItsViewAloneEvenIfViewsShareIt() {
        List<ViewDefinition> views = List.of(
                Orders.view("a", "cast(text as int) > 1", "1m", Map.of(), "count()"),
                Orders.view("b", null, "1m", Map.of("d", "cast(text as int)"), "count()"),
                Orders.view("c", null, "1m", Map.of(), "sum(cast(text as int))"),
                Orders.view("d", "n > 0", "1m", Map.of("d", "cast(text as int)"), "count()"),
                Orders.view("e", null, "1m", Map.of(), "count()"));
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, views, UTC);
        List<Row> rows = contributions(
                        Orders.spark(UTC),
                        set,
                        List.of(
                                "{\"at\":0,\"text\":\"2\",\"n\":1}",
                                "{\"at\":0,\"text\":\"two\"}",
                                "nonsense",
                                "{\"at\":0}"))
                .orderBy("record.offset")
                .collectAsList();
        assertEquals(List.of("COUNTED", "FAILED", "null", "FILTERED"), buckets(rows, 0));
        assertEquals(List.of("COUNTED", "FAILED", "null", "COUNTED"), buckets(rows, 1));
        assertEquals(List.of("COUNTED", "FAILED", "null", "COUNTED"), buckets(rows, 2));
        assertEquals(
                List.of("COUNTED", "FILTERED", "null", "FILTERED"),
                buckets(rows, 3),
                "a null filter does not hold," + " and dimensions are not evaluated then");
        assertEquals(List.of("COUNTED", "COUNTED", "null", "COUNTED"), buckets(rows, 4));
    }

    @Test
    void aTextThatIsTooLongFailsInTheViewsThatTakeItAndInNoOther() {
        List<ViewDefinition> views = List.of(
                Orders.view("a", null, "1m", Map.of("d", "text"), "count()"),
                Orders.view("b", "length(text) > 1", "1m", Map.of(), "max(text)"),
                Orders.view("c", null, "1m", Map.of("d", "concat(text, text)"), "count()"),
                Orders.view("d", null, "1m", Map.of("d", "length(text)"), "count(text)"));
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, views, UTC);
        List<String> events = Stream.of(
                        "x".repeat(65_536), "x".repeat(65_537), "ü".repeat(32_769), "x".repeat(32_768), "x")
                .map(text -> "{\"at\":0,\"text\":\"" + text + "\"}")
                .toList();
        Dataset<Row> judged = judged(Orders.spark(UTC), events);
        List<Row> rows = Contributions.of(judged, set).orderBy("record.offset").collectAsList();
        List<List<String>> expected = List.of(
                List.of("COUNTED", "FAILED", "FAILED", "COUNTED", "COUNTED"),
                List.of("COUNTED", "FAILED", "FAILED", "COUNTED", "FILTERED"),
                List.of("FAILED", "FAILED", "FAILED", "COUNTED", "COUNTED"),
                List.of("COUNTED", "COUNTED", "COUNTED", "COUNTED", "COUNTED"));
        for (int v = 0; v < views.size(); v++) {
            assertEquals(expected.get(v), buckets(rows, v));
            List<String> inBatch = Contributions.ofPassing(judged, set.views().get(v), false)
                    .orderBy("offset")
                    .select("bucket")
                    .as(Encoders.STRING())
                    .collectAsList();
            assertEquals(
                    expected.get(v).stream()
                            .filter(bucket -> !bucket.equals("FILTERED"))
                            .toList(),
                    inBatch);
            assertEquals(failed(expected.get(v)), failing(judged, set.views().get(v)));
        }
    }

    @Test
    void whatPassesAFilterContributesInBatchWhatItDoesInTheStream() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Map<String, String> failing = Map.of("d", "cast(text as int)");
        List<ViewDefinition> definitions = List.of(
                Orders.view("a", "cast(text as int) > 1", "1m", Map.of("d", "region"), "sum(n)"),
                Orders.view("b", "cast(text as int) > 1", "1m", failing, "max(n + 1)"),
                Orders.view("c", "region = 'eu' or n > 0", "1h", Map.of("d", "length(region)"), "count()", "min(n)"),
                Orders.view("e", "x is not null", "1d", failing, "sum(n)"),
                Orders.view("f", null, "1m", Map.of("d", "region"), "avg(x)", "max(amount)"),
                Orders.view("g", null, "1m", failing, "last(n)"));
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, definitions, UTC);
        List<String> events = randomEvents(new Random(seed));
        events.addAll(List.of(
                "nonsense",
                "{\"at\":0,\"text\":\"two\",\"x\":1}",
                "{\"at\":0,\"text\":\"9\",\"n\":%d}".formatted(Long.MAX_VALUE)));
        Dataset<Row> judged = judged(Orders.spark(UTC), events).cache();
        List<Row> stream =
                Contributions.of(judged, set).orderBy("record.offset").collectAsList();
        List<Row> passing = Contributions.passing(judged, set).orderBy("offset").collectAsList();
        for (int v = 0; v < set.views().size(); v++) {
            String column = Contributions.column(v);
            Map<Long, Row> batch = new HashMap<>();
            Contributions.ofPassing(judged, set.views().get(v), v % 2 == 0)
                    .collectAsList()
                    .forEach(row -> batch.put(row.getAs("offset"), row));
            for (int i = 0; i < events.size(); i++) {
                Row one = stream.get(i).getAs(column);
                Boolean passes = passing.get(i).getAs(column);
                Row found = batch.remove((long) i);
                if (one == null || one.getAs("bucket").equals("FILTERED")) {
                    assertNull(found);
                    assertTrue(one == null || Boolean.FALSE.equals(passes), "" + one);
                } else if (passes == null) {
                    assertNull(found);
                    assertEquals("FAILED", one.getAs("bucket"));
                } else {
                    assertTrue(passes);
                    int beside = found.length() - one.length();
                    assertEquals(values(one, 0, one.length()), values(found, beside, found.length()));
                }
            }
            assertEquals(Map.of(), batch);
            assertEquals(failed(buckets(stream, v)), failing(judged, set.views().get(v)));
        }
    }

    @Test
    void ofWhatDoesNotCountAGroupIsMadeForEachPlaceThatItIsToldApartBy() {
        ViewDefinition definition = Orders.view("v", "text <> '0'", "1m", Map.of("d", "cast(text as int)"), "count()");
        View view = ViewCompiler.resolve(Orders.SOURCE, List.of(definition), UTC)
                .views()
                .get(0);
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            events.add("{\"at\":0,\"text\":\"%s\"}"
                    .formatted(List.of("0", "1", "two").get(i % 3 == 0 ? 0 : i % 2 + 1)));
        }
        Dataset<Row> passing = Contributions.ofPassing(judged(Orders.spark(UTC), events), view, true);
        Map<String, Long> found = new TreeMap<>();
        for (Row row : Cells.groups(passing, view, List.of("partition")).collectAsList()) {
            found.put(row.getAs(Cells.BUCKET) + " " + row.getAs("partition"), row.getAs(Cells.EVENTS));
        }
        Map<String, Long> expected = new TreeMap<>();
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).contains("two")) {
                expected.merge("FAILED " + i * 7 % 3, 1L, Long::sum);
            } else if (events.get(i).contains("1")) {
                expected.merge("null null", 1L, Long::sum);
            }
        }
        assertEquals(expected, found);
    }

    @Test
    void onlyWhatCannotFailIsEvaluatedWithoutAnAttempt() {
        Expressions expressions = new Expressions(SparkTypes.ofEvents(Orders.SOURCE.schema()));
        for (String text : List.of(
                "region = 'eu'",
                "n",
                "n > 1.5",
                "length(text) >= 1 and n is null",
                "x is null",
                "case when n in (1, 2) then region else upper(text) end",
                "cast(n as string)")) {
            assertTrue(expressions.cannotFail(text), text);
        }
        for (String text : List.of(
                "n + 1",
                "cast(text as int)",
                "text = 1",
                "n / 2",
                "tags[0]",
                "concat(region, text)",
                "cast(x as int) = 1",
                "element_at(tags, 1)",
                "hash(text)",
                "x <=> 0.0",
                "cast(cast(text as binary) as string)")) {
            assertFalse(expressions.cannotFail(text), text);
        }
    }

    @Test
    void aFieldMayHaveTheNameOfAColumnOfOurs() {
        Map<String, String> dimensions = Map.of("d", "concat(record, event, __event_time, verdict, __record)");
        ViewDefinition view = Orders.view("v", "verdict = 'd'", "1m", dimensions, "count()");
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, List.of(view), UTC);
        Row row = contributions(Orders.spark(UTC), set, List.of("{\"at\":0}"))
                .first()
                .getStruct(1);
        assertEquals("abcde", row.getAs("d0"));
    }

    @Test
    void minusZeroIsZeroAndNotANumberStays() {
        ViewDefinition view =
                Orders.view("v", null, "1m", Map.of("d", "x"), "max(x * cast('NaN' as double))", "min(x)");
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, List.of(view), UTC);
        Row row = contributions(Orders.spark(UTC), set, List.of("{\"at\":0,\"x\":-0.0}"))
                .first()
                .getStruct(1);
        assertEquals(Double.doubleToRawLongBits(0.0), Double.doubleToRawLongBits(row.getAs("d0")));
        assertTrue(Double.isNaN(row.getAs("i0")));
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Europe/Berlin", "Asia/Kolkata"})
    void panesAreThoseOfTheDefinition(String zoneName) {
        ZoneId zone = ZoneId.of(zoneName);
        List<String> panes = List.of("1s", "1m", "15m", "1h", "1d");
        List<ViewDefinition> views = panes.stream()
                .map(pane -> Orders.view("p" + pane, null, pane, Map.of(), "count()"))
                .toList();
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, views, zone);
        Random random = new Random(7);
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            // Around the two days of the year 2026 on which Berlin changes its clocks.
            long day = (i % 2 == 0 ? Instant.parse("2026-03-28T12:00:00Z") : Instant.parse("2026-10-24T12:00:00Z"))
                    .toEpochMilli();
            events.add("{\"at\":" + (day + random.nextInt(86_400_000)) + "}");
        }
        Dataset<Row> found = contributions(Orders.spark(zone), set, events);
        for (Row row :
                found.select("record.event_time", "v0", "v1", "v2", "v3", "v4").collectAsList()) {
            for (int v = 0; v < panes.size(); v++) {
                Pane pane = set.views().get(v).pane();
                assertEquals(
                        pane.start(row.getInstant(0), zone),
                        row.getStruct(1 + v).getInstant(1),
                        () -> pane + " of " + row);
            }
        }
    }

    @Test
    void sparksCellsAreThePartialsOfTheSameInputs() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        ViewDefinition definition = Orders.view(
                "v",
                "text <> '0'",
                "1m",
                Map.of("region", "region"),
                "count()",
                "sum(n)",
                "sum(amount)",
                "sum(x)",
                "avg(n)",
                "avg(amount)",
                "avg(x)",
                "min(n)",
                "max(amount)",
                "min(x)",
                "max(region)",
                "max(at)",
                "count(n)",
                "count(tags)",
                "count(region)",
                "stddev(n)",
                "stddev(amount)",
                "stddev(x)",
                "stddev(0.1)",
                "first(n)",
                "last(n)",
                "first(region)",
                "last(amount)",
                "last(x)",
                "first(at)",
                "last(cast(at as date))",
                "approx_count_distinct(n)",
                "approx_count_distinct(cast(text as int))",
                "approx_count_distinct(n > 0)",
                "approx_count_distinct(region)",
                "approx_count_distinct(amount)",
                "approx_count_distinct(x)",
                "approx_count_distinct(cast(x as float))",
                "approx_count_distinct(at)",
                "approx_count_distinct(cast(at as date))",
                "approx_percentile(n, 0.5)",
                "approx_percentile(cast(text as int), 0.25)",
                "approx_percentile(amount, 0.95)",
                "approx_percentile(x, 0)",
                "approx_percentile(x / nullif(n, n) , 1)",
                "approx_top_k(cast(text as int), 2)",
                "approx_top_k(n > 0, 2)",
                "approx_top_k(region, 3)",
                "approx_top_k(round(amount / 1e7, 1), 3)",
                "approx_top_k(cast(round(amount / 1e7, 1) as decimal(5,1)), 3)",
                "approx_top_k(date_trunc('minute', at), 3)",
                "approx_top_k(cast(at as date), 3)",
                "approx_top_k(cast(null as string), 3)");
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, List.of(definition), UTC);
        View view = set.views().get(0);
        Dataset<Row> contributions = contributions(Orders.spark(UTC), set, randomEvents(new Random(seed)))
                .cache();
        Map<List<Object>, Object[]> expected = new HashMap<>();
        for (Row both : contributions.select("v0", "record").collectAsList()) {
            Row row = both.getStruct(0);
            if (row.getString(0).equals(Bucket.COUNTED.name())) {
                List<Object> inputs = values(row, 3, row.size());
                Contribution one = new Contribution(Bucket.COUNTED, 1, values(row, 2, 3), inputs);
                Occurrence at = occurrence(both.getStruct(1));
                expected.compute(
                        values(row, 1, 3), (key, cell) -> view.add(cell == null ? view.identity() : cell, one, at));
            }
        }
        List<Row> cells = Cells.of(Cells.groups(contributions.select("record.*", "v0.*"), view, List.of()), view)
                .collectAsList();
        assertEquals(expected.size(), cells.size());
        for (Row cell : cells) {
            Object[] partials = expected.get(values(cell, 0, 2));
            int column = 2;
            for (int m = 0; m < view.measures().size(); m++) {
                Measure measure = view.measures().get(m);
                int columns = measure.aggregate().stored().size();
                Object batch = measure.algebra().load(values(cell, column, column + columns));
                Object found = measure.algebra().finish(batch);
                Object speed = measure.algebra().finish(partials[m]);
                assertTrue(measure.algebra().agrees(partials[m], batch), () -> measure + ": " + speed + ", " + found);
                if (measure.aggregate().equality() == Equality.SKETCHES) {
                    assertEquals(speed, found, () -> measure + ", which is exact of few inputs");
                }
                column += columns;
            }
        }
    }

    private static Occurrence occurrence(Row record) {
        Position position =
                new Position(record.getAs("log_id"), record.<Integer>getAs("partition"), record.<Long>getAs("offset"));
        return new Occurrence(Micros.of(record.getAs("event_time")), position);
    }

    @Test
    void theStandardDeviationOfEqualNumbersIsZeroInBatchToo() {
        ViewDefinition definition = Orders.view("v", null, "1d", Map.of(), "stddev(x)");
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, List.of(definition), UTC);
        View view = set.views().get(0);
        List<String> events = Collections.nCopies(10, "{\"at\":0,\"x\":0.1}");
        Dataset<Row> contributions = contributions(Orders.spark(UTC), set, events);
        Row cell = Cells.of(Cells.groups(contributions.select("record.*", "v0.*"), view, List.of()), view)
                .first();
        Measure deviation = view.measures().get(0);
        Object batch = deviation.algebra().load(values(cell, 1, 4));
        Object more = deviation.algebra().add(batch, 0.1, new Occurrence(0, new Position("log", 0, 0)));
        assertEquals(0.0, deviation.algebra().finish(batch));
        assertEquals(0.0, deviation.algebra().finish(more));
    }

    private static List<String> randomEvents(Random random) {
        List<String> events = new ArrayList<>();
        for (int i = 0; i < 500; i++) {
            String region = random.nextInt(8) == 0 ? "null" : '"' + REGIONS.get(random.nextInt(REGIONS.size())) + '"';
            String n = random.nextInt(8) == 0 ? "null" : Long.toString(random.nextLong());
            String amount = random.nextInt(8) == 0 ? "null" : "\"" + (random.nextInt() / 100) + ".25\"";
            String x = random.nextInt(8) == 0 ? "null" : Double.toString(1 + random.nextDouble() * 1e6);
            // Events of equal times among them: the position decides which is first.
            int at = 10_000 * random.nextInt(18);
            events.add("{\"at\":%d,\"region\":%s,\"n\":%s,\"amount\":%s,\"x\":%s,\"text\":\"%d\"}"
                    .formatted(at, region, n, amount, x, random.nextInt(5)));
        }
        return events;
    }

    private static List<Object> values(Row row, int from, int to) {
        List<Object> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            values.add(row.get(i));
        }
        return values;
    }

    @Test
    void aMalformedEventContributesNothing() {
        ViewDefinition view = Orders.view("v", null, "1m", Map.of(), "count()");
        DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, List.of(view), UTC);
        Row row = contributions(Orders.spark(UTC), set, List.of("{")).first();
        assertNull(row.get(1));
        assertEquals(Duration.ofMinutes(1), view.pane().length());
    }
}
