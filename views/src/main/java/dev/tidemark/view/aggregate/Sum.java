package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;

/**
 * {@code sum(e)}: null where every input was null. Sums of integers and of decimals are exact.
 *
 * @param of the type of the input: bigint, double, or decimal of at most 28 digits
 */
public record Sum(ValueType of) implements Aggregate<Total> {

    public Sum {
        Numbers.require("sum", of);
    }

    @Override
    public Optional<ValueType> input() {
        return Optional.of(of);
    }

    @Override
    public ValueType result() {
        return of.kind() == ValueType.Kind.BIGINT ? ValueType.BIGINT : Numbers.sumType(of);
    }

    @Override
    public List<Field> stored() {
        return Numbers.stored(of);
    }

    @Override
    public Equality equality() {
        return of.kind() == ValueType.Kind.DOUBLE ? Equality.DOUBLES : Equality.EXACT;
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
        return of.kind() == ValueType.Kind.BIGINT ? ((BigDecimal) partial.sum()).toBigIntegerExact() : partial.sum();
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
