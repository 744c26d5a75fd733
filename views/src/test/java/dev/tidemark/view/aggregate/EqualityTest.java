package dev.tidemark.view.aggregate;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.BigInteger;
import org.junit.jupiter.api.Test;

class EqualityTest {

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    @Test
    void doublesMayDifferByABillionth() {
        assertDoubles(true, 1.0, 1.0 + 1e-10);
        assertDoubles(false, 1.0, 1.0 + 1e-8);
        assertDoubles(true, 1e300, 1e300 * (1 + 1e-10));
        assertDoubles(false, 0.0, 1e-300);
    }

    @Test
    void whatIsNotFiniteEqualsOnlyItself() {
        assertDoubles(true, INFINITY, INFINITY);
        assertDoubles(false, INFINITY, 5.0);
        assertDoubles(false, INFINITY, -INFINITY);
        assertDoubles(true, Double.NaN, Double.NaN);
        assertDoubles(false, Double.NaN, 1.0);
        assertDoubles(false, Double.NaN, INFINITY);
    }

    @Test
    void nullEqualsOnlyNull() {
        for (Equality equality : Equality.values()) {
            assertTrue(equality.equal(null, null));
            assertFalse(equality.equal(null, 0.0));
            assertFalse(equality.equal(0L, null));
        }
    }

    @Test
    void exactNumbersAreEqualByValue() {
        assertExact(true, new BigDecimal("1.0"), new BigDecimal("1.00"));
        assertExact(true, BigInteger.valueOf(7), new BigDecimal("7.00"));
        assertExact(true, 7L, BigInteger.valueOf(7));
        assertExact(false, (1L << 53) + 1, 1L << 53);
        assertExact(false, new BigDecimal("9007199254740993"), BigInteger.valueOf(1L << 53));
        assertExact(false, new BigDecimal("1.00"), new BigDecimal("1.01"));
        assertExact(false, 1.0, 1.0 + 1e-10);
        assertExact(true, "a", "a");
    }

    @Test
    void sketchesMayDifferByTwiceTheirStatedError() {
        assertTrue(Equality.SKETCHES.equal(100L, 110L, 5.0));
        assertFalse(Equality.SKETCHES.equal(100L, 111L, 5.0));
        assertTrue(Equality.SKETCHES.equal(0.5, 0.519, 0.01));
        assertFalse(Equality.SKETCHES.equal(0.5, 0.521, 0.01));
        assertTrue(Equality.SKETCHES.equal(7L, 7L), "without an error, only what is equal");
        assertFalse(Equality.SKETCHES.equal(7L, 8L));
    }

    @Test
    void whatWasStatedAsAnErrorIsNoneForWhatIsNoSketch() {
        assertFalse(Equality.EXACT.equal(7L, 8L, 5.0));
        assertFalse(Equality.DOUBLES.equal(7.0, 8.0, 5.0));
    }

    private static void assertDoubles(boolean equal, Object one, Object other) {
        assertBoth(Equality.DOUBLES, equal, one, other);
    }

    private static void assertExact(boolean equal, Object one, Object other) {
        assertBoth(Equality.EXACT, equal, one, other);
    }

    private static void assertBoth(Equality equality, boolean equal, Object one, Object other) {
        assertEquals(equal, equality.equal(one, other), one + " and " + other);
        assertEquals(equal, equality.equal(other, one), other + " and " + one);
    }
}
