package dev.tidemark.view.aggregate;

import dev.tidemark.schema.ValueType;
import java.math.BigDecimal;

/**
 * The sum of numbers and how many there were: a {@link Double}, or an exact {@link BigDecimal} for integers and
 * decimals.
 *
 * @param sum the sum; zero of nothing
 * @param count how many numbers, nulls not among them
 */
public record Total(Number sum, long count) {

    static Total none(ValueType type) {
        return new Total(
                type.kind() == ValueType.Kind.DOUBLE
                        ? (Number) 0.0
                        : new BigDecimal(java.math.BigInteger.ZERO, type.scale()),
                0);
    }

    Total plus(Object value) {
        return value == null ? this : plus(value instanceof Long whole ? BigDecimal.valueOf(whole) : (Number) value, 1);
    }

    Total plus(Total other) {
        return plus(other.sum, other.count);
    }

    private Total plus(Number more, long numbers) {
        Number together = sum instanceof BigDecimal exact
                ? exact.add((BigDecimal) more)
                : (Number) (sum.doubleValue() + more.doubleValue());
        return new Total(together, Math.addExact(count, numbers));
    }
}
