package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.count_if;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_date;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.compile.Cells;
import dev.tidemark.compile.Contributions;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Bucket;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Computes the days of a plan in full from the master dataset and appends their cells, one segment a view and day. What
 * no publication names is not there for anyone, so a run that fails or loses leaves nothing behind that counts.
 */
final class Segments {

    /** The column that a table of segments has beside those of {@link Cells}: the segment's id. */
    static final String SEGMENT = "segment";

    private static final String EVENTS = "events";

    /** What becomes of a well-formed event. Only these are asked for: each is a comparison for each event and view. */
    private static final List<Bucket> OF_WELL_FORMED = List.of(Bucket.COUNTED, Bucket.FILTERED, Bucket.FAILED);

    private final Deployment deployment;
    private final SparkSession spark;
    private final SourcePlan.Work work;
    private final ArchivedEvents events;
    private final String run;

    /**
     * @param events what counts
     * @param run a short id that no other run has
     */
    Segments(Deployment deployment, SparkSession spark, SourcePlan.Work work, ArchivedEvents events, String run) {
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
        Dataset<Row> contributions = Contributions.of(events.on(spark, work.days()), work.views());
        List<Row> counts = counts(contributions).collectAsList();
        List<Map<LocalDate, SegmentRef>> written = InParallel.map(
                IntStream.range(0, views.size()).boxed().toList(),
                view -> references(append(contributions, view, views.get(view)), counts, view));
        Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>();
        for (int i = 0; i < written.size(); i++) {
            segments.put(views.get(i).name(), written.get(i));
        }
        long number = counts.stream().mapToLong(row -> row.getAs(EVENTS)).sum();
        return new Written(segments, number);
    }

    /** How many events there are, and how many fell into which bucket of which view, by day, log and partition. */
    private Dataset<Row> counts(Dataset<Row> contributions) {
        List<Column> counts = new ArrayList<>();
        for (int i = 0; i < work.views().views().size(); i++) {
            for (Bucket bucket : OF_WELL_FORMED) {
                Column fell = col(Contributions.column(i)).getField("bucket").equalTo(bucket.name());
                counts.add(count_if(fell).as(countOf(i, bucket)));
            }
        }
        return contributions
                .groupBy(col("record." + ArchivedEvents.DAY), col("record.log_id"), col("record.partition"))
                .agg(count(lit(1)).as(EVENTS), counts.toArray(Column[]::new));
    }

    private static String countOf(int view, Bucket bucket) {
        return Contributions.column(view) + "_" + bucket;
    }

    /** Appends a view's cells; how many there are comes back, by segment. */
    private Map<String, Long> append(Dataset<Row> contributions, int index, View view) {
        Path table = deployment.warehouse().segments(work.views(), view);
        DeltaTables.create(table, schema(view), SEGMENT, Map.of());
        Dataset<Row> cells = Cells.of(contributions, Contributions.column(index), view)
                // Panes never cross the midnight of a timezone, so a cell's day is its pane's.
                .withColumn(
                        SEGMENT,
                        concat(lit(view.name() + "."), to_date(col("pane")).cast("string"), lit("." + run)));
        DeltaTables.inFewFiles(cells, SEGMENT)
                .write()
                .format("delta")
                .mode("append")
                .option("userMetadata", run)
                .save(table.toString());
        return written(new DeltaLogFiles(table));
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

    private Map<LocalDate, SegmentRef> references(Map<String, Long> cells, List<Row> counts, int view) {
        Map<LocalDate, SegmentRef> references = new TreeMap<>();
        for (LocalDate day : work.days()) {
            String id = id(work.views().views().get(view), day);
            SegmentRef segment = new SegmentRef(id, cells.getOrDefault(id, 0L), buckets(counts, day, view));
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

    private static Map<String, Map<Integer, Map<Bucket, Long>>> buckets(List<Row> counts, LocalDate day, int view) {
        Map<String, Map<Integer, Map<Bucket, Long>>> buckets = new TreeMap<>();
        for (Row row : counts) {
            if (day.equals(row.getAs(ArchivedEvents.DAY))) {
                Map<Bucket, Long> found = new EnumMap<>(Bucket.class);
                for (Bucket bucket : OF_WELL_FORMED) {
                    long number = row.<Long>getAs(countOf(view, bucket));
                    if (number > 0) {
                        found.put(bucket, number);
                    }
                }
                requireAll(row, found);
                buckets.computeIfAbsent(row.getAs("log_id"), log -> new TreeMap<>())
                        .put(row.getAs("partition"), found);
            }
        }
        return buckets;
    }

    /** Each event falls into one bucket. */
    private static void requireAll(Row counts, Map<Bucket, Long> found) {
        long fell = found.values().stream().mapToLong(Long::longValue).sum();
        if (fell != counts.<Long>getAs(EVENTS)) {
            throw new IllegalStateException(
                    "of %d events %d fell into a bucket: %s".formatted(counts.<Long>getAs(EVENTS), fell, found));
        }
    }
}
