package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Coverage;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Json;
import dev.tidemark.view.OffsetRanges.Range;
import io.delta.exceptions.ConcurrentTransactionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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
     * @param cut up to where the logs' dead letters are here
     */
    record DeadLettersCommit(String source, Cut cut) {}

    /** Where the table stands: the newest commit's transaction and cut. */
    private record Standing(long transaction, Cut cut) {}

    static DeadLetters of(Deployment deployment, MasterDataset master) {
        return new DeadLetters(master, deployment.warehouse().deadLetters());
    }

    /**
     * Brings the table up to date with the master dataset; without Spark if it is.
     *
     * @return how many dead letters were appended
     */
    long bringUpToDate(Supplier<SparkSession> spark) {
        Standing standing = standing();
        List<ArchiveCommit> lacking = new ArrayList<>(master.newestFirst()
                .map(MasterDataset.Version::commit)
                .takeWhile(commit -> commit.reachesBeyond(standing.cut()))
                .filter(commit -> commit.malformedAdded() > 0)
                .toList());
        Collections.reverse(lacking);
        Standing at = standing;
        for (ArchiveCommit append : lacking) {
            at = append(spark.get(), append, at);
        }
        return lacking.stream().mapToLong(ArchiveCommit::malformedAdded).sum();
    }

    private Standing standing() {
        return new DeltaCommits(table, application())
                .latest()
                .map(commit -> new Standing(
                        commit.transaction(),
                        Json.read(commit.metadata(), DeadLettersCommit.class, "a commit of " + table)
                                .cut()))
                .orElse(new Standing(0, Cut.NONE));
    }

    private String application() {
        return "tidemark.dead_letters." + master.source().name();
    }

    private Standing append(SparkSession spark, ArchiveCommit append, Standing before) {
        DeltaTables.create(table, SCHEMA, "source", Map.of(DeltaCommits.KEEP_LOG, "false"));
        Standing after = new Standing(before.transaction() + 1, append.cut());
        DeadLettersCommit commit = new DeadLettersCommit(master.source().name(), after.cut());
        try {
            DeltaTables.once(rows(spark, append, before.cut()), application(), after.transaction(), Json.write(commit))
                    .mode("append")
                    .save(table.toString());
        } catch (ConcurrentTransactionException e) {
            // Another process has just appended the same: appends are taken in their order by all.
        }
        return after;
    }

    private Dataset<Row> rows(SparkSession spark, ArchiveCommit append, Cut here) {
        Source source = master.source();
        return DeltaTables.read(spark, master.table())
                .where(col("verdict").equalTo(JudgedEvents.MALFORMED))
                .where(within(append.added(), here))
                .withColumn("source", lit(source.name()))
                .withColumn("topic", lit(source.topic()))
                .withColumn("archived_at", lit(append.askedAt()))
                .select(List.of(SCHEMA.fieldNames()).stream()
                        .map(org.apache.spark.sql.functions::col)
                        .toArray(Column[]::new))
                .coalesce(1);
    }

    /** The positions of {@code coverage} at or beyond {@code here}. */
    private static Column within(Coverage coverage, Cut here) {
        Column any = lit(false);
        for (var log : coverage.logs().entrySet()) {
            for (var partition : log.getValue().entrySet()) {
                for (Range range : partition.getValue().ranges()) {
                    any = any.or(col("log_id")
                            .equalTo(log.getKey())
                            .and(col("partition").equalTo(partition.getKey()))
                            .and(col("offset")
                                    .geq(Math.max(
                                            range.from(),
                                            here.of(log.getKey(), partition.getKey())
                                                    .orElse(0))))
                            .and(col("offset").lt(range.to())));
                }
            }
        }
        return any;
    }
}
