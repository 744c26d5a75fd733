package dev.tidemark.batch;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/** The seconds that each stage of a run took. A mutable accumulator, not thread-safe. */
final class Stopwatch {

    private final Map<String, Double> seconds = new LinkedHashMap<>();
    private long since = System.nanoTime();

    /** Ends a stage: what passed since the stage before belongs to it. */
    void lap(String stage) {
        long now = System.nanoTime();
        seconds.merge(stage, Math.round((now - since) / 1e6) / 1e3, Double::sum);
        since = now;
    }

    /** The seconds by stage, in the order of their ends. */
    Map<String, Double> seconds() {
        return Collections.unmodifiableMap(seconds);
    }
}
