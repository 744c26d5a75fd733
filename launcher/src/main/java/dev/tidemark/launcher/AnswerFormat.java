package dev.tidemark.launcher;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How the answer to a query is written. */
enum AnswerFormat {
    /** Aligned columns, and below them how far the answer counts. */
    table {
        @Override
        String write(JsonNode answer) {
            List<String> names = names(answer);
            List<Boolean> numbers = new ArrayList<>();
            answer.get("columns").forEach(column -> numbers.add(isNumber(column)));
            Table table = Table.of(names, numbers);
            answer.get("rows")
                    .forEach(row -> table.row(
                            names.stream().map(name -> text(row.get(name), "-")).toList()));
            return String.join("\n", table.lines()) + "\n\n" + summary(answer);
        }

        @Override
        String history(JsonNode history) {
            return HistoryLines.of(history).table();
        }
    },
    /** RFC 4180, a header first, null as nothing. */
    csv {
        @Override
        String write(JsonNode answer) {
            List<String> names = names(answer);
            CsvSchema.Builder columns = CsvSchema.builder();
            names.forEach(columns::addColumn);
            List<Map<String, String>> rows = new ArrayList<>();
            answer.get("rows").forEach(row -> {
                Map<String, String> cells = new LinkedHashMap<>();
                names.forEach(name -> cells.put(name, text(row.get(name), "")));
                rows.add(cells);
            });
            return csv(columns.build(), rows);
        }

        @Override
        String history(JsonNode history) {
            CsvSchema.Builder columns = CsvSchema.builder();
            HistoryLines.NAMES.forEach(columns::addColumn);
            return csv(columns.build(), HistoryLines.of(history).lines());
        }

        private static String csv(CsvSchema columns, List<?> rows) {
            try {
                return CSV.writer(columns.withHeader()).writeValueAsString(rows).stripTrailing();
            } catch (JsonProcessingException e) {
                throw new IllegalStateException("texts are always CSV", e);
            }
        }
    },
    /** The HTTP API's own JSON, on one line. */
    json {
        @Override
        String write(JsonNode answer) {
            return answer.toString();
        }

        @Override
        String history(JsonNode history) {
            return history.toString();
        }
    };

    private static final CsvMapper CSV = new CsvMapper();

    /** An answer of the HTTP API as text, without a line feed at its end. */
    abstract String write(JsonNode answer);

    /** The HTTP API's history of an answer as text, without a line feed at its end. */
    abstract String history(JsonNode history);

    private static List<String> names(JsonNode answer) {
        List<String> names = new ArrayList<>();
        answer.get("columns").forEach(column -> names.add(column.get("name").asText()));
        return names;
    }

    private static boolean isNumber(JsonNode column) {
        String type = column.get("type").asText();
        return List.of("bigint", "double").contains(type) || type.startsWith("decimal");
    }

    /** A value as the API writes it; a list or an object as JSON. */
    static String text(JsonNode value, String ofNull) {
        if (value == null || value.isNull()) {
            return ofNull;
        }
        return value.isValueNode() ? value.asText() : value.toString();
    }

    /** One line on how far an answer counts. */
    static String summary(JsonNode answer) {
        JsonNode certificate = answer.get("certificate");
        JsonNode freshness = answer.get("freshness");
        int rows = answer.get("rows").size();
        return "%d %s, publication %d, %s, %s"
                .formatted(
                        rows,
                        rows == 1 ? "row" : "rows",
                        certificate.get("publication").asLong(),
                        certificate.get("complete").asBoolean() ? "complete" : "NOT complete: positions are missing",
                        freshness.isNull()
                                ? "as of its cut"
                                : "behind by %d records (%d ms)"
                                        .formatted(
                                                freshness.get("behind_records").asLong(),
                                                freshness.get("behind_ms").asLong()));
    }
}
