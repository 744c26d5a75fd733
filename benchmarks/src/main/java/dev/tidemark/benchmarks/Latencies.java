package dev.tidemark.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** How long each of many things took, and when it began. Accumulates; not thread-safe. */
final class Latencies {

    private static final double MILLION = 1e6;
    private static final int WORST = 3;

    /**
     * One of them.
     *
     * @param nanos how long it took
     * @param at when it began, in nanoseconds since the first
     */
    private record Latency(long nanos, long at) {

        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.1f ms at %.1f s", nanos / MILLION, at / 1e9);
        }
    }

    private final long start = System.nanoTime();
    private final List<Latency> all = new ArrayList<>();

    /** Adds one that began at a value of {@link System#nanoTime} and has ended now. */
    void addSince(long began) {
        all.add(new Latency(System.nanoTime() - began, began - start));
    }

    /** Adds one that began and ended at values of {@link System#nanoTime}. */
    void add(long began, long ended) {
        all.add(new Latency(ended - began, began - start));
    }

    void add(Latencies others) {
        all.addAll(others.all);
    }

    int count() {
        return all.size();
    }

    /** The least latency, in milliseconds, that no more than this share exceed; 1 for the greatest. */
    double millis(double quantile) {
        List<Long> sorted = all.stream().map(Latency::nanos).sorted().toList();
        return sorted.get((int) Math.min(sorted.size() - 1, Math.floor(quantile * sorted.size()))) / MILLION;
    }

    /** What most of them, and the longest, took. */
    String summary() {
        return String.format(
                Locale.ROOT,
                "p50 %.1f, p90 %.1f, p99 %.1f, max %.1f ms over %d probes",
                millis(0.5),
                millis(0.9),
                millis(0.99),
                millis(1),
                count());
    }

    /** The longest of them, and when they began. */
    String worst() {
        return all.stream()
                .sorted(Comparator.comparing(Latency::nanos).reversed())
                .limit(WORST)
                .map(Latency::toString)
                .collect(Collectors.joining(", "));
    }
}
