package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.zip.GZIPInputStream;

/** One flight of the example's data. */
record Flight(Instant date, int delay, int distance, String origin, String destination) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path FILE = Repository.ROOT.resolve("examples/flights/data/flights-2001-01.ndjson.gz");

    /** The flights of the days from {@code from} on, before {@code to}, in the file's order. */
    static List<Flight> of(LocalDate from, LocalDate to) {
        try (BufferedReader lines = new BufferedReader(
                new InputStreamReader(new GZIPInputStream(Files.newInputStream(FILE)), StandardCharsets.UTF_8))) {
            return lines.lines()
                    .filter(line ->
                            line.compareTo("{\"date\":\"" + from) >= 0 && line.compareTo("{\"date\":\"" + to) < 0)
                    .map(Flight::parse)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Flight parse(String line) {
        try {
            JsonNode json = JSON.readTree(line);
            return new Flight(
                    Instant.parse(json.get("date").asText()),
                    json.get("delay").asInt(),
                    json.get("distance").asInt(),
                    json.get("origin").asText(),
                    json.get("destination").asText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The start of its day, as answers write it. */
    String day() {
        return date.truncatedTo(ChronoUnit.DAYS).toString();
    }

    String json() {
        return "{\"date\":\"%s\",\"delay\":%d,\"distance\":%d,\"origin\":\"%s\",\"destination\":\"%s\"}"
                .formatted(date, delay, distance, origin, destination);
    }
}
