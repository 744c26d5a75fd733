package dev.tidemark.compile;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.session_window;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.view.Cell;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Session;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import dev.tidemark.view.aggregate.Aggregate;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fragments of sessions as Spark makes them, on the night when clocks go forward in Berlin. */
class SessionFragmentsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant FROM = Instant.parse("2026-03-28T18:00:00Z");
    private static final String LOG = "log";
    private static final int EVENTS = 16;
    private static final StructType KAFKA = new StructType()
            .add("log_id", DataTypes.StringType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("timestamp", DataTypes.TimestampType)
            .add("value", DataTypes.BinaryType);

    private final DefinitionSet set =
            ViewCompiler.resolve(Orders.SOURCE, List.of(definition(Duration.ofMinutes(30))), BERLIN);
    private final View view = set.views().get(0);
    private Dataset<Row> judged;
    private List<Row> streamed;

    /** A view with every measure. */
    private static ViewDefinition definition(Duration gap) {
        ViewDefinition panes = Orders.view(
                "visits",
                "text <> '0'",
                "1m",
                Map.of("region", "region"),
                "count()",
                "sum(n)",
                "avg(amount)",
                "min(x)",
                "max(at)",
                "stddev(n)",
                "first(n)",
                "last(amount)",
                "approx_count_distinct(n)",
                "approx_percentile(n, 0.5)",
                "approx_top_k(n, 2)",
                "sum(cast(text as int))");
        Map<String, String> dimensions = new LinkedHashMap<>(Map.of("region", "region"));
        dimensions.put("tens", "n div 10");
        return new ViewDefinition(
                panes.name(),
                panes.description(),
                panes.source(),
                panes.layers(),
                panes.where(),
                new Session("region", gap, 2),
                dimensions,
                panes.measures());
    }

    @BeforeEach
    void events() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Row> rows = new ArrayList<>();
        for (long offset = 0; offset < EVENTS; offset++) {
            // A step is half the gap, so that many events are exactly the gap apart.
            Instant at = FROM.plus(Duration.ofMinutes(15L * random.nextInt(40)));
            String event = "{\"at\":%d,\"region\":%s,\"n\":%d,\"x\":%s,\"amount\":\"%d.50\",\"text\":\"%s\"}"
                    .formatted(
                            at.toEpochMilli(),
                            random.nextInt(6) == 0 ? "null" : "\"eu\"",
                            random.nextInt(12),
                            random.nextInt(4) == 0 ? "null" : Double.toString(random.nextGaussian()),
                            random.nextInt(100),
                            List.of("0", "1", "2", "one").get(random.nextInt(4)));
            rows.add(RowFactory.create(LOG, 0, offset, FROM, event.getBytes(StandardCharsets.UTF_8)));
        }
        List<String> carried = List.of("log_id", "partition", "offset");
        judged = JudgedEvents.of(interpreting().createDataFrame(rows, KAFKA), Orders.SOURCE, carried, EarlierIds.NONE)
                .cache();
        streamed = Contributions.of(judged, set).orderBy("record.offset").collectAsList();
    }

    /** Compiling Spark's generated code for each cut takes longer than these few events take. */
    private static SparkSession interpreting() {
        SparkSession session = Orders.spark(BERLIN).newSession();
        Map.of(
                        "spark.sql.session.timeZone",
                        BERLIN.getId(),
                        "spark.sql.shuffle.partitions",
                        "1",
                        "spark.sql.codegen.wholeStage",
                        "false",
                        "spark.sql.codegen.factoryMode",
                        "NO_CODEGEN")
                .forEach(session.conf()::set);
        return session;
    }

    private Dataset<Row> contributions() {
        return Contributions.ofPassing(judged, view, true);
    }

    @Test
    void withinADayTheyAreWhatSessionWindowMakes() {
        Dataset<Row> counted = contributions().where(col("bucket").equalTo(Bucket.COUNTED.name()));
        List<String> expected = counted
                .withColumn("day", to_date(col("pane")))
                .groupBy(
                        col("d0"),
                        col("d1"),
                        col("day"),
                        session_window(col("pane"), "30 minutes").as("session"))
                .agg(count(lit(1)).as("events"), sum("i0").as("total"))
                .select("d0", "d1", "session.start", "session.end", "events", "total")
                .collectAsList()
                .stream()
                .map(Row::toString)
                .sorted()
                .toList();
        List<String> found = Cells.of(Cells.groups(contributions(), view, List.of()), view)
                .select(
                        col("d0"),
                        col("d1"),
                        col("first"),
                        col("last").plus(expr("interval 30 minutes")),
                        col("m0_count"),
                        col("m1_sum").cast("bigint"))
                .collectAsList()
                .stream()
                .map(Row::toString)
                .sorted()
                .toList();
        assertEquals(expected, found);
    }

    @Test
    void atEveryCutTheyJoinWithTheTailToTheSameSessions() {
        Map<String, Object[]> expected = sessions(tail(0));
        for (long cut = 0; cut <= EVENTS; cut++) {
            List<Cell> cells = tail(cut);
            cells.addAll(below(cut));
            Map<String, Object[]> found = sessions(cells);
            assertEquals(expected.keySet(), found.keySet(), "cut " + cut);
            for (String session : expected.keySet()) {
                for (int m = 0; m < view.measures().size(); m++) {
                    Aggregate<Object> algebra = view.measures().get(m).algebra();
                    Object one = expected.get(session)[m];
                    Object other = found.get(session)[m];
                    assertTrue(
                            algebra.agrees(one, other),
                            session + ", cut " + cut + ", " + view.measures().get(m) + ": " + algebra.finish(one)
                                    + " and " + algebra.finish(other));
                }
            }
        }
    }

    /** Spark's fragments of the events below a cut. */
    private List<Cell> below(long cut) {
        Dataset<Row> events = contributions().where(col("offset").lt(cut));
        List<Cell> cells = new ArrayList<>();
        for (Row row : Cells.of(Cells.groups(events, view, List.of()), view).collectAsList()) {
            int dimensions = 2 + view.dimensions().size();
            Object[] partials = new Object[view.measures().size()];
            int column = dimensions;
            for (int m = 0; m < partials.length; m++) {
                Measure measure = view.measures().get(m);
                int end = column + measure.aggregate().stored().size();
                partials[m] = measure.algebra().load(values(row, column, end));
                column = end;
            }
            cells.add(new Cell(
                    Micros.of(row.getInstant(0)), Micros.of(row.getInstant(1)), values(row, 2, dimensions), partials));
        }
        return cells;
    }

    /** The fragments that the stream makes of the events from a cut on. */
    private List<Cell> tail(long cut) {
        Tail tail = new Tail(set);
        LogPartition partition = new LogPartition(LOG, 0);
        tail.start(partition, cut, cut);
        for (Row row : streamed) {
            Row record = row.getStruct(0);
            long offset = record.getAs("offset");
            tail.add(new Increment(
                    new Position(LOG, 0, offset),
                    offset,
                    0,
                    Micros.of(record.getAs("event_time")),
                    List.of(contribution(row.getStruct(1)))));
        }
        List<Cell> cells = new ArrayList<>();
        tail.select(view.name(), Long.MIN_VALUE, Long.MAX_VALUE, cells::add);
        return cells;
    }

    private Contribution contribution(Row row) {
        Bucket bucket = Bucket.valueOf(row.getString(0));
        int inputs = 2 + view.dimensions().size();
        return bucket == Bucket.COUNTED
                ? new Contribution(
                        bucket, Micros.of(row.getInstant(1)), values(row, 2, inputs), values(row, inputs, row.size()))
                : Contribution.none(bucket);
    }

    private static List<Object> values(Row row, int from, int to) {
        List<Object> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            values.add(row.get(i));
        }
        return values;
    }

    private Map<String, Object[]> sessions(List<Cell> cells) {
        Map<List<Object>, List<Cell>> byKey = new HashMap<>();
        cells.forEach(cell -> byKey.computeIfAbsent(cell.dimensions(), key -> new ArrayList<>())
                .add(cell));
        Map<String, Object[]> sessions = new TreeMap<>();
        byKey.forEach((key, fragments) -> view.session()
                .orElseThrow()
                .join(fragments, BERLIN)
                .forEach(session -> {
                    Object[] partials =
                            session.fragments().stream().map(Cell::partials).reduce(view.identity(), view::merge);
                    sessions.put(key + " " + session.start() + " " + session.end(), partials);
                }));
        return sessions;
    }

    @Test
    void whatDoesNotCountIsInNoFragmentAndInAGroupAllTheSame() {
        List<Row> groups =
                Cells.groups(contributions(), view, List.of("partition")).collectAsList();
        long counted = contributions()
                .where(col("bucket").equalTo(Bucket.COUNTED.name()))
                .count();
        long failed = contributions().count() - counted;
        assertEquals(counted, events(groups, null));
        assertEquals(failed, events(groups, Bucket.FAILED.name()));
        assertTrue(
                groups.stream().filter(row -> row.getAs(Cells.BUCKET) != null).count() <= 1, groups::toString);
    }

    private static long events(List<Row> groups, String bucket) {
        return groups.stream()
                .filter(row -> Objects.equals(bucket, row.getAs(Cells.BUCKET)))
                .mapToLong(row -> row.<Long>getAs(Cells.EVENTS))
                .sum();
    }
}
