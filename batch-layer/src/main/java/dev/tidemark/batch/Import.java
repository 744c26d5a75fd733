package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Appends rows of files to the master dataset of a source, as a log of their own, in one commit. What they touch is
 * counted when it is published.
 */
final class Import {

    private final Deployment deployment;
    private final Source source;
    private final MasterDataset master;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final Stopwatch watch = new Stopwatch();

    /** @param spark asked only when there is something to append, or a Delta table to look at */
    Import(Deployment deployment, Source source, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.source = source;
        this.master = MasterDataset.of(deployment, source);
        this.spark = spark;
        this.progress = progress;
    }

    /**
     * What a run did.
     *
     * @param id the id of the import's log
     * @param added whether the run appended it; else it was there before
     * @param rows how many rows the import has
     * @param malformed how many of them are malformed
     * @param days on how many days its events are
     * @param version the version of the master table that it made
     * @param seconds how long it took
     */
    record Report(
            String source,
            String id,
            boolean added,
            long rows,
            long malformed,
            int days,
            long version,
            double seconds) {

        private static Report of(Version version, boolean added, Stopwatch watch) {
            watch.lap("import");
            ArchiveCommit commit = version.commit();
            return new Report(
                    commit.source(),
                    commit.imported().id(),
                    added,
                    commit.added().end().imports().get(0).rows(),
                    commit.malformedAdded(),
                    commit.eventsByDay().size(),
                    version.number(),
                    watch.seconds().get("import"));
        }
    }

    /**
     * Appends the rows of files, unless the same files have been imported already.
     *
     * @throws RefusedException if a file cannot be imported, or is in another import
     * @throws LostRaceException if another process has written the master dataset meanwhile
     * @throws InvalidDeploymentException if the source's schema cannot read what was archived
     */
    Report run(List<Path> places) {
        requireArchived();
        ImportFiles files = ImportFiles.of(places, spark);
        String id = files.id();
        Optional<Version> there = find(id);
        if (there.isPresent()) {
            bringDeadLettersUpToDate();
            progress.say("%s: already imported as %s".formatted(source.name(), id));
            return Report.of(there.get(), false, watch);
        }
        master.latest().ifPresent(last -> {
            files.requireNew(new ImportHistory(master).present(last.commit()));
            new Rejudgement(deployment, master, spark, progress).bringUpToDate(last);
        });
        progress.say(
                "%s: reading %d files".formatted(source.name(), files.files().size()));
        append(files);
        progress.reached(Stage.IMPORTED);
        bringDeadLettersUpToDate();
        Report report = Report.of(find(id).orElseThrow(), true, watch);
        progress.say(
                "%s: imported %,d rows of %d days as %s, %,d of them malformed, in version %d; `tidemark recompute` or"
                                .formatted(
                                        source.name(),
                                        report.rows(),
                                        report.days(),
                                        id,
                                        report.malformed(),
                                        report.version())
                        + " `advance` publishes them");
        return report;
    }

    private void requireArchived() {
        if (!deployment.isArchived(source.name())) {
            throw new RefusedException(
                    ("source %s is not archived, since the stream alone computes its views; what is imported is"
                                    + " counted by views of the layers both or batch")
                            .formatted(source.name()));
        }
    }

    /** The commit of an import that is there. */
    private Optional<Version> find(String id) {
        return master.latest()
                .filter(newest -> newest.commit().cut().logs().containsKey(id))
                .flatMap(newest -> master.all()
                        .filter(version -> version.commit().imported() != null)
                        .filter(version -> version.commit().imported().id().equals(id))
                        .findFirst());
    }

    private void bringDeadLettersUpToDate() {
        DeadLetters.of(deployment, master).bringUpToDate(spark);
    }

    private void append(ImportFiles files) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        Dataset<Row> records = new ImportedRows(spark.get(), source).of(files, now);
        Imported imported = new Imported(files.id(), now, files.described());
        // The counts are committed with the rows, so they must be known before; cached, the rows are judged once.
        Dataset<Row> rows = master.imported(master.inOrder(records)).persist(StorageLevel.MEMORY_AND_DISK());
        try {
            AppendCounts counts = AppendCounts.of(rows);
            if (counts.records() == 0) {
                throw new RefusedException("there are no rows in "
                        + files.files().stream().map(ImportFile::path).toList());
            }
            progress.say("%s: judged %,d rows, %,d of them malformed; writing them"
                    .formatted(source.name(), counts.records(), counts.malformedRecords()));
            commit(rows, files, imported, counts);
        } finally {
            rows.unpersist();
        }
    }

    /** After what is the newest by now: judging takes long, and others may have archived meanwhile. */
    private void commit(Dataset<Row> rows, ImportFiles files, Imported imported, AppendCounts counts) {
        master.create();
        Optional<Version> last = master.latest();
        last.ifPresent(version -> requireStillNew(version.commit(), files));
        String run = UUID.randomUUID().toString();
        ArchiveCommit commit =
                ArchiveCommit.ofImport(last.map(Version::commit), run, source, master.judgedBy(), imported, counts);
        master.append(last.map(Version::number).orElse(0L), commit, rows);
    }

    private void requireStillNew(ArchiveCommit last, ImportFiles files) {
        if (last.cut().logs().containsKey(files.id())) {
            throw new LostRaceException("another process has imported the same files into source " + source.name()
                    + " meanwhile; nothing was appended twice");
        }
        files.requireNew(new ImportHistory(master).present(last));
        if (!master.isJudgedAsNow(last)) {
            throw new LostRaceException("another process has judged the master dataset of source " + source.name()
                    + " again meanwhile; nothing was imported: run it again");
        }
    }
}
