package dev.tidemark.shop;

import static org.junit.jupiter.api.Assertions.assertTrue;

/**
 * Trials, each with the same probability of success: how many successes there may be.
 *
 * @param trials how many
 * @param probability of each
 */
record Odds(long trials, double probability) {

    /** By this many standard deviations a sound generator strays once in some hundred million tests. */
    private static final double DEVIATIONS = 6;

    /** Fails unless so many successes are what chance brings. */
    void allow(String what, long successes) {
        double mean = trials * probability;
        double deviation = Math.sqrt(mean * (1 - probability));
        assertTrue(
                Math.abs(successes - mean) <= DEVIATIONS * deviation + 1,
                "%s: %d of %d, but %.1f ± %.1f are expected".formatted(what, successes, trials, mean, deviation));
    }

    /** The probability that Zipf's law over {@code all} gives the first {@code top} together. */
    static double zipf(int top, int all, double exponent) {
        return weight(top, exponent) / weight(all, exponent);
    }

    private static double weight(int top, double exponent) {
        double sum = 0;
        for (int k = top; k > 0; k--) {
            sum += Math.pow(k, -exponent);
        }
        return sum;
    }
}
