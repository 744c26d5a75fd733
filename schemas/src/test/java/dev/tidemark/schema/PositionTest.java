package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PositionTest {

    @Test
    void itsTextNamesIt() {
        Position position = new Position("x_-aB9", 12, 3_000_000_000L);
        assertEquals("x_-aB9/12@3000000000", position.toString());
        assertEquals(position, Position.parse(position.toString()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "a/1", "a/1@", "/1@2", "a/x@2", "a/1@-2"})
    void anotherTextIsNone(String text) {
        assertThrows(IllegalArgumentException.class, () -> Position.parse(text));
    }
}
