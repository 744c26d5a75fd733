package dev.tidemark.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Position;
import dev.tidemark.view.Suggestion;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The corrected values that the file of {@code --fix} has, by position: a line each, as {@code export} writes them. All
 * of it is held in memory. Accumulates which were asked for.
 */
final class Fixes {

    private static final long LARGEST_FILE = 128L << 20;
    private static final int MOST_PROBLEMS = 20;

    private final Map<Position, Fix> fixes = new LinkedHashMap<>();
    private final Map<Position, Fix> unused = new LinkedHashMap<>();

    /**
     * A corrected value.
     *
     * @param place file and line, for messages
     * @param value the value, in the source's format
     * @param problem why it has none, if the correction is no event of the schema
     */
    record Fix(String place, byte[] value, Optional<String> problem) {}

    /**
     * Reads a file.
     *
     * @param log the log that is meant where a line names none
     * @param encode makes the source's format of the JSON of an event, or throws an {@link IllegalArgumentException} that
     *     says why it is none
     * @throws RefusedException if a line is not what it should be; nothing has been done yet
     * @throws UnavailableException if the file cannot be read
     */
    static Fixes read(Path file, String log, Function<byte[], byte[]> encode) {
        requireSize(file);
        Fixes fixes = new Fixes();
        List<String> problems = new ArrayList<>();
        try (Lines lines = Lines.of(file)) {
            for (Optional<byte[]> line = lines.next(); line.isPresent(); line = lines.next()) {
                fixes.add(file + ":" + lines.number(), line.get(), log, encode, problems);
            }
        }
        if (!problems.isEmpty()) {
            throw new RefusedException("nothing was sent:\n" + String.join("\n", problems));
        }
        return fixes;
    }

    private static void requireSize(Path file) {
        try {
            if (Files.exists(file) && Files.size(file) > LARGEST_FILE) {
                throw new RefusedException("%s has more than %d MiB: split it, and run once for each part"
                        .formatted(file, LARGEST_FILE >> 20));
            }
        } catch (IOException e) {
            throw new UnavailableException(file + " cannot be read: " + e.getMessage());
        }
    }

    private void add(String place, byte[] line, String log, Function<byte[], byte[]> encode, List<String> problems) {
        try {
            ObjectNode json = LetterLine.read(line);
            requireKnown(json);
            Position position = position(json, log);
            Fix fix = fix(place, json, encode);
            if (fixes.put(position, fix) != null) {
                throw new IllegalArgumentException("corrects partition %d offset %d, as an earlier line does"
                        .formatted(position.partition(), position.offset()));
            }
            unused.put(position, fix);
        } catch (IllegalArgumentException e) {
            if (problems.size() < MOST_PROBLEMS) {
                problems.add(place + " " + e.getMessage());
            }
        }
    }

    private static void requireKnown(ObjectNode json) {
        json.fieldNames().forEachRemaining(name -> {
            if (!LetterLine.FIELDS.contains(name)) {
                String meant = Suggestion.of(name, LetterLine.FIELDS)
                        .map(known -> "did you mean '" + known + "'?")
                        .orElse("accepted are " + String.join(", ", LetterLine.FIELDS));
                throw new IllegalArgumentException("has the field '%s'; %s".formatted(name, meant));
            }
        });
    }

    private static Position position(ObjectNode json, String log) {
        long partition = number(json, "partition");
        if (partition > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("has partition " + partition + ", which no topic has");
        }
        return new Position(json.path("log_id").asText(log), (int) partition, number(json, "offset"));
    }

    private static long number(ObjectNode json, String field) {
        JsonNode number = json.path(field);
        if (!number.isIntegralNumber() || !number.canConvertToLong() || number.longValue() < 0) {
            throw new IllegalArgumentException("has %s %s; a whole number from 0 on is expected"
                    .formatted(field, number.isMissingNode() ? "not at all" : number.toString()));
        }
        return number.longValue();
    }

    private static Fix fix(String place, ObjectNode json, Function<byte[], byte[]> encode) {
        List<String> given = LetterLine.VALUES.stream().filter(json::has).toList();
        if (given.size() != 1) {
            throw new IllegalArgumentException("has %s; exactly one of %s is expected"
                    .formatted(given.isEmpty() ? "no value" : given, LetterLine.VALUES));
        }
        JsonNode value = json.get(given.get(0));
        return switch (given.get(0)) {
            case LetterLine.VALUE -> encoded(place, LetterLine.bytes(value), encode);
            case LetterLine.TEXT ->
                new Fix(place, text(LetterLine.TEXT, value).getBytes(StandardCharsets.UTF_8), Optional.empty());
            default -> new Fix(place, base64(text(LetterLine.BASE64, value)), Optional.empty());
        };
    }

    private static Fix encoded(String place, byte[] json, Function<byte[], byte[]> encode) {
        try {
            return new Fix(place, encode.apply(json), Optional.empty());
        } catch (IllegalArgumentException e) {
            return new Fix(place, new byte[0], Optional.of(e.getMessage()));
        }
    }

    private static String text(String field, JsonNode value) {
        if (!value.isTextual()) {
            throw new IllegalArgumentException("has %s %s; a text is expected".formatted(field, value));
        }
        return value.textValue();
    }

    private static byte[] base64(String text) {
        try {
            return Base64.getDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "has a %s that is no base64: %s".formatted(LetterLine.BASE64, e.getMessage()));
        }
    }

    /** The correction of the event at a position. */
    Optional<Fix> of(Position position) {
        unused.remove(position);
        return Optional.ofNullable(fixes.get(position));
    }

    /** Those that nobody has asked for. */
    Map<Position, Fix> unused() {
        return unused;
    }
}
