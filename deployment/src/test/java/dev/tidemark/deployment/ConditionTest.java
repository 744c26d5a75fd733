package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.BigRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;

class ConditionTest {

    private static boolean holds(String condition, Map<String, Object> row) {
        return Condition.parse(condition).holds(row::get);
    }

    @Test
    void allComparisonsMustHold() {
        Map<String, Object> row = Map.of("revenue", new BigDecimal("99.99"), "orders", 5L);
        assertTrue(holds("revenue < 100 and orders >= 5", row));
        assertTrue(holds("revenue<100 AND orders<>6", row));
        assertFalse(holds("revenue < 100 and orders > 5", row));
        assertEquals(
                List.of("revenue", "orders"),
                Condition.parse("revenue < 100 and orders >= 5 and revenue > 1").measures());
    }

    @Test
    void numbersAreComparedToTheLastDigit() {
        assertFalse(holds("n < 100", Map.of("n", new BigDecimal("100.0000000000000000000000001"))));
        assertTrue(holds("n = 100", Map.of("n", new BigDecimal("100.00"))));
        assertTrue(holds("n > 9007199254740992", Map.of("n", new BigInteger("9007199254740993"))));
        assertTrue(holds("n = 0.1", Map.of("n", 0.1)), "a double is what it is written as");
    }

    @Test
    void whatIsNoNumberHoldsNothing() {
        for (String operator : List.of("<", "<=", ">", ">=", "=", "<>")) {
            assertFalse(holds("n " + operator + " 1", Map.of()), "null " + operator);
            assertFalse(holds("n " + operator + " 1", Map.of("n", "text")), "a text " + operator);
            assertFalse(holds("n " + operator + " 1", Map.of("n", Double.NaN)), "NaN " + operator);
        }
        assertTrue(holds("n > 1", Map.of("n", Double.POSITIVE_INFINITY)));
        assertTrue(holds("n < 1", Map.of("n", Double.NEGATIVE_INFINITY)));
    }

    @Property
    void exactlyOneOfLessEqualAndGreaterHolds(
            @ForAll @Scale(3) @BigRange(min = "-1e9", max = "1e9") BigDecimal value,
            @ForAll @Scale(3) @BigRange(min = "-1e9", max = "1e9") BigDecimal number) {
        Map<String, Object> row = Map.of("n", value);
        String text = " " + number.toPlainString();
        boolean less = holds("n <" + text, row);
        boolean equal = holds("n =" + text, row);
        boolean greater = holds("n >" + text, row);
        assertEquals(1, (less ? 1 : 0) + (equal ? 1 : 0) + (greater ? 1 : 0));
        assertEquals(less || equal, holds("n <=" + text, row));
        assertEquals(greater || equal, holds("n >=" + text, row));
        assertEquals(!equal, holds("n <>" + text, row));
    }

    @Test
    void whatIsNoConditionIsRefusedWithWhatIsAccepted() {
        for (String text :
                List.of("", "revenue", "revenue < cost", "revenue < 1 or orders > 1", "a < 1 and", "1 < a")) {
            String message = assertThrows(IllegalArgumentException.class, () -> Condition.parse(text))
                    .getMessage();
            assertTrue(message.contains("revenue < 100 and orders >= 5"), message);
        }
    }
}
