package dev.tidemark.batch;

import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.compile.SparkTypes;
import dev.tidemark.deployment.DeltaCommits;
import dev.tidemark.deployment.DeltaCommits.Commit;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.LoadedReference;
import dev.tidemark.deployment.LoadedReference.Load;
import dev.tidemark.deployment.ReferenceTable;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Loads reference tables into the warehouse, each into a Delta table of ours with one version for each content. A version
 * is what definition sets name, so a load changes nothing of what runs or is published.
 */
final class ReferenceLoads {

    private static final String FOR_EVER = "interval 36500 days";

    /**
     * What keeps every version readable. Delta refuses to read one that is older than a week unless it is the newest, and
     * does not let deleted files stay longer than the log.
     */
    private static final Map<String, String> KEEP_VERSIONS = Map.of(
            DeltaCommits.KEEP_LOG,
            "false",
            "delta.logRetentionDuration",
            FOR_EVER,
            "delta.deletedFileRetentionDuration",
            FOR_EVER);

    private static final long NONE = -1;

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;

    ReferenceLoads(Deployment deployment, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.spark = spark;
        this.progress = progress;
    }

    /**
     * What a run did for one table.
     *
     * @param version the newest version after it
     * @param loaded whether the run made it; else that version had the content already
     */
    record Result(String reference, long version, long rows, String content, boolean loaded) {}

    /**
     * Loads tables, as their places are now. What has been loaded already is not written again.
     *
     * @throws RefusedException with what is wrong with the first that cannot be loaded; those before it are
     */
    List<Result> load(List<ReferenceTable> tables) {
        List<Result> loaded = new ArrayList<>();
        tables.forEach(table -> loaded.add(load(table)));
        return loaded;
    }

    private Result load(ReferenceTable table) {
        // What changes while it is read is newer than the load.
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        ReferenceContent content = ReferenceContent.of(table, ReferencePlace.read(spark.get(), table));
        long newest = versions(table).findFirst().map(LoadedReference::version).orElse(NONE);
        Load load = new Load(content.identity(), table, content.rows().size(), now);
        int written = Attempts.until(
                () -> {
                    keepVersions(table);
                    boolean isThere = since(newest, table, load).isPresent();
                    if (!isThere) {
                        write(table, content, load);
                    }
                    return isThere;
                },
                "the table %s does not come to hold what %s does"
                        .formatted(deployment.warehouse().reference(table.name()), table.place()));
        long version = since(newest, table, load).orElseThrow().version();
        progress.say(
                written > 0
                        ? "reference %s: version %d, %,d rows of %s"
                                .formatted(table.name(), version, load.rows(), table.place())
                        : "reference %s: version %d holds what %s does"
                                .formatted(table.name(), version, table.place()));
        return new Result(table.name(), version, load.rows(), load.content(), written > 0);
    }

    private Stream<LoadedReference> versions(ReferenceTable table) {
        return deployment.warehouse().loadedReferences(table.name());
    }

    /**
     * The version that has what a load is to write: the one that was the newest, or one that came after it. Whether another
     * load has written something else on top of it is none of its business.
     */
    private Optional<LoadedReference> since(long newest, ReferenceTable table, Load load) {
        return versions(table)
                .takeWhile(version -> version.version() >= newest)
                .filter(version -> version.isOf(table) && version.has(load.content()))
                .findFirst();
    }

    private void write(ReferenceTable table, ReferenceContent content, Load load) {
        Path target = deployment.warehouse().reference(table.name());
        long last = new DeltaCommits(target, LoadedReference.APPLICATION)
                .latest()
                .map(Commit::transaction)
                .orElse(0L);
        Dataset<Row> rows =
                spark.get().createDataFrame(content.rows(), schema(table)).coalesce(1);
        DataFrameWriter<Row> writer = DeltaTables.once(rows, LoadedReference.APPLICATION, last + 1, Json.write(load))
                .mode("overwrite")
                .option("overwriteSchema", "true");
        if (!DeltaTables.exists(target)) {
            writer.options(KEEP_VERSIONS);
        }
        writer.save(target.toString());
    }

    /** A table that exists is told too: an earlier release may have made it. */
    private void keepVersions(ReferenceTable table) {
        Path target = deployment.warehouse().reference(table.name());
        if (DeltaTables.exists(target)) {
            DeltaTables.set(spark.get(), target, KEEP_VERSIONS);
        }
    }

    private static StructType schema(ReferenceTable table) {
        StructType columns = new StructType();
        for (var column : new TreeMap<>(table.columns()).entrySet()) {
            columns = columns.add(column.getKey(), SparkTypes.of(column.getValue()));
        }
        return new StructType()
                .add(ReferenceRows.KEY, SparkTypes.of(table.keyType()))
                .add(ReferenceRows.VALID_FROM, DataTypes.TimestampType)
                .add(ReferenceRows.VALID_TO, DataTypes.TimestampType)
                .add(ReferenceRows.COLUMNS, columns);
    }
}
