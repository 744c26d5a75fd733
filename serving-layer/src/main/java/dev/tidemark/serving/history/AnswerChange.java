package dev.tidemark.serving.history;

import dev.tidemark.serving.history.KeyedRows.Measured;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * How two answers differ.
 *
 * @param rows the rows that differ: in the order of the later answer, then those that it has no more
 */
public record AnswerChange(List<RowChange> rows) {

    /** Two answers that say the same. */
    public static final AnswerChange NONE = new AnswerChange(List.of());

    public AnswerChange {
        rows = List.copyOf(rows);
    }

    static AnswerChange between(KeyedRows before, KeyedRows after) {
        if (before == after) {
            return NONE;
        }
        List<RowChange> changes = new ArrayList<>();
        after.rows().forEach((key, row) -> {
            Map<String, Measured> was = before.rows().get(key);
            if (was == null) {
                changes.add(RowChange.appeared(key, row));
            } else {
                RowChange.between(key, was, row).ifPresent(changes::add);
            }
        });
        before.rows().forEach((key, row) -> {
            if (!after.rows().containsKey(key)) {
                changes.add(RowChange.disappeared(key, row));
            }
        });
        return new AnswerChange(changes);
    }

    public boolean isNone() {
        return rows.isEmpty();
    }
}
