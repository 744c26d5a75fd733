package dev.tidemark.benchmarks.byhand;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.SparkSession;

/**
 * What one would write without Tidemark: each statement over the well-formed events of a master dataset, which it sees as
 * the view {@code events}, into a Delta table by day. Prints the seconds that it took, Spark's start aside, as JSON.
 *
 * <p>Arguments: the master dataset, the folder for the tables, the files with the statements.
 */
public final class SqlAggregation {

    private SqlAggregation() {}

    public static void main(String[] args) throws IOException {
        Path out = Path.of(args[1]);
        List<Path> statements =
                java.util.Arrays.stream(args).skip(2).map(Path::of).toList();
        try (SparkSession spark = session()) {
            long began = System.nanoTime();
            spark.read().format("delta").load(args[0]).createOrReplaceTempView("master");
            spark.sql("SELECT event_time, event.* FROM master WHERE verdict = 'ok'")
                    .createOrReplaceTempView("events");
            for (Path statement : statements) {
                String name = statement.getFileName().toString().replace(".sql", "");
                spark.sql(Files.readString(statement))
                        .write()
                        .format("delta")
                        .partitionBy("day")
                        .save(out.resolve(name).toString());
            }
            System.out.printf(Locale.ROOT, "{\"seconds\": %.3f}%n", (System.nanoTime() - began) / 1e9);
        }
    }

    /** With the settings that the batch layer uses, which are none that a careful user would not find. */
    private static SparkSession session() {
        int cores = Runtime.getRuntime().availableProcessors();
        return SparkSession.builder()
                .appName("by hand")
                .master("local[*]")
                .config("spark.ui.enabled", "false")
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.sql.shuffle.partitions", 2 * cores)
                .config("spark.databricks.delta.snapshotPartitions", 1)
                .config("spark.sql.extensions", "io.delta.sql.DeltaSparkSessionExtension")
                .config("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog")
                .getOrCreate();
    }
}
