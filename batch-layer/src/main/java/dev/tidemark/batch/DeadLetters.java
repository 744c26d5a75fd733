package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Coverage;
import dev.tidemark.view.Json;
import dev.tidemark.view.OffsetRanges.Range;
import io.delta.exceptions.ConcurrentTransactionException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The Delta table of malformed records, derived from the master dataset append by append. Each append's dead letters
 * are one commit under the append's version as transaction, so that they come in once, whoever brings them.
 *
 * @param master where they come from
 * @param table the table's folder, shared by all sources
 */
record DeadLetters(MasterDataset master, Path table) {

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
            .add("archived_at", DataTypes.TimestampType);

    /**
     * What a commit of dead letters says of itself.
     *
     * @param source the source
     * @param archiveVersion the version of the master table up to which its dead letters are here
     * @param total how many there are
     */
    record DeadLettersCommit(String source, long archiveVersion, long total) {}

    static DeadLetters of(Deployment deployment, MasterDataset master) {
        return new DeadLetters(master, deployment.warehouse().deadLetters());
    }

    /**
     * Brings the table up to date with the master dataset; without Spark if it is.
     *
     * @return how many dead letters were appended
     */
    long bringUpToDate(Supplier<SparkSession> spark) {
        Optional<DeadLettersCommit> last = last();
        long before = last.map(DeadLettersCommit::total).orElse(0L);
        if (total() == before) {
            return 0;
        }
        long total = before;
        for (MasterDataset.Version version :
                master.after(last.map(DeadLettersCommit::archiveVersion).orElse(-1L))) {
            if (version.commit().malformedAdded() > 0) {
                total += version.commit().malformedAdded();
                append(spark.get(), version, total);
            }
        }
        return total - before;
    }

    private Optional<DeadLettersCommit> last() {
        return new DeltaCommits(table, application())
                .latest()
                .map(commit -> Json.read(commit.metadata(), DeadLettersCommit.class, "a commit of " + table));
    }

    private long total() {
        return master.latest()
                .map(newest -> newest.commit().malformed().values().stream()
                        .flatMap(partitions -> partitions.values().stream())
                        .mapToLong(Long::longValue)
                        .sum())
                .orElse(0L);
    }

    private String application() {
        return "tidemark.dead_letters." + master.source().name();
    }

    private void append(SparkSession spark, MasterDataset.Version version, long total) {
        DeltaTables.create(table, SCHEMA, "source", Map.of(DeltaCommits.KEEP_LOG, "false"));
        DeadLettersCommit commit = new DeadLettersCommit(master.source().name(), version.number(), total);
        try {
            DeltaTables.once(rows(spark, version.commit()), application(), version.number(), Json.write(commit))
                    .mode("append")
                    .save(table.toString());
        } catch (ConcurrentTransactionException e) {
            // Another process has just appended the same: versions are taken in their order by all.
        }
    }

    private Dataset<Row> rows(SparkSession spark, ArchiveCommit append) {
        Source source = master.source();
        return DeltaTables.read(spark, master.table())
                .where(col("verdict").equalTo(JudgedEvents.MALFORMED))
                .where(within(append.added()))
                .withColumn("source", lit(source.name()))
                .withColumn("topic", lit(source.topic()))
                .withColumn("archived_at", lit(append.askedAt()))
                .select(List.of(SCHEMA.fieldNames()).stream()
                        .map(org.apache.spark.sql.functions::col)
                        .toArray(Column[]::new))
                .coalesce(1);
    }

    private static Column within(Coverage coverage) {
        Column any = lit(false);
        for (var log : coverage.logs().entrySet()) {
            for (var partition : log.getValue().entrySet()) {
                for (Range range : partition.getValue().ranges()) {
                    any = any.or(col("log_id")
                            .equalTo(log.getKey())
                            .and(col("partition").equalTo(partition.getKey()))
                            .and(col("offset").geq(range.from()))
                            .and(col("offset").lt(range.to())));
                }
            }
        }
        return any;
    }
}
