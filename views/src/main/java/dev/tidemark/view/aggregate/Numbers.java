package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.Arrays;
import java.util.List;

/** What {@link Sum} and {@link Average} share: how a total of numbers of a type is stored. */
final class Numbers {

    /**
     * The most digits of a decimal that can be summed: ten digits are left for the count of events, so that no sum
     * of fewer than 10^10 greatest values leaves the 38 digits that Spark and Delta have.
     */
    static final int MAX_PRECISION = 28;

    private Numbers() {}

    static void require(String function, ValueType input) {
        if (!input.isNumeric()) {
            throw new IllegalArgumentException(function + " needs a number, but its argument is of type " + input
                    + "; cast it to bigint, double or decimal");
        }
        if (input.precision() > MAX_PRECISION) {
            throw new IllegalArgumentException(
                    "%s of %s could overflow the 38 digits of a decimal; cast it to decimal(%d,%d)"
                            .formatted(function, input, MAX_PRECISION, Math.min(input.scale(), MAX_PRECISION)));
        }
    }

    /** The type of a sum: integers become decimals without a fraction, so that they cannot wrap. */
    static ValueType sumType(ValueType input) {
        return input.kind() == ValueType.Kind.DOUBLE
                ? ValueType.DOUBLE
                : ValueType.decimal(ValueType.MAX_PRECISION, input.scale());
    }

    static List<Field> stored(ValueType input) {
        return List.of(new Field("sum", sumType(input)), new Field("count", ValueType.BIGINT));
    }

    static List<Object> store(Total total) {
        return Arrays.asList(total.count() == 0 ? null : total.sum(), total.count());
    }

    static Total load(ValueType input, List<Object> columns) {
        return columns.get(0) == null ? Total.none(input) : new Total((Number) columns.get(0), (Long) columns.get(1));
    }
}
