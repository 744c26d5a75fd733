package dev.tidemark.deployment;

import dev.tidemark.view.Json;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A version of a reference table in the warehouse. It never changes, so whoever names it sees the same rows for ever.
 *
 * @param version the version of the Delta table
 * @param load what its commit says of it
 */
public record LoadedReference(long version, Load load) {

    /** The application id of the commits that load. */
    public static final String APPLICATION = "tidemark.references";

    /**
     * What a commit that loads says of itself.
     *
     * @param content the identity of the rows: the same for the same rows in whatever order
     * @param shape how the table was stated
     * @param rows how many there are
     * @param at when it was loaded
     */
    public record Load(String content, Map<String, String> shape, long rows, Instant at) {

        /** Of rows that were read as {@code table} states. */
        public Load(String content, ReferenceTable table, long rows, Instant at) {
            this(content, table.shape(), rows, at);
        }
    }

    /** The versions in a Delta table of ours, the newest first; each is read, without Spark, when it is asked for. */
    static Stream<LoadedReference> newestFirst(Path table) {
        return new DeltaCommits(table, APPLICATION)
                .newestFirst()
                .map(commit -> new LoadedReference(
                        commit.version(), Json.read(commit.metadata(), Load.class, "a commit of " + table)));
    }

    /** Whether it has the rows of that identity. */
    public boolean has(String content) {
        return load.content().equals(content);
    }

    /** Whether it was loaded as the table is stated now, wherever its rows came from. */
    public boolean isOf(ReferenceTable table) {
        return load.shape().equals(table.shape());
    }
}
