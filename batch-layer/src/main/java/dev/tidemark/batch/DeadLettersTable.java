package dev.tidemark.batch;

import dev.tidemark.deployment.DeltaCommits;
import dev.tidemark.deployment.Deployment;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The Delta table {@code dead_letters}. {@link DeadLetters} writes its rows of malformed records, {@link FailedEvents}
 * those of events that fail an expression of a view; neither touches the other's.
 *
 * @param path its folder, shared by all sources
 */
record DeadLettersTable(Path path) {

    /** Of a malformed record {@code view} and {@code day} are null. Columns that came later stand at the end. */
    private static final StructType SCHEMA = new StructType()
            .add("source", DataTypes.StringType)
            .add("topic", DataTypes.StringType)
            .add("log_id", DataTypes.StringType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("record_timestamp", DataTypes.TimestampType)
            .add("key", DataTypes.BinaryType)
            .add("value", DataTypes.BinaryType)
            .add("reason", DataTypes.StringType)
            .add("message", DataTypes.StringType)
            .add("archived_at", DataTypes.TimestampType)
            .add("view", DataTypes.StringType)
            .add("day", DataTypes.DateType);

    /** What partitions it. */
    static final String SOURCE = "source";

    static DeadLettersTable of(Deployment deployment) {
        return new DeadLettersTable(deployment.warehouse().deadLetters());
    }

    /** The commits of one of its writers. */
    DeltaCommits commits(String application) {
        return new DeltaCommits(path, application);
    }

    /** Creates it unless it exists, and adds the columns that a table of an earlier release lacks. */
    void prepare(SparkSession spark) {
        DeltaTables.create(path, SCHEMA, SOURCE, Map.of(DeltaCommits.KEEP_LOG, "false"));
        List<String> present = List.of(DeltaTables.read(spark, path).columns());
        if (!present.containsAll(List.of(SCHEMA.fieldNames()))) {
            none(spark)
                    .write()
                    .format("delta")
                    .mode("append")
                    .option("mergeSchema", "true")
                    .save(path.toString());
        }
    }

    /** No rows. */
    Dataset<Row> none(SparkSession spark) {
        return spark.createDataFrame(List.of(), SCHEMA);
    }

    /** Its columns, in order. */
    static Column[] columns() {
        return Arrays.stream(SCHEMA.fieldNames()).map(functions::col).toArray(Column[]::new);
    }
}
