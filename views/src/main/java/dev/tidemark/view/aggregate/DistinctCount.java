package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.List;
import java.util.Optional;
import org.apache.datasketches.hll.HllSketch;

/**
 * {@code approx_count_distinct(e)}: about how many different values, nulls and empty strings not among them, by a
 * HyperLogLog sketch; see <a href="https://datasketches.apache.org/docs/HLL/HLL.html">its documentation</a>.
 *
 * <p>The estimate is the composite one, which depends on the set of values alone, not on the order in which they came or
 * were merged: an answer does not move when the cut does.
 *
 * @param of what values count as: bigint or string
 */
public record DistinctCount(ValueType of) implements SketchAggregate {

    /** The base-2 logarithm of the number of registers. */
    public static final int LG_K = 12;

    /** Of 1000 estimates 997 are closer than this share of the count: three standard deviations. */
    public static final double ERROR = Math.abs(HllSketch.getRelErr(false, true, LG_K, 3));

    /** Over values of any type: integers, booleans, dates and timestamps count as integers, all others as strings. */
    public static DistinctCount over(ValueType type) {
        return new DistinctCount(
                switch (type.kind()) {
                    case BOOLEAN, BIGINT, DATE, TIMESTAMP -> ValueType.BIGINT;
                    case DOUBLE, DECIMAL, STRING, BINARY -> ValueType.STRING;
                });
    }

    @Override
    public Optional<ValueType> input() {
        return Optional.of(of);
    }

    @Override
    public ValueType result() {
        return ValueType.BIGINT;
    }

    @Override
    public List<Field> stored() {
        return List.of(new Field("hll", ValueType.BINARY));
    }

    @Override
    public Sketched add(Sketched partial, Object input, Occurrence at) {
        return input == null ? partial : DistinctValues.HLL.add(partial, input);
    }

    @Override
    public Object finish(Sketched partial) {
        return Math.round(DistinctValues.HLL.open(partial).getCompositeEstimate());
    }

    @Override
    public boolean accepts(Sketched partial, Object result) {
        long estimate = (Long) finish(partial);
        return equality().equal(estimate, result, ERROR * estimate);
    }

    @Override
    public DistinctValues kind() {
        return DistinctValues.HLL;
    }
}
