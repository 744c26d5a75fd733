package dev.tidemark.batch;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Appends the sources' topics to the master dataset. Each append continues where the last one's commit says that it
 * ended, and commits where it ended itself together with its rows.
 */
final class Archive {

    private final Deployment deployment;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final boolean acceptMissing;

    /**
     * @param spark asked only when there is something to append
     * @param acceptMissing whether to go on where retention has deleted records before they were archived
     */
    Archive(Deployment deployment, Supplier<SparkSession> spark, Progress progress, boolean acceptMissing) {
        this.deployment = deployment;
        this.spark = spark;
        this.progress = progress;
        this.acceptMissing = acceptMissing;
    }

    /**
     * What one run did for one source.
     *
     * @param source the source
     * @param version the version of the master table; -1 if there is none
     * @param records how many records were appended
     * @param malformed how many of them are malformed
     * @param deadLetters how many dead letters were appended
     * @param cut up to where the logs are archived
     * @param seconds how long it took
     */
    record Archived(
            String source, long version, long records, long malformed, long deadLetters, Cut cut, double seconds) {}

    /**
     * One append for each source with new records. A source that cannot be archived does not keep the others from it;
     * of several failures the gravest is thrown, the others with it as suppressed ones.
     *
     * @throws RefusedException if a source's log is not what was archived before
     * @throws UnavailableException if the broker does not answer
     * @throws LostRaceException if another process has appended the same records
     * @throws InvalidDeploymentException if a source's schema cannot read what was archived
     */
    List<Archived> run() {
        List<Archived> done = new ArrayList<>();
        ArchiveFailures failures = new ArchiveFailures();
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            for (Source source : deployment.sources()) {
                if (!deployment.isArchived(source.name())) {
                    progress.say(source.name() + ": not archived, since the stream alone computes its views");
                    continue;
                }
                try {
                    done.add(archive(admin, source));
                } catch (Exception e) {
                    failures.add(e);
                }
            }
        }
        failures.throwGravest();
        return done;
    }

    private Archived archive(Admin admin, Source source) {
        Stopwatch watch = new Stopwatch();
        MasterDataset master = MasterDataset.of(deployment, source);
        DeadLetters deadLetters = DeadLetters.of(deployment, master);
        Optional<MasterDataset.Version> last = master.latest();
        Cut archived = last.map(version -> version.commit().cut()).orElse(Cut.NONE);
        LogSpan span = LogSpan.of(admin, source.topic());
        Map<Integer, Long> counted = archived.ofTopics().logs().isEmpty()
                ? FirstIncrements.of(deployment, source, span.log(), admin)
                : Map.of();
        NewRecords records = NewRecords.since(archived, source, span, counted);
        last = last.map(new Rejudgement(deployment, master, spark, progress)::bringUpToDate);
        long repaired = deadLetters.bringUpToDate(spark);
        if (records.isNothing()) {
            progress.say(source.name() + ": nothing new");
            return archived(source, last, 0, 0, repaired, watch);
        }
        if (!acceptMissing) {
            records.requireComplete(source);
        }
        return append(admin, master, deadLetters, last, records, repaired, watch);
    }

    private Archived append(
            Admin admin,
            MasterDataset master,
            DeadLetters deadLetters,
            Optional<MasterDataset.Version> last,
            NewRecords records,
            long repaired,
            Stopwatch watch) {
        Source source = master.source();
        tellBefore(source, records);
        AppendCounts counts = write(admin, master, last, records);
        progress.reached(Stage.ARCHIVED);
        long letters = repaired + deadLetters.bringUpToDate(spark);
        Optional<MasterDataset.Version> now = master.latest();
        progress.say("%s: archived %,d records of %d days, %d of them malformed, in version %d"
                .formatted(
                        source.name(),
                        counts.records(),
                        counts.eventsByDay().size(),
                        counts.malformedRecords(),
                        now.orElseThrow().number()));
        return archived(source, now, counts.records(), counts.malformedRecords(), letters, watch);
    }

    private void tellBefore(Source source, NewRecords records) {
        if (!records.lost().isEmpty()) {
            progress.say("%s: going on without %s, which retention has deleted"
                    .formatted(source.name(), records.describeLost()));
        }
        progress.say("%s: reading %,d offsets of %d partitions"
                .formatted(source.name(), records.offsets(), records.from().size()));
    }

    private AppendCounts write(
            Admin admin, MasterDataset master, Optional<MasterDataset.Version> last, NewRecords records) {
        master.create();
        String run = UUID.randomUUID().toString();
        Lookback lookback = Lookback.of(admin, master.source(), records, last.map(MasterDataset.Version::commit));
        Dataset<Row> judged = master.rows(
                KafkaRecords.read(
                        spark.get(),
                        deployment,
                        master.source().topic(),
                        lookback.starts(),
                        records.span().ends()),
                records.span().log().id());
        if (!lookback.starts().equals(records.from())) {
            judged = judged.where(Positions.within(records.coverage(), Cut.NONE));
        }
        // The counts are committed with the rows, so they must be known before; cached, the records are judged once.
        Dataset<Row> rows = judged.persist(StorageLevel.MEMORY_AND_DISK());
        try {
            AppendCounts counts = AppendCounts.of(rows);
            // Spark reads by the topic's name: what it has read is this log's only if the topic is still the same.
            SourceLog.of(admin, master.source().topic())
                    .requireKnown(master.source(), Set.of(records.span().log().id()));
            ArchiveCommit commit = ArchiveCommit.after(
                    last.map(MasterDataset.Version::commit), run, master.source(), master.judgedBy(), records, counts);
            master.append(last.map(MasterDataset.Version::number).orElse(0L), commit, rows);
            return counts;
        } finally {
            rows.unpersist();
        }
    }

    private static Archived archived(
            Source source,
            Optional<MasterDataset.Version> version,
            long records,
            long malformed,
            long deadLetters,
            Stopwatch watch) {
        watch.lap("archive");
        return new Archived(
                source.name(),
                version.map(MasterDataset.Version::number).orElse(-1L),
                records,
                malformed,
                deadLetters,
                version.map(found -> found.commit().cut()).orElse(Cut.NONE),
                watch.seconds().get("archive"));
    }
}
