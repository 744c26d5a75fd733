package dev.tidemark.batch;

import static org.apache.spark.sql.functions.lit;

import dev.tidemark.batch.Imported.Revoked;
import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.CountedImport;
import dev.tidemark.view.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Takes an import out of a master dataset again, rows and coverage in one commit. What is published holds it until a
 * recompute has computed its days without it.
 */
final class Revocation {

    private final Deployment deployment;
    private final MasterDataset master;
    private final Supplier<SparkSession> spark;
    private final Progress progress;
    private final Stopwatch watch = new Stopwatch();

    /** @param spark asked only when there is something to take out */
    Revocation(Deployment deployment, Source source, Supplier<SparkSession> spark, Progress progress) {
        this.deployment = deployment;
        this.master = MasterDataset.of(deployment, source);
        this.spark = spark;
        this.progress = progress;
    }

    /**
     * What a run did.
     *
     * @param revoked whether the run took the import out; else it was out before
     * @param rows how many rows it took out
     * @param version the newest version of the master table
     * @param seconds how long it took
     */
    record Report(String source, String id, boolean revoked, long rows, long version, double seconds) {}

    /**
     * Takes an import out, unless that was done already.
     *
     * @throws RefusedException if there never was one of that id
     * @throws LostRaceException if another process has written the master dataset meanwhile
     */
    Report run(String id) {
        Version last = master.latest().orElseThrow(() -> unknown(id));
        Optional<CountedImport> there = last.commit().cut().imports().stream()
                .filter(found -> found.id().equals(id))
                .findFirst();
        if (there.isEmpty() && !new ImportHistory(master).wasRevoked(id)) {
            throw unknown(id);
        }
        there.ifPresent(found -> takeOut(last, id));
        DeadLetters.of(deployment, master).bringUpToDate(spark);
        tell(id, there);
        watch.lap("revoke");
        return new Report(
                master.source().name(),
                id,
                there.isPresent(),
                there.map(CountedImport::rows).orElse(0L),
                master.latest().orElseThrow().number(),
                watch.seconds().get("revoke"));
    }

    private void tell(String id, Optional<CountedImport> there) {
        String source = master.source().name();
        progress.say(there.map(found ->
                        ("%s: took out the %,d rows of %s; `tidemark recompute` publishes their days without" + " them")
                                .formatted(source, found.rows(), id))
                .orElse("%s: %s has been revoked already".formatted(source, id)));
    }

    private RefusedException unknown(String id) {
        return new RefusedException("source %s has no import %s; `tidemark import --list` shows what it has"
                .formatted(master.source().name(), id));
    }

    private void takeOut(Version last, String id) {
        String run = UUID.randomUUID().toString();
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        ArchiveCommit commit = last.commit().without(run, new Revoked(id, now));
        Dataset<Row> nothing =
                DeltaTables.read(spark.get(), master.table(), last.number()).where(lit(false));
        master.commit(
                last.number(),
                run,
                DeltaTables.once(nothing, master.application(), last.number() + 1, Json.write(commit))
                        .mode("overwrite")
                        .option("replaceWhere", "log_id = '" + id + "'"));
        progress.reached(Stage.IMPORTED);
    }
}
