package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Json;
import io.delta.exceptions.ConcurrentTransactionException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * The dead letters that are malformed records, derived from the master dataset append by append. Each append's dead letters
 * are one commit, numbered as transactions of the source, so that they come in once, whoever brings them. Where all records
 * were judged again or an import was revoked, one commit replaces those of the source.
 *
 * @param master where they come from
 * @param table the table
 */
record DeadLetters(MasterDataset master, DeadLettersTable table) {

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

        /** Whether what is here has to be replaced: judged otherwise, or of an import that has been revoked. */
        boolean isPast(ArchiveCommit archived) {
            return isJudgedOtherwise(archived)
                    || !cut().importsBeyond(archived.cut()).isEmpty();
        }
    }

    static DeadLetters of(Deployment deployment, MasterDataset master) {
        return new DeadLetters(master, DeadLettersTable.of(deployment));
    }

    /**
     * Brings the table up to date with the master dataset; without Spark if it is.
     *
     * @return how many dead letters were written
     */
    long bringUpToDate(Supplier<SparkSession> spark) {
        Standing standing = standing();
        Optional<ArchiveCommit> newest = master.latest().map(MasterDataset.Version::commit);
        if (newest.filter(standing::isPast).isPresent()) {
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
        return table.commits(application())
                .latest()
                .map(commit -> new Standing(
                        commit.transaction(),
                        Optional.of(
                                Json.read(commit.metadata(), DeadLettersCommit.class, "a commit of " + table.path()))))
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
        String ofThisSource =
                "source = '%s' AND reason <> '%s'".formatted(master.source().name(), DeadLetter.EXPRESSION);
        Column all = Positions.within(newest.coverage(), Cut.NONE);
        write(spark, newest, all, before, writer -> writer.mode("overwrite").option("replaceWhere", ofThisSource));
    }

    private Standing write(
            SparkSession spark,
            ArchiveCommit archived,
            Column which,
            Standing before,
            UnaryOperator<DataFrameWriter<Row>> mode) {
        DeadLettersCommit commit = new DeadLettersCommit(master.source().name(), archived.cut(), archived.judgedBy());
        Standing after = new Standing(before.transaction() + 1, Optional.of(commit));
        Attempts.until(
                () -> {
                    table.prepare(spark);
                    Dataset<Row> rows = rows(spark, archived, which);
                    try {
                        mode.apply(DeltaTables.once(rows, application(), after.transaction(), Json.write(commit)))
                                .save(table.path().toString());
                    } catch (ConcurrentTransactionException e) {
                        // Another process has just written the same: appends are taken in their order by all.
                    }
                    return true;
                },
                "other processes always come first in writing " + table.path() + ": run it again");
        return after;
    }

    private Dataset<Row> rows(SparkSession spark, ArchiveCommit append, Column which) {
        Source source = master.source();
        return DeltaTables.read(spark, master.table())
                .where(col("verdict").equalTo(JudgedEvents.MALFORMED))
                .where(which)
                .withColumn("source", lit(source.name()))
                .withColumn("topic", lit(source.topic()))
                .withColumn("archived_at", lit(append.archivedAt()))
                .withColumn("view", lit(null).cast(DataTypes.StringType))
                .withColumn("day", lit(null).cast(DataTypes.DateType))
                .select(DeadLettersTable.columns())
                .coalesce(1);
    }
}
