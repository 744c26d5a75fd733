package dev.tidemark.view.aggregate;

import dev.tidemark.schema.ValueType;
import org.apache.datasketches.kll.KllDoublesSketch;
import org.apache.datasketches.kll.KllLongsSketch;
import org.apache.datasketches.kll.KllSketch;
import org.apache.datasketches.memory.Memory;
import org.apache.datasketches.quantilescommon.QuantileSearchCriteria;

/**
 * KLL sketches of numbers, as Spark's {@code kll_sketch_agg_bigint} and {@code kll_sketch_agg_double} make them. Ranks
 * are inclusive, as in Spark: the quantile of rank p is the least number that at least the share p of all is not above.
 */
enum Quantiles implements SketchKind<KllSketch> {
    BIGINT {
        @Override
        public KllSketch open(byte[] bytes) {
            return bytes.length == 0
                    ? KllLongsSketch.newHeapInstance(Percentile.K)
                    : KllLongsSketch.heapify(Memory.wrap(bytes));
        }

        @Override
        public void update(KllSketch sketch, Object input) {
            ((KllLongsSketch) sketch).update((Long) input);
        }

        @Override
        public void union(KllSketch sketch, byte[] other) {
            sketch.merge(KllLongsSketch.wrap(Memory.wrap(other)));
        }

        @Override
        public byte[] write(KllSketch sketch) {
            return ((KllLongsSketch) sketch).toByteArray();
        }

        @Override
        Object quantile(KllSketch sketch, double rank) {
            return ((KllLongsSketch) sketch).getQuantile(rank, QuantileSearchCriteria.INCLUSIVE);
        }

        @Override
        double rank(KllSketch sketch, Object number, QuantileSearchCriteria criterion) {
            return ((KllLongsSketch) sketch).getRank((Long) number, criterion);
        }
    },

    /** The library ignores what is not a number, as Spark does. */
    DOUBLE {
        @Override
        public KllSketch open(byte[] bytes) {
            return bytes.length == 0
                    ? KllDoublesSketch.newHeapInstance(Percentile.K)
                    : KllDoublesSketch.heapify(Memory.wrap(bytes));
        }

        @Override
        public void update(KllSketch sketch, Object input) {
            ((KllDoublesSketch) sketch).update((Double) input);
        }

        @Override
        public void union(KllSketch sketch, byte[] other) {
            sketch.merge(KllDoublesSketch.wrap(Memory.wrap(other)));
        }

        @Override
        public byte[] write(KllSketch sketch) {
            return ((KllDoublesSketch) sketch).toByteArray();
        }

        @Override
        Object quantile(KllSketch sketch, double rank) {
            return ((KllDoublesSketch) sketch).getQuantile(rank, QuantileSearchCriteria.INCLUSIVE);
        }

        @Override
        double rank(KllSketch sketch, Object number, QuantileSearchCriteria criterion) {
            return ((KllDoublesSketch) sketch).getRank((Double) number, criterion);
        }
    };

    static Quantiles of(ValueType type) {
        return type.equals(ValueType.BIGINT) ? BIGINT : DOUBLE;
    }

    /** The number of that rank. */
    abstract Object quantile(KllSketch sketch, double rank);

    /** The share of numbers below this one, or not above it. */
    abstract double rank(KllSketch sketch, Object number, QuantileSearchCriteria criterion);

    /** The rank nearest to {@code wanted} that the number has: it has several where it came up more than once. */
    double nearestRank(KllSketch sketch, Object number, double wanted) {
        double least = rank(sketch, number, QuantileSearchCriteria.EXCLUSIVE);
        double greatest = rank(sketch, number, QuantileSearchCriteria.INCLUSIVE);
        return Math.max(least, Math.min(greatest, wanted));
    }
}
