package dev.tidemark.deployment;

import dev.tidemark.view.Json;
import dev.tidemark.view.Reconciled;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * What was found by those who looked for drift, read from the commits of the table {@code drift} without Spark.
 *
 * @param table the table's folder; it need not exist
 */
public record DriftLedger(Path table) {

    /** The application id of its commits. */
    public static final String APPLICATION = "tidemark.drift";

    /** What was found, the newest publication first; each is read when it is asked for. */
    public Stream<Reconciled> newestFirst() {
        return new DeltaCommits(table, APPLICATION)
                .newestFirst()
                .map(commit -> Json.read(
                        commit.metadata(),
                        Reconciled.class,
                        "the metadata of version " + commit.version() + " of " + table));
    }
}
