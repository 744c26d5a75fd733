package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.deadletter.StoredLetter;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.RecordOrigin;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What {@code --where} accepts, and which dead letters meet it. */
class LetterConditionTest {

    private static final StoredLetter LETTER = new StoredLetter(
            new DeadLetter(
                    new RecordOrigin(
                            "orders",
                            new Position("log", 2, 100),
                            Instant.parse("2026-03-02T12:00:00Z").toEpochMilli()),
                    "expression",
                    "amount = is -1",
                    List.of("revenue", "average")),
            "a".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            null,
            List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "all",
                "reason=expression",
                "reason != schema",
                "view=average",
                "view!=other",
                "partition=2",
                "offset>=100",
                "offset<=100",
                "offset > 99",
                "offset<101",
                "offset!=3",
                "timestamp>=2026-03-02T12:00:00Z",
                "timestamp<2026-03-02T13:00:01+01:00",
                "message~= is",
                "message=amount = is -1",
                "key=a",
                "log_id=log"
            })
    void itMeets(String condition) {
        assertTrue(LetterCondition.parse(condition).test().test(LETTER));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "reason=schema",
                "view=other",
                "view!=revenue",
                "partition!=2",
                "offset>100",
                "offset<100",
                "timestamp>2026-03-02T12:00:00Z",
                "message~nothing",
                "key!=a",
                "log_id=another"
            })
    void itDoesNotMeet(String condition) {
        assertFalse(LetterCondition.parse(condition).test().test(LETTER));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    ofset>=100              | there is no field 'ofset'; did you mean 'offset'?
                    offset>=many            | offset is 'many'; a whole number is expected
                    reason=wrong            | there is no reason 'wrong'; there are [empty, unreadable, schema, too_early, too_far_ahead, expression]
                    reason~schema           | reason takes = !=, and no ~
                    partition~1             | partition takes = != < <= > >=, and no ~
                    timestamp<yesterday     | timestamp is 'yesterday'; a time such as 2026-03-02T12:00:00Z is expected
                    """)
    void whatIsNoConditionSaysWhatIs(String condition, String message) {
        assertEquals(
                message,
                assertThrows(IllegalArgumentException.class, () -> LetterCondition.parse(condition))
                        .getMessage());
    }

    @Test
    void allConditionsHaveToHold() {
        LetterCondition one = LetterCondition.parse("partition=2");
        LetterCondition other = LetterCondition.parse("offset=7");
        assertTrue(LetterCondition.hold(List.of(one), LETTER));
        assertFalse(LetterCondition.hold(List.of(one, other), LETTER));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> LetterCondition.parse("everything"))
                .getMessage()
                .startsWith("'everything' is no condition; accepted are reason=schema, "));
    }
}
