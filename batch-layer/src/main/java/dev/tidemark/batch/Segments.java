package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.compile.Cells;
import dev.tidemark.compile.Contributions;
import dev.tidemark.compile.MergedCells;
import dev.tidemark.deployment.DeltaLogFiles;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Bucket;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Observation;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Computes the days of a plan from the master dataset, in full or what is new of them, and appends their cells, one segment a view and day. What
 * no publication names is not there for anyone, so a run that fails or loses leaves nothing behind that counts.
 */
final class Segments {

    /** The column that a table of segments has beside those of {@link Cells}: the segment's id. */
    static final String SEGMENT = "segment";

    /** For so many days to go through another shuffle takes longer than to read some files more. */
    private static final int FEW_DAYS = 8;

    private final Deployment deployment;
    private final SparkSession spark;
    private final SourcePlan.Work work;
    private final CountedEvents events;
    private final String run;

    /**
     * @param events what counts
     * @param run a short id that no other run has
     */
    Segments(Deployment deployment, SparkSession spark, SourcePlan.Work work, CountedEvents events, String run) {
        this.deployment = deployment;
        this.spark = spark;
        this.work = work;
        this.events = events;
        this.run = run;
    }

    /**
     * What was written.
     *
     * @param segments the new segments by view and day
     * @param events how many well-formed events were read
     */
    record Written(Map<String, Map<LocalDate, SegmentRef>> segments, long events) {

        static final Written NOTHING = new Written(Map.of(), 0);

        /** Both, of different views. */
        Written plus(Written other) {
            Map<String, Map<LocalDate, SegmentRef>> all = new TreeMap<>(segments);
            all.putAll(other.segments);
            return new Written(all, events + other.events);
        }

        long cells() {
            return segments.values().stream()
                    .flatMap(days -> days.values().stream())
                    .mapToLong(SegmentRef::cells)
                    .sum();
        }
    }

    /** Computes and writes. */
    Written write() {
        List<View> views = work.views().views();
        // Read anew for each view: to keep what is read costs more than reading it, in memory and in time.
        Dataset<Row> judged = events.on(spark, work.days());
        Optional<Dataset<Row>> aside =
                events.setsAside() ? Optional.of(events.aside(spark, work.days())) : Optional.empty();
        AtomicReference<EventTotals> totals = new AtomicReference<>();
        Map<View, Appended> appended = new ConcurrentHashMap<>();
        List<Runnable> parts = new ArrayList<>();
        List<View> filtering =
                views.stream().filter(view -> view.definition().filters()).toList();
        parts.add(() -> totals.set(EventTotals.of(events.enriched(judged, filtering), work.views(), aside)));
        views.forEach(
                view -> parts.add(() -> appended.put(view, append(events.enriched(judged, List.of(view)), view))));
        InParallel.run(parts);
        Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>();
        for (int i = 0; i < views.size(); i++) {
            Appended cells = appended.get(views.get(i));
            segments.put(
                    views.get(i).name(),
                    references(views.get(i), cells, totals.get().buckets(i, cells.observed())));
        }
        return new Written(segments, totals.get().all());
    }

    /**
     * A view's cells, appended.
     *
     * @param cells how many there are, by segment
     * @param observed what {@link EventTotals} observes of the view's groups
     */
    private record Appended(Map<String, Long> cells, Observation observed) {}

    private Appended append(Dataset<Row> judged, View view) {
        Path table = deployment.warehouse().segments(work.views(), view);
        DeltaTables.create(table, schema(view), SEGMENT, Map.of());
        Dataset<Row> groups =
                Cells.groups(Contributions.ofPassing(judged, view, events.haveShortTexts()), view, EventTotals.KEY);
        // Neither panes nor fragments cross the midnight of a timezone, so a cell's day is that of its start.
        Column day = to_date(col(Cells.start(view))).cast("string");
        Column segment = concat(lit(view.name() + "."), day, lit("." + run));
        Observation observed = new Observation();
        Dataset<Row> all = EventTotals.observed(gathered(groups.withColumn(SEGMENT, segment)), observed);
        mergedWithBase(Cells.of(all, view, SEGMENT), view, segment)
                .write()
                .format("delta")
                .mode("append")
                .option("userMetadata", run)
                .save(table.toString());
        return new Appended(written(new DeltaLogFiles(table)), observed);
    }

    private Dataset<Row> mergedWithBase(Dataset<Row> cells, View view, Column segment) {
        Set<String> base = work.days().stream()
                .flatMap(day -> work.base().segment(view.name(), day).stream())
                .filter(before -> before.cells() > 0)
                .map(SegmentRef::id)
                .collect(Collectors.toSet());
        if (base.isEmpty()) {
            return cells;
        }
        SegmentsTable table = new SegmentsTable(deployment.warehouse().segments(work.views(), view), view);
        Dataset<Row> before = table.read(spark, base).withColumn(SEGMENT, segment);
        return gathered(MergedCells.of(cells.unionByName(before), work.views(), view, SEGMENT));
    }

    /** Each task writes a file for each day that it has something of; where that would be many, a day goes to few tasks. */
    private Dataset<Row> gathered(Dataset<Row> groups) {
        return work.days().size() > FEW_DAYS ? DeltaTables.inFewFiles(groups, SEGMENT) : groups;
    }

    /** What the append's own commit says that it holds; Delta makes none for an append without rows. */
    private Map<String, Long> written(DeltaLogFiles log) {
        Map<String, Long> cells = new HashMap<>();
        log.versions()
                .filter(version -> log.metadata(version).equals(run))
                .findFirst()
                .ifPresent(version -> log.actions(version, "add")
                        .forEach(file -> cells.merge(
                                file.path("partitionValues").path(SEGMENT).asText(), rows(file), Long::sum)));
        return cells;
    }

    private static long rows(JsonNode file) {
        return DeltaLogFiles.parse(file.path("stats").asText("{}"))
                .path("numRecords")
                .asLong();
    }

    /** The columns of a table of segments. */
    static StructType schema(View view) {
        StructType schema = new StructType().add(SEGMENT, DataTypes.StringType);
        for (StructField column : Cells.schema(view).fields()) {
            schema = schema.add(column);
        }
        return schema;
    }

    /** Unique in the whole warehouse: whoever keeps segments keeps them by their id alone. */
    private String id(View view, LocalDate day) {
        return view.name() + "." + day + "." + run;
    }

    private Map<LocalDate, SegmentRef> references(
            View view, Appended appended, Map<LocalDate, Map<String, Map<Integer, Map<Bucket, Long>>>> buckets) {
        Map<LocalDate, SegmentRef> references = new TreeMap<>();
        for (LocalDate day : work.days()) {
            String id = id(view, day);
            long cells = appended.cells().getOrDefault(id, 0L);
            Map<String, Map<Integer, Map<Bucket, Long>>> counted = buckets.getOrDefault(day, Map.of());
            SegmentRef segment = work.base()
                    .segment(view.name(), day)
                    .map(before -> new SegmentRef(id, cells, before.bucketsAnd(counted)))
                    .orElseGet(() -> new SegmentRef(id, cells, counted));
            requireWritten(segment);
            references.put(day, segment);
        }
        return references;
    }

    /** A publication must not name what is not there. */
    private static void requireWritten(SegmentRef segment) {
        boolean counted = segment.buckets().values().stream()
                .flatMap(partitions -> partitions.values().stream())
                .anyMatch(buckets -> buckets.containsKey(Bucket.COUNTED));
        if (counted != segment.cells() > 0) {
            throw new IllegalStateException("segment " + segment.id() + " should " + (counted ? "" : "not ")
                    + "have cells, but its table's log says that " + segment.cells()
                    + " were written (leave spark.databricks.delta.stats.collect on)");
        }
    }
}
