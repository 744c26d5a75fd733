package dev.tidemark.view.aggregate;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import java.util.List;
import java.util.Optional;
import org.apache.datasketches.kll.KllSketch;

/**
 * {@code approx_percentile(e, p)}: a number whose rank is about p, nulls not counted; null of none. By a KLL sketch; see
 * <a href="https://datasketches.apache.org/docs/KLL/KLLSketch.html">its documentation</a>. Exact while there are few
 * numbers, about two hundred.
 *
 * @param of the type of the numbers: bigint or double
 * @param rank the share of numbers that are not above the result: from 0, for the least, to 1, for the greatest
 */
public record Percentile(ValueType of, double rank) implements SketchAggregate {

    /** The size of the sketch: what Spark takes where a call does not say. */
    public static final int K = 200;

    /** Of 100 results 99 have a rank that is closer than this to the wanted one. */
    public static final double ERROR = KllSketch.getNormalizedRankError(K, false);

    public Percentile {
        if (!(rank >= 0 && rank <= 1)) {
            throw new IllegalArgumentException("a rank of " + rank + "; accepted are those from 0 to 1");
        }
    }

    /**
     * Over inputs of that type; decimals count as doubles.
     *
     * @throws IllegalArgumentException if it is no number
     */
    public static Percentile over(ValueType type, double rank) {
        if (!type.isNumeric()) {
            throw new IllegalArgumentException("approx_percentile needs a number, but its argument is of type " + type
                    + "; cast it to bigint or double");
        }
        return new Percentile(type.equals(ValueType.BIGINT) ? type : ValueType.DOUBLE, rank);
    }

    @Override
    public Optional<ValueType> input() {
        return Optional.of(of);
    }

    @Override
    public ValueType result() {
        return of;
    }

    @Override
    public List<Field> stored() {
        return List.of(new Field("kll", ValueType.BINARY));
    }

    @Override
    public Sketched add(Sketched partial, Object input, Occurrence at) {
        return input == null ? partial : kind().add(partial, input);
    }

    @Override
    public Object finish(Sketched partial) {
        KllSketch sketch = kind().open(partial);
        return sketch.isEmpty() ? null : kind().quantile(sketch, rank);
    }

    @Override
    public boolean accepts(Sketched partial, Object result) {
        KllSketch sketch = kind().open(partial);
        if (sketch.isEmpty() || result == null) {
            return sketch.isEmpty() && result == null;
        }
        return equality().equal(rank, kind().nearestRank(sketch, result, rank), ERROR);
    }

    @Override
    public Quantiles kind() {
        return Quantiles.of(of);
    }
}
