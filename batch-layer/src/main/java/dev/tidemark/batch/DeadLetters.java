package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Json;
import io.delta.exceptions.ConcurrentTransactionException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The Delta table of malformed records, derived from the master dataset append by append. Each append's dead letters
 * are one commit, numbered as transactions of the source, so that they come in once, whoever brings them. Where all records
 * were judged again, one commit replaces those of the source.
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
     * @param judgedBy the identity of the schema and the judging rules that made them
     */
    record DeadLettersCommit(String source, Cut cut, String judgedBy) {}

    /** Where the table stands: the newest commit's transaction, and the commit; before the first, none. */
    private record Standing(long transaction, Optional<DeadLettersCommit> commit) {

        Cut cut() {
            return commit.map(DeadLettersCommit::cut).orElse(Cut.NONE);
        }

        /** Whether what is here was judged by other rules. */
        boolean isJudgedOtherwise(ArchiveCommit archived) {
            return commit.filter(here -> !archived.judgedBy().equals(here.judgedBy()))
                    .isPresent();
        }
    }

    static DeadLetters of(Deployment deployment, MasterDataset master) {
        return new DeadLetters(master, deployment.warehouse().deadLetters());
    }

    /**
     * Brings the table up to date with the master dataset; without Spark if it is.
     *
     * @return how many dead letters were written
     */
    long bringUpToDate(Supplier<SparkSession> spark) {
        Standing standing = standing();
        Optional<ArchiveCommit> newest = master.latest().map(MasterDataset.Version::commit);
        if (newest.filter(standing::isJudgedOtherwise).isPresent()) {
            replace(spark.get(), newest.get(), standing);
            return newest.get().malformedRecords();
        }
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
                        Optional.of(Json.read(commit.metadata(), DeadLettersCommit.class, "a commit of " + table))))
                .orElse(new Standing(0, Optional.empty()));
    }

    private String application() {
        return "tidemark.dead_letters." + master.source().name();
    }

    private Standing append(SparkSession spark, ArchiveCommit append, Standing before) {
        Column lacking = Positions.within(append.added(), before.cut());
        return write(spark, append, lacking, before, writer -> writer.mode("append"));
    }

    private void replace(SparkSession spark, ArchiveCommit newest, Standing before) {
        String ofThisSource = "source = '" + master.source().name() + "'";
        Column all = Positions.within(newest.coverage(), Cut.NONE);
        write(spark, newest, all, before, writer -> writer.mode("overwrite").option("replaceWhere", ofThisSource));
    }

    private Standing write(
            SparkSession spark,
            ArchiveCommit archived,
            Column which,
            Standing before,
            UnaryOperator<DataFrameWriter<Row>> mode) {
        DeltaTables.create(table, SCHEMA, "source", Map.of(DeltaCommits.KEEP_LOG, "false"));
        DeadLettersCommit commit = new DeadLettersCommit(master.source().name(), archived.cut(), archived.judgedBy());
        Standing after = new Standing(before.transaction() + 1, Optional.of(commit));
        Dataset<Row> rows = rows(spark, archived, which);
        try {
            mode.apply(DeltaTables.once(rows, application(), after.transaction(), Json.write(commit)))
                    .save(table.toString());
        } catch (ConcurrentTransactionException e) {
            // Another process has just written the same: appends are taken in their order by all.
        }
        return after;
    }

    private Dataset<Row> rows(SparkSession spark, ArchiveCommit append, Column which) {
        Source source = master.source();
        return DeltaTables.read(spark, master.table())
                .where(col("verdict").equalTo(JudgedEvents.MALFORMED))
                .where(which)
                .withColumn("source", lit(source.name()))
                .withColumn("topic", lit(source.topic()))
                .withColumn("archived_at", lit(append.askedAt()))
                .select(List.of(SCHEMA.fieldNames()).stream()
                        .map(org.apache.spark.sql.functions::col)
                        .toArray(Column[]::new))
                .coalesce(1);
    }
}
