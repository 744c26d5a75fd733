package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.List;
import java.util.Optional;

/**
 * {@code stddev(e)}: the sample standard deviation of numbers, as doubles; null of fewer than two. Of equal numbers it is
 * zero, exactly.
 */
public record StandardDeviation() implements Aggregate<Moments> {

    /**
     * Over inputs of that type.
     *
     * @throws IllegalArgumentException if it is no number
     */
    public static StandardDeviation over(ValueType type) {
        if (!type.isNumeric()) {
            throw new IllegalArgumentException("stddev needs a number, but its argument is of type " + type
                    + "; cast it to bigint, double or decimal");
        }
        return new StandardDeviation();
    }

    @Override
    public Optional<ValueType> input() {
        return Optional.of(ValueType.DOUBLE);
    }

    @Override
    public ValueType result() {
        return ValueType.DOUBLE;
    }

    @Override
    public List<Field> stored() {
        return List.of(
                new Field("count", ValueType.BIGINT),
                new Field("mean", ValueType.DOUBLE),
                new Field("m2", ValueType.DOUBLE));
    }

    @Override
    public Equality equality() {
        return Equality.DOUBLES;
    }

    @Override
    public Moments identity() {
        return Moments.NONE;
    }

    @Override
    public Moments add(Moments partial, Object input, Occurrence at) {
        return input == null ? partial : partial.plus((Double) input);
    }

    @Override
    public Moments merge(Moments one, Moments other) {
        return one.plus(other);
    }

    @Override
    public Object finish(Moments partial) {
        return partial.count() < 2 ? null : (Object) Math.sqrt(partial.m2() / (partial.count() - 1));
    }

    @Override
    public List<Object> store(Moments partial) {
        return List.of(partial.count(), partial.mean(), partial.m2());
    }

    @Override
    public Moments load(List<Object> columns) {
        long count = (Long) columns.get(0);
        return count == 0 ? Moments.NONE : new Moments(count, (Double) columns.get(1), (Double) columns.get(2));
    }
}
