package dev.tidemark.view.aggregate;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;

/** The classes of equality in which results are compared: by tests, replays, drift and approval alike. */
public enum Equality {
    /** Equal to the last digit: counts, sums of integers and decimals, least and greatest. */
    EXACT {
        @Override
        public boolean equal(Object one, Object other) {
            if (one instanceof Number
                    && other instanceof Number
                    && !(one instanceof Double)
                    && !(other instanceof Double)) {
                return decimal(one).compareTo(decimal(other)) == 0;
            }
            return Objects.equals(one, other);
        }
    },

    /** Equal but for the order in which doubles were added: within 1e-9 of the larger; what is not finite, only to itself. */
    DOUBLES {
        @Override
        public boolean equal(Object one, Object other) {
            if (one == null || other == null) {
                return one == other;
            }
            double a = ((Number) one).doubleValue();
            double b = ((Number) other).doubleValue();
            if (Double.compare(a, b) == 0) {
                return true;
            }
            // Infinity is within any share of infinity.
            return Double.isFinite(a)
                    && Double.isFinite(b)
                    && Math.abs(a - b) <= RELATIVE * Math.max(Math.abs(a), Math.abs(b));
        }
    };

    private static final double RELATIVE = 1e-9;

    /** Whether the two results, either of which may be null, count as the same. */
    public abstract boolean equal(Object one, Object other);

    private static BigDecimal decimal(Object number) {
        return number instanceof BigInteger whole ? new BigDecimal(whole) : new BigDecimal(number.toString());
    }
}
