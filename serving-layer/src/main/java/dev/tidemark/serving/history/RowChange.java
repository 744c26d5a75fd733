package dev.tidemark.serving.history;

import dev.tidemark.serving.history.KeyedRows.Measured;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A row that two answers have otherwise.
 *
 * @param key what tells the row apart: windows and dimensions, by column
 * @param before the values that differ as they were, by column; empty if there was no such row
 * @param after the values that differ as they are, by column; empty if there is no such row any more
 */
public record RowChange(
        Map<String, Object> key, Optional<Map<String, Object>> before, Optional<Map<String, Object>> after) {

    static RowChange appeared(Map<String, Object> key, Map<String, Measured> row) {
        return new RowChange(key, Optional.empty(), Optional.of(values(row)));
    }

    static RowChange disappeared(Map<String, Object> key, Map<String, Measured> row) {
        return new RowChange(key, Optional.of(values(row)), Optional.empty());
    }

    private static Map<String, Object> values(Map<String, Measured> row) {
        Map<String, Object> values = new LinkedHashMap<>();
        row.forEach((name, measured) -> values.put(name, measured.value()));
        return values;
    }

    /** What two rows of the same key have otherwise of what both have; empty if nothing. */
    static Optional<RowChange> between(
            Map<String, Object> key, Map<String, Measured> before, Map<String, Measured> after) {
        Map<String, Object> was = new LinkedHashMap<>();
        Map<String, Object> is = new LinkedHashMap<>();
        after.forEach((name, measured) -> {
            Measured other = before.get(name);
            if (other != null && !measured.agrees(other)) {
                was.put(name, other.value());
                is.put(name, measured.value());
            }
        });
        return was.isEmpty() ? Optional.empty() : Optional.of(new RowChange(key, Optional.of(was), Optional.of(is)));
    }
}
