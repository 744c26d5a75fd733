package dev.tidemark.batch;

import dev.tidemark.deployment.ReferenceTable;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Fingerprint;
import dev.tidemark.view.Json;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Row;

/**
 * The rows of a reference table, looked at: at any time a key has one of them at most.
 *
 * @param rows the rows, in an order that their place does not decide
 * @param identity a hash of them: others have another
 */
record ReferenceContent(List<Row> rows, String identity) {

    private static final int HASH_DIGITS = 16;
    private static final int KEY = 0;
    private static final int FROM = 1;
    private static final int TO = 2;
    private static final int COLUMNS = 3;

    /**
     * Of the rows of a table.
     *
     * @throws RefusedException if a row has no key or is never valid, or if two of one key are valid at the same time
     */
    static ReferenceContent of(ReferenceTable table, List<Row> unordered) {
        unordered.forEach(row -> requireKeyAndTime(table, row));
        List<Row> rows = new ArrayList<>(unordered);
        rows.sort(Comparator.comparing(ReferenceContent::key)
                .thenComparing(row -> row.getInstant(FROM), Comparator.nullsFirst(Comparator.naturalOrder())));
        for (int i = 1; i < rows.size(); i++) {
            requireOneAtATime(table, rows.get(i - 1), rows.get(i));
        }
        return new ReferenceContent(rows, identity(table, rows));
    }

    @SuppressWarnings("unchecked")
    private static Comparable<Object> key(Row row) {
        return (Comparable<Object>) row.get(KEY);
    }

    private static void requireKeyAndTime(ReferenceTable table, Row row) {
        if (row.isNullAt(KEY)) {
            throw ReferencePlace.refused(
                    table, "has a row without %s, its key: %s".formatted(table.key(), row.get(COLUMNS)));
        }
        Instant from = row.getInstant(FROM);
        Instant to = row.getInstant(TO);
        if (from != null && to != null && !from.isBefore(to)) {
            throw ReferencePlace.refused(
                    table, "has a row of key %s that is never valid: %s".formatted(row.get(KEY), validity(row)));
        }
    }

    private static void requireOneAtATime(ReferenceTable table, Row row, Row next) {
        boolean ends = row.getInstant(TO) != null
                && next.getInstant(FROM) != null
                && !next.getInstant(FROM).isBefore(row.getInstant(TO));
        if (row.get(KEY).equals(next.get(KEY)) && !ends) {
            throw ReferencePlace.refused(
                    table,
                    "has two rows of key %s that are valid at the same time, %s and %s; accepted is one at any time"
                            .formatted(row.get(KEY), validity(row), validity(next)));
        }
    }

    private static String validity(Row row) {
        String from = row.isNullAt(FROM) ? "from ever" : "from " + row.getInstant(FROM);
        return from + (row.isNullAt(TO) ? " for ever" : " to " + row.getInstant(TO));
    }

    private static String identity(ReferenceTable table, List<Row> rows) {
        Fingerprint identity = new Fingerprint();
        // A table's columns come in the order of their names.
        identity.add(Json.write(List.of(table.keyType().toString(), new TreeMap<>(table.columns()).toString())));
        rows.forEach(row -> identity.add(Json.write(texts(row))));
        return identity.hex(HASH_DIGITS);
    }

    private static List<String> texts(Row row) {
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < COLUMNS; i++) {
            texts.add(text(row.get(i)));
        }
        Row columns = row.getStruct(COLUMNS);
        for (int i = 0; i < columns.size(); i++) {
            texts.add(text(columns.get(i)));
        }
        return texts;
    }

    private static String text(Object value) {
        return value == null ? null : value.toString();
    }
}
