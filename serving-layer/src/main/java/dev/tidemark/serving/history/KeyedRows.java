package dev.tidemark.serving.history;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.Basis;
import dev.tidemark.serving.query.Column;
import dev.tidemark.serving.query.Query;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Equality;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The rows of an answer by what tells them apart, to be compared with those of another.
 *
 * @param rows the measured values by name, by the values that tell a row apart by name; in the answer's order
 */
record KeyedRows(Map<Map<String, Object>, Map<String, Measured>> rows) {

    /** Two answers are in memory at a time, with their partials. */
    private static final int MOST_ROWS = 20_000;

    /** What a session's row says of its end may change, and the session is still the same. */
    private static final String SESSION_END = "session_end";

    /**
     * A value of a row.
     *
     * @param value the value, as the answer has it
     * @param partial what it was finished from; null of what is no measure, and of no events
     * @param aggregate the measure's; null of what is no measure
     */
    record Measured(Object value, Object partial, Aggregate<Object> aggregate) {

        /** Whether the two count as the same, in their class of equality. */
        boolean agrees(Measured other) {
            boolean alike =
                    partial != null && other.partial != null && aggregate != null && aggregate.equals(other.aggregate);
            return alike ? aggregate.agrees(partial, other.partial) : Equality.EXACT.equal(value, other.value);
        }
    }

    /**
     * The rows of an answer.
     *
     * @throws HttpProblem if there are too many to compare
     */
    static KeyedRows of(Basis basis) {
        Map<Object[], Object[]> partials = new IdentityHashMap<>();
        List<Object[]> rows = basis.rows(partials::put);
        if (rows.size() > MOST_ROWS) {
            throw HttpProblem.of(
                            Kind.BAD_QUERY,
                            "history compares answers of at most %,d rows, and this one has %,d; ask for a shorter range, longer windows, fewer groups, or with a limit"
                                    .formatted(MOST_ROWS, rows.size()))
                    .with("field", "limit")
                    .with("found", rows.size())
                    .with("accepted", MOST_ROWS);
        }
        Reader reader = new Reader(basis.query());
        Map<Map<String, Object>, Map<String, Measured>> byKey = new LinkedHashMap<>();
        rows.forEach(row -> byKey.put(reader.key(row), reader.values(row, partials.get(row))));
        return new KeyedRows(byKey);
    }

    /** Reads rows by their columns. */
    private static final class Reader {
        private final List<Column> columns;
        private final List<Aggregate<Object>> measures = new ArrayList<>();

        Reader(Query query) {
            this.columns = query.columns();
            query.measures()
                    .forEach(index ->
                            measures.add(query.view().measures().get(index).algebra()));
        }

        private static boolean isKey(Column column) {
            return switch (column.role()) {
                case WINDOW -> !column.name().equals(SESSION_END);
                case DIMENSION, MATCH -> true;
                case MEASURE, FINAL, OPEN -> false;
            };
        }

        Map<String, Object> key(Object[] row) {
            Map<String, Object> key = new LinkedHashMap<>();
            for (int i = 0; i < row.length; i++) {
                if (isKey(columns.get(i))) {
                    key.put(columns.get(i).name(), row[i]);
                }
            }
            return key;
        }

        Map<String, Measured> values(Object[] row, Object[] partials) {
            Map<String, Measured> values = new LinkedHashMap<>();
            int measure = 0;
            for (int i = 0; i < row.length; i++) {
                Column column = columns.get(i);
                if (column.role() == Column.Role.MEASURE) {
                    Object partial = partials == null ? null : partials[measure];
                    values.put(column.name(), new Measured(row[i], partial, measures.get(measure)));
                    measure++;
                } else if (column.name().equals(SESSION_END)) {
                    values.put(column.name(), new Measured(row[i], null, null));
                }
            }
            return values;
        }
    }
}
