package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.compile.Cells;
import dev.tidemark.deployment.DeltaLogFiles;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The segments of a view, read back.
 *
 * @param table their table
 * @param view the view
 */
record SegmentsTable(Path table, View view) {

    /**
     * The cells of segments, which must have some.
     *
     * <p>Where the table's log still has their commits, it says which files they are, and those are read; else Spark is
     * asked, which goes through the whole log in several jobs: for small segments most of the time.
     */
    Dataset<Row> read(SparkSession spark, Set<String> segments) {
        if (segments.isEmpty()) {
            return spark.createDataFrame(List.of(), Cells.schema(view));
        }
        return files(segments)
                .map(files -> spark.read()
                        .schema(Cells.schema(view))
                        // They are names, whatever characters they have.
                        .option("__globPaths__", "false")
                        .parquet(files.toArray(String[]::new)))
                .orElseGet(() -> DeltaTables.read(spark, table)
                        .where(col(Segments.SEGMENT).isin(segments.toArray()))
                        .drop(Segments.SEGMENT));
    }

    /**
     * Those of the segments of which the table has no file any more, whichever files hold them by now.
     *
     * @param spark asked only where the table's log does not reach back far enough
     */
    Set<String> lacking(Supplier<SparkSession> spark, Set<String> segments) {
        DeltaLogFiles log = new DeltaLogFiles(table);
        Set<String> sought = new TreeSet<>(segments);
        Set<String> newer = new HashSet<>();
        List<Long> versions = log.versions().toList();
        for (int i = 0; i < versions.size() && !sought.isEmpty(); i++) {
            List<JsonNode> added = log.actions(versions.get(i), "add");
            added.stream()
                    .filter(file -> !newer.contains(file.path("path").asText()))
                    .forEach(file -> sought.remove(
                            file.path("partitionValues").path(Segments.SEGMENT).asText()));
            Stream.concat(added.stream(), log.actions(versions.get(i), "remove").stream())
                    .forEach(file -> newer.add(file.path("path").asText()));
        }
        boolean sawAll = versions.isEmpty() || versions.get(versions.size() - 1) == 0;
        if (!sought.isEmpty() && !sawAll) {
            DeltaTables.read(spark.get(), table)
                    .where(col(Segments.SEGMENT).isin(sought.toArray()))
                    .select(Segments.SEGMENT)
                    .distinct()
                    .collectAsList()
                    .forEach(row -> sought.remove(row.getString(0)));
        }
        return sought;
    }

    /** Their files; empty if the log does not have them all any more, or has files replaced. */
    Optional<Set<String>> files(Set<String> segments) {
        DeltaLogFiles log = new DeltaLogFiles(table);
        Set<String> sought = new HashSet<>(segments);
        // A commit may add again what is there, with other statistics.
        Set<String> files = new LinkedHashSet<>();
        Iterator<Long> versions = log.versions().iterator();
        while (!sought.isEmpty() && versions.hasNext()) {
            long version = versions.next();
            if (!log.actions(version, "remove").isEmpty()) {
                return Optional.empty();
            }
            Set<String> found = new HashSet<>();
            for (JsonNode file : log.actions(version, "add")) {
                String segment =
                        file.path("partitionValues").path(Segments.SEGMENT).asText();
                if (sought.contains(segment)) {
                    found.add(segment);
                    files.add(log.path(file));
                }
            }
            // All files of a segment are added by one commit.
            sought.removeAll(found);
        }
        return sought.isEmpty() ? Optional.of(files) : Optional.empty();
    }
}
