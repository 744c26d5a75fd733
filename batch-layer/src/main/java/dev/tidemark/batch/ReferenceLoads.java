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
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
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
    record Loaded(String reference, long version, long rows, String content, boolean loaded) {}

    /**
     * Loads tables, as their places are now. What has been loaded already is not written again.
     *
     * @throws RefusedException with what is wrong with the first that cannot be loaded; those before it are
     */
    List<Loaded> load(List<ReferenceTable> tables) {
        List<Loaded> loaded = new ArrayList<>();
        tables.forEach(table -> loaded.add(load(table)));
        return loaded;
    }

    private Loaded load(ReferenceTable table) {
        ReferenceContent content = ReferenceContent.of(table, ReferencePlace.read(spark.get(), table));
        int written = Attempts.until(
                () -> {
                    boolean isThere = holds(table, content).isPresent();
                    if (!isThere) {
                        write(table, content);
                    }
                    return isThere;
                },
                "the table %s does not come to hold what %s does"
                        .formatted(deployment.warehouse().reference(table.name()), table.place()));
        long version = holds(table, content).orElseThrow().version();
        int rows = content.rows().size();
        progress.say(
                written > 0
                        ? "reference %s: version %d, %,d rows of %s"
                                .formatted(table.name(), version, rows, table.place())
                        : "reference %s: version %d holds what %s does"
                                .formatted(table.name(), version, table.place()));
        return new Loaded(table.name(), version, rows, content.identity(), written > 0);
    }

    private Optional<LoadedReference> holds(ReferenceTable table, ReferenceContent content) {
        return deployment.warehouse().loadedReference(table).filter(loaded -> loaded.load()
                .content()
                .equals(content.identity()));
    }

    private void write(ReferenceTable table, ReferenceContent content) {
        Path target = deployment.warehouse().reference(table.name());
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Load load = new Load(content.identity(), table, content.rows().size(), now);
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
            writer.option(DeltaCommits.KEEP_LOG, "false");
        }
        writer.save(target.toString());
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
