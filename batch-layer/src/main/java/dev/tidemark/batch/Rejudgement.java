package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.Problem;
import dev.tidemark.view.Json;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Judges all of a master dataset again, by the schema and the rules that the files now state: the verdicts, event times
 * and decoded fields are what they would be if the bytes were archived today. Bytes and positions stay. One commit
 * replaces all rows, so that readers see the one judgement or the other.
 */
final class Rejudgement {

    private final Deployment deployment;
    private final MasterDataset master;
    private final Supplier<SparkSession> spark;
    private final Progress progress;

    Rejudgement(Deployment deployment, MasterDataset master, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.master = master;
        this.spark = spark;
        this.progress = progress;
    }

    /**
     * Judges again, if {@code last} was judged otherwise.
     *
     * @return the newest append afterwards
     * @throws InvalidDeploymentException if the present schema cannot read what was archived
     * @throws LostRaceException if another process has appended meanwhile
     */
    Version bringUpToDate(Version last) {
        if (master.isJudgedAsNow(last.commit())) {
            return last;
        }
        List<Problem> problems = Evolution.problems(deployment, master.source(), last.commit());
        if (!problems.isEmpty()) {
            throw new InvalidDeploymentException(problems);
        }
        progress.say("%s: the schema or the judging rules have changed; judging what is archived again"
                .formatted(master.source().name()));
        Dataset<Row> rows = master.judgedAgain(spark.get(), last.commit()).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            return commit(last, rows);
        } finally {
            rows.unpersist();
        }
    }

    private Version commit(Version last, Dataset<Row> rows) {
        Map<String, AppendCounts> counts = AppendCounts.byLog(rows);
        ArchiveCommit commit = last.commit().judgedAgain(UUID.randomUUID().toString(), master.judgedBy(), counts);
        master.commit(
                last.number(),
                commit.run(),
                DeltaTables.once(
                                DeltaTables.inFewFiles(rows, MasterDataset.DAY),
                                master.application(),
                                last.number() + 1,
                                Json.write(commit))
                        .mode("overwrite")
                        .option("overwriteSchema", "true")
                        .partitionBy(MasterDataset.DAY));
        progress.say("%s: judged %,d records again, %d of them malformed (%d before)"
                .formatted(
                        master.source().name(),
                        commit.records(),
                        commit.malformedRecords(),
                        last.commit().malformedRecords()));
        return master.latest().orElseThrow();
    }
}
