package dev.tidemark.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The history of an answer as lines: one for each value that a publication changed.
 *
 * @param lines a text for each of {@link #NAMES}
 * @param texts what happened, in words, the oldest first
 */
record HistoryLines(List<List<String>> lines, List<String> texts) {

    /** What the lines say. */
    static final List<String> NAMES =
            List.of("publication", "published_at", "cause", "row", "value", "before", "after");

    private static final String NOW = "now";
    private static final String NOTHING = "-";

    /** Of what the HTTP API answers. */
    static HistoryLines of(JsonNode history) {
        HistoryLines all = new HistoryLines(new ArrayList<>(), new ArrayList<>());
        for (JsonNode entry : history.get("entries")) {
            JsonNode cause = entry.get("cause");
            String number = cause.has("number") ? " " + cause.get("number").asText() : "";
            all.add(
                    List.of(
                            entry.get("publication").asText(),
                            entry.get("published_at").asText(),
                            cause.get("kind").asText() + number),
                    entry);
        }
        all.add(List.of(NOW, NOTHING, NOTHING), history.get("present"));
        return all;
    }

    private void add(List<String> publication, JsonNode entry) {
        texts.add(entry.get("text").asText());
        for (JsonNode row : entry.get("rows")) {
            String key = row.get("row").properties().stream()
                    .map(part -> part.getKey() + "=" + AnswerFormat.text(part.getValue(), NOTHING))
                    .collect(Collectors.joining(" "));
            JsonNode before = row.get("before");
            JsonNode after = row.get("after");
            for (String value : values(before.isNull() ? after : before)) {
                add(publication, key, value, before.path(value), after.path(value));
            }
        }
        int more = entry.get("more_rows").asInt();
        if (more > 0) {
            lines.add(line(publication, "%,d more rows".formatted(more), "", "", ""));
        }
    }

    private static List<String> values(JsonNode row) {
        return row.properties().stream().map(value -> value.getKey()).toList();
    }

    private void add(List<String> publication, String key, String value, JsonNode before, JsonNode after) {
        lines.add(line(
                publication,
                key.isEmpty() ? NOTHING : key,
                value,
                before.isMissingNode() ? "" : AnswerFormat.text(before, NOTHING),
                after.isMissingNode() ? "" : AnswerFormat.text(after, NOTHING)));
    }

    private static List<String> line(List<String> publication, String... rest) {
        List<String> line = new ArrayList<>(publication);
        line.addAll(List.of(rest));
        return line;
    }

    /** Aligned columns, and below them what happened in words. */
    String table() {
        Table table = Table.of(
                NAMES, NAMES.stream().map(List.of("before", "after")::contains).toList());
        lines.forEach(table::row);
        return String.join("\n", table.lines()) + "\n\n" + String.join("\n", texts);
    }
}
