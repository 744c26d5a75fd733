package dev.tidemark.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * What a process took of the machine, as Linux says, up to a moment before its end.
 *
 * @param memoryBytes the most memory that it had in use at once
 * @param processorSeconds the processor time that it took, on all cores together
 */
record Footprint(long memoryBytes, double processorSeconds) {

    private static final long EVERY_MILLIS = 200;
    private static final double TICKS_PER_SECOND = 100;
    private static final int USER_TIME = 11;
    private static final int SYSTEM_TIME = 12;

    /** Waits until a process ends, and says what it took. */
    static Footprint untilEndOf(Process process) throws InterruptedException {
        Footprint last = new Footprint(0, 0);
        do {
            last = of(process, last);
        } while (!process.waitFor(EVERY_MILLIS, TimeUnit.MILLISECONDS));
        return last;
    }

    /**
     * A figure of a process's memory, as Linux says.
     *
     * @param field such as {@code VmRSS}, what is in use
     * @throws IOException if the process has ended
     */
    static long kibibytes(Process process, String field) throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith(field + ":"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                .findFirst()
                .orElse(0);
    }

    private static Footprint of(Process process, Footprint before) {
        try {
            long kibibytes = kibibytes(process, "VmHWM");
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double ticks = Long.parseLong(fields[USER_TIME]) + Long.parseLong(fields[SYSTEM_TIME]);
            return new Footprint(Math.max(before.memoryBytes, kibibytes * 1024), ticks / TICKS_PER_SECOND);
        } catch (IOException | RuntimeException ended) {
            return before;
        }
    }

    /** The same as text, of a process that lived so long. */
    String text(double seconds) {
        return String.format(
                Locale.ROOT,
                "%,d MB of memory at most, %.1f cores on average",
                memoryBytes / 1_000_000,
                processorSeconds / seconds);
    }
}
