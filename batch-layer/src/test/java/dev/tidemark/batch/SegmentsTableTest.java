package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.deployment.DeltaLogFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which files a table's log says that segments are. */
class SegmentsTableTest {

    @TempDir
    Path table;

    private int version;

    @BeforeEach
    void begin() throws IOException {
        Files.createDirectories(table.resolve("_delta_log"));
        commit("{\"metaData\":{}}");
    }

    @Test
    void filesOfSegmentsAreFoundInTheCommitsThatAddedThem() throws IOException {
        commit(add("a", "1"), add("b", "2"), add("a", "3"));
        commit(add("c", "4"));
        assertEquals(files("a/1", "a/3", "c/4"), found("a", "c"));
        assertEquals(files("b/2"), found("b"));
    }

    @Test
    void aFileThatIsAddedAgainIsReadOnce() throws IOException {
        commit(add("a", "1"), add("a", "2"));
        commit(add("a", "1"), add("a", "2"));
        commit(add("b", "3"));
        assertEquals(files("a/1", "a/2", "b/3"), found("a", "b"));
    }

    @Test
    void escapedPathsAreNames() throws IOException {
        commit(add("a", "one%20two"));
        assertEquals(files("a/one two"), found("a"));
    }

    @Test
    void whereFilesWereReplacedOrCommitsAreGoneTheWholeLogHasToSay() throws IOException {
        commit(add("a", "1"));
        assertEquals(Optional.empty(), found("a", "gone"));
        commit("{\"remove\":{\"path\":\"segment=a/1\"}}", add("a", "2"));
        assertEquals(Optional.empty(), found("a"));
    }

    private Optional<Set<String>> found(String... segments) {
        return new SegmentsTable(table, null).files(Set.of(segments));
    }

    private Optional<Set<String>> files(String... names) {
        Set<String> files = new java.util.HashSet<>();
        for (String name : names) {
            files.add(table.resolve("segment=" + name).toString());
        }
        return Optional.of(files);
    }

    private static String add(String segment, String name) {
        return "{\"add\":{\"path\":\"segment=%s/%s\",\"partitionValues\":{\"segment\":\"%s\"}}}"
                .formatted(segment, name, segment);
    }

    private void commit(String... actions) throws IOException {
        Files.write(new DeltaLogFiles(table).commit(version++), java.util.List.of(actions));
    }
}
