package dev.tidemark.batch;

import io.delta.exceptions.DeltaConcurrentModificationException;
import io.delta.tables.DeltaTable;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/** Delta tables that are created before writers meet in them, and are written in few files. */
final class DeltaTables {

    private static final int ATTEMPTS = 10;

    private DeltaTables() {}

    /** Creates the table unless it exists; another process may do so at the same time. */
    static void create(
            SparkSession spark, Path table, StructType schema, String partition, Map<String, String> properties) {
        for (int attempt = 1; !DeltaTable.isDeltaTable(spark, table.toString()); attempt++) {
            try {
                createNow(spark, table, schema, partition, properties);
            } catch (DeltaConcurrentModificationException e) {
                // The other's table is as good as ours.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static void createNow(
            SparkSession spark, Path table, StructType schema, String partition, Map<String, String> properties) {
        var builder = DeltaTable.createIfNotExists(spark)
                .location(table.toString())
                .addColumns(schema)
                .partitionedBy(partition);
        properties.forEach(builder::property);
        builder.execute();
    }

    /** The table's rows. */
    static Dataset<Row> read(SparkSession spark, Path table) {
        return spark.read().format("delta").load(table.toString());
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
