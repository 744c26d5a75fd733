package dev.tidemark.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/**
 * What processes take of memory, and how far answers are behind the log: the most of each since it was asked last. It
 * looks several times a second.
 */
final class Watched implements AutoCloseable {

    private static final String QUERY = "/v1/views/page_views/query?last=1m&measures=views";
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long EVERY_NANOS = 200_000_000;

    /** Answers that are no further behind are as fresh as ever, as far as one can see who asks by HTTP. */
    private static final long FRESH_MILLIS = 100;

    private final Map<String, Process> processes;
    private final Serving serving;
    private final Map<String, Long> most = new LinkedHashMap<>();
    // Apart, since a serving layer that stands still does not answer.
    private final Thread memory = new Thread(() -> repeat(this::weigh), "memory");
    private final Thread freshness = new Thread(() -> repeat(this::look), "freshness");
    private long mostRecords;
    private long mostMillis;
    private long fresh;
    private volatile boolean stopped;

    Watched(Map<String, Process> processes, Serving serving) {
        this.processes = processes;
        this.serving = serving;
        memory.start();
        freshness.start();
    }

    private void repeat(Runnable step) {
        while (!stopped) {
            step.run();
            LockSupport.parkNanos(EVERY_NANOS);
        }
    }

    private synchronized void weigh() {
        processes.forEach((name, process) -> most.merge(name, residentKiB(process), Math::max));
    }

    /** The memory that a process has in use, as Linux says. */
    private static long residentKiB(Process process) {
        try {
            return Footprint.kibibytes(process, "VmRSS");
        } catch (IOException ended) {
            return 0;
        }
    }

    private void look() {
        try {
            JsonNode freshness = JSON.readTree(serving.ask(QUERY)).get("freshness");
            synchronized (this) {
                long millis = freshness.get("behind_ms").asLong();
                mostMillis = Math.max(mostMillis, millis);
                mostRecords =
                        Math.max(mostRecords, freshness.get("behind_records").asLong());
                fresh = millis <= FRESH_MILLIS ? fresh + 1 : 0;
            }
        } catch (Exception notAnswered) {
            synchronized (this) {
                fresh = 0;
            }
        }
    }

    /** Waits until answers have been fresh for a second; how long that took comes back, in seconds. */
    double awaitFresh() {
        long began = System.nanoTime();
        synchronized (this) {
            fresh = 0;
        }
        while (!isFresh()) {
            LockSupport.parkNanos(EVERY_NANOS);
        }
        return (System.nanoTime() - began) / 1e9;
    }

    private synchronized boolean isFresh() {
        return fresh * EVERY_NANOS > 1_000_000_000L;
    }

    /** The most of everything since the last time, which is forgotten. */
    synchronized String most() {
        String memory = most.entrySet().stream()
                .map(process -> "%s %,d MB".formatted(process.getKey(), process.getValue() / 1024))
                .collect(Collectors.joining(", "));
        String line = String.format(
                Locale.ROOT, "memory %s; behind by up to %,d records, %,d ms", memory, mostRecords, mostMillis);
        most.clear();
        mostRecords = 0;
        mostMillis = 0;
        return line;
    }

    @Override
    public void close() throws InterruptedException {
        stopped = true;
        memory.join();
        freshness.join();
    }
}
