package dev.tidemark.deployment;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The commits that one of our writers made to a Delta table, read from the table's log without Spark. Commits without
 * the writer's application id, such as an {@code OPTIMIZE}, are passed over.
 *
 * @param log the table's log
 * @param application the writer's application id, the {@code txnAppId} of its commits
 */
public record DeltaCommits(DeltaLogFiles log, String application) {

    /** Keeps a table's log for good; Delta would delete it after 30 days, and with it what we read there. */
    public static final String KEEP_LOG = "delta.enableExpiredLogCleanup";

    /** The commits of a table. */
    public DeltaCommits(Path table, String application) {
        this(new DeltaLogFiles(table), application);
    }

    /**
     * One commit.
     *
     * @param version the table's version that it made
     * @param transaction its {@code txnVersion}
     * @param metadata its user metadata
     */
    public record Commit(long version, long transaction, String metadata) {}

    /** The newest commit. */
    public Optional<Commit> latest() {
        return newestFirst().findFirst();
    }

    /** The commits, the newest first; each is read when it is asked for. */
    public Stream<Commit> newestFirst() {
        return log.versions().flatMap(version -> read(version).stream());
    }

    /** The commits that made versions above {@code version}, oldest first. */
    public List<Commit> after(long version) {
        List<Commit> commits = new ArrayList<>(log.versions()
                .takeWhile(found -> found > version)
                .flatMap(found -> read(found).stream())
                .toList());
        Collections.reverse(commits);
        return commits;
    }

    private Optional<Commit> read(long version) {
        return log.actions(version, "txn").stream()
                .filter(txn -> txn.path("appId").asText().equals(application))
                .findFirst()
                .map(txn -> new Commit(version, txn.path("version").asLong(), log.metadata(version)));
    }
}
