package dev.tidemark.batch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The commits that one of our writers made to a Delta table, read from the table's log without Spark. Commits without
 * the writer's application id, such as an {@code OPTIMIZE}, are passed over.
 *
 * @param table the table's folder; it need not exist
 * @param application the writer's application id, the {@code txnAppId} of its commits
 */
record DeltaCommits(Path table, String application) {

    /** Keeps a table's log for good; Delta would delete it after 30 days, and with it what we read there. */
    static final String KEEP_LOG = "delta.enableExpiredLogCleanup";

    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.json");
    private static final ObjectMapper TREE = new ObjectMapper();

    /**
     * One commit.
     *
     * @param version the table's version that it made
     * @param transaction its {@code txnVersion}
     * @param metadata its user metadata
     */
    record Commit(long version, long transaction, String metadata) {}

    /** The newest commit. */
    Optional<Commit> latest() {
        return newestFirst().flatMap(version -> read(version).stream()).findFirst();
    }

    /** The commits that made versions above {@code version}, oldest first. */
    List<Commit> after(long version) {
        List<Commit> commits = new ArrayList<>(newestFirst()
                .takeWhile(found -> found > version)
                .flatMap(found -> read(found).stream())
                .toList());
        Collections.reverse(commits);
        return commits;
    }

    private Stream<Long> newestFirst() {
        try (Stream<Path> files = Files.list(log())) {
            return files
                    .map(file -> NAME.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .map(name -> Long.parseLong(name.group(1)))
                    .sorted(Collections.reverseOrder())
                    .toList()
                    .stream();
        } catch (NoSuchFileException e) {
            return Stream.empty();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Optional<Commit> read(long version) {
        try (Stream<String> lines = Files.lines(log().resolve("%020d.json".formatted(version)))) {
            List<JsonNode> actions = lines.filter(
                            line -> line.startsWith("{\"commitInfo\"") || line.startsWith("{\"txn\""))
                    .map(DeltaCommits::parse)
                    .toList();
            return find(actions, "txn")
                    .filter(txn -> txn.path("appId").asText().equals(application))
                    .map(txn -> new Commit(version, txn.path("version").asLong(), metadata(actions)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String metadata(List<JsonNode> actions) {
        return find(actions, "commitInfo")
                .map(info -> info.path("userMetadata").asText())
                .orElse("");
    }

    private static Optional<JsonNode> find(List<JsonNode> actions, String name) {
        return actions.stream()
                .filter(action -> action.has(name))
                .map(action -> action.get(name))
                .findFirst();
    }

    private static JsonNode parse(String action) {
        try {
            return TREE.readTree(action);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path log() {
        return table.resolve("_delta_log");
    }
}
