package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A Delta table, read by its protocol and without Delta, so that what a dead process has left behind is not taken for a
 * part of it.
 *
 * @param root its folder
 */
record DeltaTable(Path root) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Its rows as DuckDB reads them: an expression for {@code from}. */
    String rows() throws IOException {
        return files().stream()
                .map(file -> "'" + root.resolve(file) + "'")
                .collect(Collectors.joining(", ", "read_parquet([", "], hive_partitioning = false)"));
    }

    private Set<String> files() throws IOException {
        Set<String> files = new TreeSet<>();
        for (Path commit : commits()) {
            for (String line : Files.readAllLines(commit)) {
                JsonNode action = JSON.readTree(line);
                if (action.has("add")) {
                    files.add(action.at("/add/path").asText());
                }
                files.remove(action.at("/remove/path").asText());
            }
        }
        return files;
    }

    private List<Path> commits() throws IOException {
        try (Stream<Path> log = Files.list(root.resolve("_delta_log"))) {
            return log.filter(file -> file.getFileName().toString().matches("\\d{20}\\.json"))
                    .sorted()
                    .toList();
        }
    }
}
