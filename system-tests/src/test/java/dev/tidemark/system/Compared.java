package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;

/**
 * A column of an answer and how its values are compared with those of another engine.
 *
 * @param name the column
 * @param equality how
 */
record Compared(String name, Equality equality) {

    /** How two values are equal. */
    enum Equality {
        /** To the last digit, and written as an integer. */
        INTEGER,
        /** To the last digit, and written as a text: decimals and dimensions. */
        TEXT,
        /** But for the order in which doubles were added. */
        DOUBLE
    }

    /** Columns of one equality. */
    static List<Compared> all(Equality equality, String... names) {
        return List.of(names).stream().map(name -> new Compared(name, equality)).toList();
    }

    void same(String wanted, JsonNode row) {
        JsonNode found = row.path(name);
        if (wanted.equals("null")) {
            assertEquals("null", found.toString(), () -> name + " of " + row);
            return;
        }
        switch (equality) {
            case INTEGER -> assertEquals(wanted, found.toString(), () -> name + " of " + row);
            case TEXT -> assertEquals('"' + wanted + '"', found.toString(), () -> name + " of " + row);
            case DOUBLE -> {
                double number = Double.parseDouble(wanted);
                assertEquals(true, found.isNumber(), () -> name + " of " + row);
                assertEquals(number, found.asDouble(), 1e-9 * Math.abs(number), () -> name + " of " + row);
            }
        }
    }
}
