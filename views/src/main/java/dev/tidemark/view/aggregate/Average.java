package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;

/**
 * {@code avg(e)}: null where every input was null. The average of integers is the double nearest to the exact quotient,
 * that of decimals a decimal with four more digits after the point, rounded half up, as in Spark SQL.
 *
 * @param of the type of the input: bigint, double, or decimal of at most 28 digits
 */
public record Average(ValueType of) implements Aggregate<Total> {

    private static final int MORE_DIGITS = 4;

    /** Enough digits that rounding to a double afterwards gives the nearest one in all but contrived cases. */
    private static final int QUOTIENT_DIGITS = 40;

    public Average {
        Numbers.require("avg", of);
    }

    @Override
    public Optional<ValueType> input() {
        return Optional.of(of);
    }

    @Override
    public ValueType result() {
        return of.kind() == ValueType.Kind.DECIMAL
                ? ValueType.decimal(of.precision() + MORE_DIGITS, of.scale() + MORE_DIGITS)
                : ValueType.DOUBLE;
    }

    @Override
    public List<Field> stored() {
        return Numbers.stored(of);
    }

    @Override
    public Equality equality() {
        return of.kind() == ValueType.Kind.DECIMAL ? Equality.EXACT : Equality.DOUBLES;
    }

    @Override
    public Total identity() {
        return Total.none(of);
    }

    @Override
    public Total add(Total partial, Object input, Occurrence at) {
        return partial.plus(input);
    }

    @Override
    public Total merge(Total one, Total other) {
        return one.plus(other);
    }

    @Override
    public Object finish(Total partial) {
        if (partial.count() == 0) {
            return null;
        }
        if (!(partial.sum() instanceof BigDecimal exact)) {
            return partial.sum().doubleValue() / partial.count();
        }
        BigDecimal count = BigDecimal.valueOf(partial.count());
        return of.kind() == ValueType.Kind.DECIMAL
                ? exact.divide(count, result().scale(), RoundingMode.HALF_UP)
                : (Object) exact.divide(count, new java.math.MathContext(QUOTIENT_DIGITS))
                        .doubleValue();
    }

    @Override
    public List<Object> store(Total partial) {
        return Numbers.store(partial);
    }

    @Override
    public Total load(List<Object> columns) {
        return Numbers.load(of, columns);
    }
}
