package dev.tidemark.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * The same figure from several runs.
 *
 * @param sorted at least one, ascending
 */
record Figures(double[] sorted) {

    static Figures of(double... runs) {
        double[] sorted = runs.clone();
        Arrays.sort(sorted);
        return new Figures(sorted);
    }

    double median() {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /** The median, and from the least to the greatest. */
    @Override
    public String toString() {
        return sorted.length == 1
                ? number(median())
                : number(median()) + " (" + number(sorted[0]) + "–" + number(sorted[sorted.length - 1]) + ")";
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 1_000 ? "%,.0f" : "%.1f", value);
    }
}
