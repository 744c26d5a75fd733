package dev.tidemark.batch;

import dev.tidemark.deployment.AtomicFiles;
import dev.tidemark.deployment.DeltaLogFiles;
import dev.tidemark.view.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/** Delta tables that are created before writers meet in them, and are written in few files. */
final class DeltaTables {

    /** What readers and writers have to know: nothing beyond columns that may not be null. */
    private static final Map<String, Integer> PROTOCOL = Map.of("minReaderVersion", 1, "minWriterVersion", 2);

    private DeltaTables() {}

    /**
     * Creates the table unless it exists; another process may do so at the same time, or may have died over it. The
     * first commit is written as Delta's protocol has it: Delta's own {@code CREATE TABLE} refuses a folder in which
     * another process has just made the log, and a write of no rows makes every column nullable.
     */
    static void create(Path table, StructType schema, String partition, Map<String, String> properties) {
        create(table, schema, List.of(partition), properties);
    }

    /** The same of a table with other partition columns, or without. */
    static void create(Path table, StructType schema, List<String> partitions, Map<String, String> properties) {
        if (exists(table)) {
            return;
        }
        DeltaLogFiles log = new DeltaLogFiles(table);
        Map<String, ?> metadata = Map.of(
                "id", UUID.randomUUID().toString(),
                "format", Map.of("provider", "parquet", "options", Map.of()),
                "schemaString", schema.json(),
                "partitionColumns", partitions,
                "configuration", properties,
                "createdTime", System.currentTimeMillis());
        String actions = "%s\n%s\n"
                .formatted(Json.write(Map.of("protocol", PROTOCOL)), Json.write(Map.of("metaData", metadata)));
        try {
            // One that is left of a table that is gone would speak of that.
            Files.deleteIfExists(log.checksum(0));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        // Another's table is as good as ours.
        if (AtomicFiles.createIfAbsent(log.commit(0), actions)) {
            // Without it the first writer has Spark add up what a table without files holds, in several jobs.
            AtomicFiles.createIfAbsent(log.checksum(0), Json.write(checksum(metadata)) + "\n");
        }
    }

    static boolean exists(Path table) {
        return new DeltaLogFiles(table).versions().findAny().isPresent();
    }

    /** What Delta's protocol calls the version checksum, of a table without files. */
    private static Map<String, ?> checksum(Map<String, ?> metadata) {
        return Map.of(
                "tableSizeBytes",
                0,
                "numFiles",
                0,
                "numMetadata",
                1,
                "numProtocol",
                1,
                "setTransactions",
                List.of(),
                "domainMetadata",
                List.of(),
                "metadata",
                metadata,
                "protocol",
                PROTOCOL,
                "allFiles",
                List.of());
    }

    /** Sets properties of a table that exists, unless it has them. */
    static void set(SparkSession spark, Path table, Map<String, String> properties) {
        if (new DeltaLogFiles(table).properties().entrySet().containsAll(properties.entrySet())) {
            return;
        }
        String pairs = properties.entrySet().stream()
                .map(property -> "'%s' = '%s'".formatted(property.getKey(), property.getValue()))
                .collect(Collectors.joining(", "));
        String name = table.toString().replace("`", "``");
        spark.sql("ALTER TABLE delta.`%s` SET TBLPROPERTIES (%s)".formatted(name, pairs));
    }

    /** The table's rows. */
    static Dataset<Row> read(SparkSession spark, Path table) {
        return spark.read().format("delta").load(table.toString());
    }

    /** The table's rows as of a version. */
    static Dataset<Row> read(SparkSession spark, Path table, long version) {
        return spark.read().format("delta").option("versionAsOf", version).load(table.toString());
    }

    /** The rows, ready to be written as one file for each value of a column, or a few where that would be large. */
    static Dataset<Row> inFewFiles(Dataset<Row> rows, String column) {
        return rows.hint("rebalance", functions.col(column));
    }

    /**
     * A writer whose commit is done once: Delta ignores it silently if {@code application} has committed that
     * transaction or a later one.
     */
    static DataFrameWriter<Row> once(Dataset<Row> rows, String application, long transaction, String metadata) {
        return rows.write()
                .format("delta")
                .option("txnAppId", application)
                .option("txnVersion", transaction)
                .option("userMetadata", metadata);
    }
}
