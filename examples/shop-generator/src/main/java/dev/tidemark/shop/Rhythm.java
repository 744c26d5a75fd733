package dev.tidemark.shop;

/**
 * How busy the shop is at each time of a (UTC) day: in the middle of an hour as the table says, and in between on the
 * straight line. The average over a day is 1.
 */
final class Rhythm {

    private static final int HOUR_MILLIS = 3_600_000;

    /** From midnight on: quiet before dawn, busy at noon, busiest in the evening. */
    private static final double[] BY_HOUR = {
        0.50, 0.30, 0.20, 0.16, 0.16, 0.22, 0.40, 0.65, 0.90, 1.10, 1.20, 1.28,
        1.38, 1.30, 1.22, 1.20, 1.25, 1.35, 1.55, 1.75, 1.90, 1.85, 1.35, 0.83
    };

    /** The busiest moment's level. */
    static final double PEAK = 1.90;

    private Rhythm() {}

    /** The level at a time, in milliseconds of the epoch. */
    static double at(long millis) {
        double sinceMiddle = Math.floorMod(millis - HOUR_MILLIS / 2, 24L * HOUR_MILLIS) / (double) HOUR_MILLIS;
        int hour = (int) sinceMiddle;
        double next = sinceMiddle - hour;
        return BY_HOUR[hour] * (1 - next) + BY_HOUR[(hour + 1) % 24] * next;
    }
}
