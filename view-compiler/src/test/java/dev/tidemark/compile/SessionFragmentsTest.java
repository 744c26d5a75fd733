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
import dev.tidemark.view.Cell;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Session;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import dev.tidemark.view.aggregate.Aggregate;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Fragments of sessions as Spark makes them, on the night when clocks go forward in Berlin. */
class SessionFragmentsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant FROM = Instant.parse("2026-03-28T18:00:00Z");
    private static final int EVENTS = 16;

    private final DefinitionSet set =
            ViewCompiler.resolve(Orders.SOURCE, List.of(definition(Duration.ofMinutes(30))), BERLIN);
    private final View view = set.views().get(0);
    private BothLayers layers;

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
        List<String> events = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
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
            events.add(event);
        }
        layers = BothLayers.of(set, events, FROM);
    }

    private Dataset<Row> contributions() {
        return layers.contributions();
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
        Map<String, Object[]> expected = sessions(layers.cells(0));
        for (long cut = 0; cut <= EVENTS; cut++) {
            Map<String, Object[]> found = sessions(layers.cells(cut));
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
