package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.compile.Cells;
import dev.tidemark.compile.Contributions;
import dev.tidemark.schema.Bucket;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.View;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import scala.concurrent.Await;
import scala.concurrent.duration.FiniteDuration;

/**
 * How many events a run reads, and how many of them pass each view's filter, by day and partition. What then still fails
 * is taken down while a view's cells are written; what is left counts.
 */
final class EventTotals {

    /** By which events are told apart. */
    static final List<String> KEY = List.of(CountedEvents.DAY, "log_id", "partition");

    private static final String EVENTS = "events";
    private static final String COUNTED = "counted";
    private static final String UNCOUNTED = "uncounted";

    private static final FiniteDuration PATIENCE = FiniteDuration.apply(5, TimeUnit.MINUTES);

    private final Map<Place, Totals> totals;
    private final Map<Place, Map<Bucket, Long>> aside;

    private EventTotals(Map<Place, Totals> totals, Map<Place, Map<Bucket, Long>> aside) {
        this.totals = totals;
        this.aside = aside;
    }

    /** Where events are told apart. */
    private record Place(LocalDate day, String log, int partition) {

        static Place of(Row row) {
            LocalDate day = LocalDate.ofEpochDay(row.getAs(CountedEvents.DAY));
            return new Place(day, row.getAs("log_id"), row.getAs("partition"));
        }
    }

    /**
     * The totals of a place.
     *
     * @param events all events
     * @param views what the filters of views make of them, by view
     */
    private record Totals(long events, List<Filtering> views) {}

    /**
     * What a view's filter makes of events.
     *
     * @param passing how many pass it
     * @param failing on how many it fails
     */
    private record Filtering(long passing, long failing) {}

    /**
     * Counts events.
     *
     * @param judged those that views are to count
     * @param aside those that none is to count, as {@link CountedEvents#aside} has them; empty if there are none
     */
    static EventTotals of(Dataset<Row> judged, DefinitionSet set, Optional<Dataset<Row>> aside) {
        List<View> views = set.views();
        List<Column> counts = new ArrayList<>();
        for (int i = 0; i < views.size(); i++) {
            if (views.get(i).definition().filters()) {
                Column passes = col(Contributions.column(i));
                counts.add(count_if(passes).as(passing(i)));
                counts.add(count_if(passes.isNull()).as(failing(i)));
            }
        }
        Map<Place, Totals> totals = new HashMap<>();
        Contributions.passing(judged, set)
                .groupBy(columns(KEY))
                .agg(count(lit(1)).as(EVENTS), counts.toArray(Column[]::new))
                .collectAsList()
                .forEach(row -> totals.put(Place.of(row), totals(row, views)));
        return new EventTotals(totals, aside.map(EventTotals::aside).orElse(Map.of()));
    }

    private static Map<Place, Map<Bucket, Long>> aside(Dataset<Row> events) {
        Map<Place, Map<Bucket, Long>> counts = new HashMap<>();
        List<String> key = new ArrayList<>(KEY);
        key.add(CountedEvents.ASIDE);
        events.groupBy(columns(key))
                .agg(count(lit(1)).as(EVENTS))
                .collectAsList()
                .forEach(row -> counts.computeIfAbsent(Place.of(row), place -> new EnumMap<>(Bucket.class))
                        .put(Bucket.valueOf(row.getAs(CountedEvents.ASIDE)), row.getAs(EVENTS)));
        return counts;
    }

    private static Totals totals(Row row, List<View> views) {
        long events = row.getAs(EVENTS);
        List<Filtering> filtering = new ArrayList<>();
        for (int i = 0; i < views.size(); i++) {
            boolean filters = views.get(i).definition().filters();
            filtering.add(
                    filters ? new Filtering(row.getAs(passing(i)), row.getAs(failing(i))) : new Filtering(events, 0));
        }
        return new Totals(events, filtering);
    }

    private static String passing(int view) {
        return Contributions.column(view) + "_passing";
    }

    private static String failing(int view) {
        return Contributions.column(view) + "_failing";
    }

    private static Column[] columns(List<String> names) {
        return names.stream().map(functions::col).toArray(Column[]::new);
    }

    /** All events. */
    long all() {
        return totals.values().stream().mapToLong(Totals::events).sum();
    }

    /**
     * The groups, of which {@code observation} takes down what {@link #buckets} asks for while they are written.
     *
     * @param groups a view's, as {@link Cells#groups} makes them by {@link #KEY}
     */
    static Dataset<Row> observed(Dataset<Row> groups, Observation observation) {
        List<String> place = new ArrayList<>(KEY);
        place.addAll(List.of(Cells.BUCKET, Cells.EVENTS));
        Column counts = col(Cells.BUCKET).isNull();
        return groups.observe(
                observation,
                sum(when(counts, col(Cells.EVENTS))).as(COUNTED),
                collect_list(when(functions.not(counts), struct(columns(place))))
                        .as(UNCOUNTED));
    }

    /**
     * How many events fell into which bucket of a view, by day, log and partition.
     *
     * @param view the view's place in its definition set
     * @param observed what was observed of the view's groups
     * @throws IllegalStateException if the groups are not of these events
     */
    Map<LocalDate, Map<String, Map<Integer, Map<Bucket, Long>>>> buckets(int view, Observation observed) {
        Row metrics = metrics(observed);
        // Of a query without any rows Spark observes nothing.
        boolean some = metrics.length() > 0;
        Map<Place, Map<Bucket, Long>> found = new HashMap<>();
        totals.forEach((place, total) -> found.put(place, buckets(total, view)));
        List<Row> uncounted = some ? metrics.getList(metrics.fieldIndex(UNCOUNTED)) : List.of();
        for (Row row : uncounted) {
            Map<Bucket, Long> place = found.computeIfAbsent(Place.of(row), EventTotals::unknown);
            long number = row.getAs(Cells.EVENTS);
            place.merge(Bucket.valueOf(row.getAs(Cells.BUCKET)), number, Long::sum);
            place.merge(Bucket.COUNTED, -number, Long::sum);
        }
        Long inCells = some ? metrics.getAs(COUNTED) : null;
        requireAll(found, inCells == null ? 0 : inCells);
        aside.forEach((place, events) ->
                found.computeIfAbsent(place, key -> new EnumMap<>(Bucket.class)).putAll(events));
        return byDay(found);
    }

    /** As if all that passes counted. */
    private static Map<Bucket, Long> buckets(Totals total, int view) {
        Filtering filtering = total.views().get(view);
        Map<Bucket, Long> buckets = new EnumMap<>(Bucket.class);
        buckets.put(Bucket.COUNTED, filtering.passing());
        buckets.put(Bucket.FAILED, filtering.failing());
        buckets.put(Bucket.FILTERED, total.events() - filtering.passing() - filtering.failing());
        return buckets;
    }

    /** Spark tells of it after the write, on a queue that drops what it cannot hold. */
    private static Row metrics(Observation observed) {
        try {
            return Await.result(observed.future(), PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        } catch (TimeoutException e) {
            throw new IllegalStateException(
                    "Spark has not said within %s what it has written; run it again with a greater".formatted(PATIENCE)
                            + " spark.scheduler.listenerbus.eventqueue.capacity",
                    e);
        }
    }

    private static Map<Bucket, Long> unknown(Place place) {
        throw new IllegalStateException("there are no events of " + place);
    }

    /** Each event falls into one bucket, and those that count are in cells. */
    private static void requireAll(Map<Place, Map<Bucket, Long>> found, long inCells) {
        long counted = found.values().stream()
                .mapToLong(buckets -> buckets.get(Bucket.COUNTED))
                .sum();
        boolean negative = found.values().stream().anyMatch(buckets -> buckets.get(Bucket.COUNTED) < 0);
        if (negative || counted != inCells) {
            throw new IllegalStateException(
                    "%d events should count, and %d are in cells: %s".formatted(counted, inCells, found));
        }
    }

    private static Map<LocalDate, Map<String, Map<Integer, Map<Bucket, Long>>>> byDay(
            Map<Place, Map<Bucket, Long>> found) {
        Map<LocalDate, Map<String, Map<Integer, Map<Bucket, Long>>>> days = new TreeMap<>();
        found.forEach((place, buckets) -> {
            buckets.values().removeIf(number -> number == 0);
            days.computeIfAbsent(place.day(), day -> new TreeMap<>())
                    .computeIfAbsent(place.log(), log -> new TreeMap<>())
                    .put(place.partition(), buckets);
        });
        return days;
    }
}
