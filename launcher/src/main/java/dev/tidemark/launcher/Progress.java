package dev.tidemark.launcher;

import java.util.function.Consumer;

/** Says about once in a period how many records a loop has sent, and how fast. */
final class Progress {

    private final long periodNanos;
    private final Consumer<String> out;
    private final long start = System.nanoTime();
    private long records;
    private long saidAt = start;
    private long saidRecords;

    Progress(long periodSeconds, Consumer<String> out) {
        this.periodNanos = periodSeconds * 1_000_000_000L;
        this.out = out;
    }

    /** Counts a record. */
    void add() {
        records++;
        long now = System.nanoTime();
        if (now - saidAt >= periodNanos) {
            out.accept("%,d records, %,.0f/s".formatted(records, (records - saidRecords) * 1e9 / (now - saidAt)));
            saidAt = now;
            saidRecords = records;
        }
    }

    long records() {
        return records;
    }

    double seconds() {
        return (System.nanoTime() - start) / 1e9;
    }
}
