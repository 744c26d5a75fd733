package dev.tidemark.benchmarks;

import java.util.Arrays;
import java.util.Locale;

/**
 * The same figure from several runs.
 *
 * @param sorted at least one, ascending
 * @param format how to write one
 */
record Figures(double[] sorted, String format) {

    static Figures of(double... runs) {
        return sorted(runs, "%.1f");
    }

    /** Of numbers about one. */
    static Figures ofRatios(double... runs) {
        return sorted(runs, "%.2f");
    }

    private static Figures sorted(double[] runs, String format) {
        double[] sorted = runs.clone();
        Arrays.sort(sorted);
        return new Figures(sorted, format);
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

    private String number(double value) {
        return String.format(Locale.ROOT, Math.abs(value) >= 1_000 ? "%,.0f" : format, value);
    }
}
