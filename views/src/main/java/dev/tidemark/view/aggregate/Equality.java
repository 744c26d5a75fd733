package dev.tidemark.view.aggregate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;

/**
 * The classes of equality in which results are compared: by tests, replays, drift and approval alike. What is compared is
 * the aggregate's to say: see {@link Aggregate#accepts}.
 */
public enum Equality {
    /** Equal to the last digit: counts, sums of integers and decimals, least and greatest, first and last. */
    EXACT {
        @Override
        boolean equalNumbers(Number one, Number other, double statedError) {
            return one instanceof Double || other instanceof Double
                    ? one.equals(other)
                    : decimal(one).compareTo(decimal(other)) == 0;
        }
    },

    /** Equal but for the order in which doubles were added: within 1e-9 of the larger; what is not finite, only to itself. */
    DOUBLES {
        @Override
        boolean equalNumbers(Number one, Number other, double statedError) {
            double a = one.doubleValue();
            double b = other.doubleValue();
            return Double.compare(a, b) == 0 || within(RELATIVE * Math.max(Math.abs(a), Math.abs(b)), a, b);
        }
    },

    /** Equal but for chance: within twice the stated error of a sketch, since each of two may be off by so much. */
    SKETCHES {
        @Override
        boolean equalNumbers(Number one, Number other, double statedError) {
            return within(2 * statedError, one.doubleValue(), other.doubleValue());
        }
    };

    private static final double RELATIVE = 1e-9;

    /** Whether the two results, either of which may be null, count as the same. */
    public boolean equal(Object one, Object other) {
        return equal(one, other, 0);
    }

    /**
     * Whether the two, either of which may be null, count as the same.
     *
     * @param statedError the sketch's, in their unit; without meaning for what is no sketch
     */
    public boolean equal(Object one, Object other, double statedError) {
        return one instanceof Number a && other instanceof Number b
                ? equalNumbers(a, b, statedError)
                : Objects.equals(one, other);
    }

    abstract boolean equalNumbers(Number one, Number other, double statedError);

    /** Infinity is within any share of infinity. */
    private static boolean within(double distance, double one, double other) {
        return Double.isFinite(one) && Double.isFinite(other) && Math.abs(one - other) <= distance;
    }

    private static BigDecimal decimal(Number number) {
        return number instanceof BigInteger whole ? new BigDecimal(whole) : new BigDecimal(number.toString());
    }
}
