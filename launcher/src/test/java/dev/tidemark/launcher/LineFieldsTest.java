package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LineFieldsTest {

    private static final long NOW = Instant.parse("2026-01-01T00:00:00Z").toEpochMilli();

    @Test
    void theKeyIsTheFieldsValueAsText() {
        assertEquals(
                Optional.of("a1"),
                of("{\"x\": {\"order_id\": 1}, \"order_id\": \"a1\"}").key());
        assertEquals(Optional.of("1.50"), of("{\"order_id\": 1.50}").key());
        assertEquals(Optional.of("true"), of("{\"order_id\": true}").key());
    }

    @Test
    void aLineWithoutAScalarInTheFieldHasNoKey() {
        for (String line : new String[] {
            "{}", "{\"order_id\": null}", "{\"order_id\": [1]}", "{\"order_id\": {\"a\": 1}}", "[1]", "7"
        }) {
            assertEquals(Optional.empty(), of(line).key(), line);
        }
    }

    @Test
    void aLineThatIsNotJsonHasNeitherKeyNorTime() {
        for (String line : new String[] {"order", "{\"order_id\": \"a\"", "{\"order_id\": \"a\", \"at\": 1} {}"}) {
            assertEquals(new LineFields(Optional.empty(), Optional.empty()), of(line), line);
        }
    }

    @Test
    void theEventTimeIsReadFromTextAndFromMilliseconds() {
        Optional<Instant> expected = Optional.of(Instant.parse("2001-01-01T00:01:00Z"));
        assertEquals(expected, of("{\"at\": \"2001-01-01T01:01:00+01:00\"}").eventTime());
        assertEquals(expected, of("{\"at\": 978307260000}").eventTime());
        assertEquals(Optional.empty(), of("{\"at\": \"2001-01-01\"}").eventTime());
        assertEquals(Optional.empty(), of("{\"at\": 1.5}").eventTime());
    }

    @Test
    void aHistoricalTimestampIsTheEventTimeWhereARecordCanHaveIt() {
        assertEquals(978307260000L, of("{\"at\": 978307260000}").historicalTimestamp(NOW));
        assertEquals(NOW, of("{\"at\": -1}").historicalTimestamp(NOW));
        assertEquals(NOW, of("{\"at\": \"2030-01-01T00:00:00Z\"}").historicalTimestamp(NOW));
        assertEquals(NOW, of("{}").historicalTimestamp(NOW));
    }

    private static LineFields of(String line) {
        return LineFields.of(line.getBytes(StandardCharsets.UTF_8), Orders.source("orders"));
    }
}
