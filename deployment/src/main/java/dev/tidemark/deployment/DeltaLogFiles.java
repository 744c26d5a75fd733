package dev.tidemark.deployment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * The commit files of a Delta table's log, read without Spark.
 *
 * @param table the table's folder; it need not exist
 */
public record DeltaLogFiles(Path table) {

    private static final Pattern NAME = Pattern.compile("(\\d{20})\\.json");
    private static final ObjectMapper TREE = new ObjectMapper();

    /** The versions that have a commit file, the newest first. */
    public Stream<Long> versions() {
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

    /** A version's actions of one kind, such as {@code add}. */
    public List<JsonNode> actions(long version, String kind) {
        try (Stream<String> lines = Files.lines(commit(version))) {
            String start = "{\"" + kind + "\"";
            return lines.filter(line -> line.startsWith(start))
                    .map(line -> parse(line).get(kind))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The user metadata of a version; empty if it has none. */
    public String metadata(long version) {
        Optional<JsonNode> info = actions(version, "commitInfo").stream().findFirst();
        return info.map(found -> found.path("userMetadata").asText()).orElse("");
    }

    /** The table's properties, such as {@code delta.logRetentionDuration}; none of a table that does not exist. */
    public Map<String, String> properties() {
        Map<String, String> properties = new HashMap<>();
        versions()
                .flatMap(version -> actions(version, "metaData").stream())
                .findFirst()
                .ifPresent(metadata -> metadata.path("configuration")
                        .properties()
                        .forEach(property -> properties.put(
                                property.getKey(), property.getValue().asText())));
        return properties;
    }

    /** Where a file is that an action names. */
    public String path(JsonNode file) {
        return table.resolve(URI.create(file.path("path").asText()).getPath()).toString();
    }

    /** JSON of the log, such as the statistics of a file. */
    public static JsonNode parse(String json) {
        try {
            return TREE.readTree(json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The commit file that makes a version. */
    public Path commit(long version) {
        return log().resolve("%020d.json".formatted(version));
    }

    /** The file that says what a version adds up to. */
    public Path checksum(long version) {
        return log().resolve("%020d.crc".formatted(version));
    }

    private Path log() {
        return table.resolve("_delta_log");
    }
}
