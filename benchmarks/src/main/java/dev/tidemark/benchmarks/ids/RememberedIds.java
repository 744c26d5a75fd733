package dev.tidemark.benchmarks.ids;

import com.sun.management.OperatingSystemMXBean;
import dev.tidemark.compile.ids.DiskIds;
import dev.tidemark.schema.SeenIds;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Stream;

/**
 * Remembers ids as one partition does, and prints what an id costs, as a row.
 *
 * <p>Arguments: how many ids are remembered, how many of them in memory, an empty folder for the others.
 */
public final class RememberedIds {

    private static final int WARM_UP = 300_000;
    /** So many places more in memory are taken when ids have come again. */
    public static final int REPEATS = 200_000;

    private final Random random = new Random(1);
    private final int number;
    private final SeenIds ids;
    private int offset;

    /** An id comes every millisecond. */
    private RememberedIds(int number, int inMemory) {
        this.number = number;
        this.ids = new SeenIds(Duration.ofMillis(number - 1), inMemory, DiskIds::open);
    }

    public static void main(String[] args) throws IOException {
        int number = Integer.parseInt(args[0]);
        int inMemory = Integer.parseInt(args[1]);
        Path folder = Path.of(args[2]);
        System.setProperty("java.io.tmpdir", folder.toString());
        long heap = heap();
        warmUp();
        long beside = besideHeap();
        RememberedIds remembered = new RememberedIds(number, inMemory);
        double first = remembered.takeNew(number);
        double heapBytes = (double) (heap() - heap) / number;
        double besideMegabytes = (besideHeap() - beside) / 1e6;
        double disk = (double) bytes(folder) / number;
        double again = remembered.repeat();
        double steady = remembered.takeNew(number / 2);
        System.out.printf(
                Locale.ROOT,
                "%,12d %,12d %10.1f %10.0f %10.1f %10.2f %10.2f %10.2f %10.1f%n",
                number,
                inMemory,
                heapBytes,
                besideMegabytes,
                disk,
                first,
                steady,
                again,
                (double) bytes(folder) / number);
        remembered.ids.close();
    }

    /** What the columns of the row are. */
    public static String header() {
        return String.format(
                "%12s %12s %10s %10s %10s %10s %10s %10s %10s",
                "ids",
                "in memory",
                "heap B/id",
                "beside MB",
                "disk B/id",
                "new us",
                "steady us",
                "again us",
                "disk then");
    }

    /** In memory, so that what comes with RocksDB is measured. */
    private static void warmUp() {
        RememberedIds some = new RememberedIds(WARM_UP, WARM_UP + REPEATS);
        some.takeNew(2 * WARM_UP);
        some.repeat();
        some.ids.close();
    }

    /** Takes ids that did not come before; microseconds of all threads' processor time each. */
    private double takeNew(int times) {
        long began = processorNanos();
        for (int i = 0; i < times; i++) {
            ids.advance(offset);
            if (ids.repeats("order-" + offset, offset).isPresent()) {
                throw new IllegalStateException(offset + " is new");
            }
            offset++;
        }
        return (processorNanos() - began) / 1e3 / times;
    }

    /** Takes ids again that came at any time; microseconds of all threads' processor time each. */
    private double repeat() {
        int since = offset - number;
        long began = processorNanos();
        for (int i = 0; i < REPEATS; i++) {
            int again = since + random.nextInt(number);
            if (ids.repeats("order-" + again, offset).isEmpty()) {
                throw new IllegalStateException(again + " came before");
            }
        }
        return (processorNanos() - began) / 1e3 / REPEATS;
    }

    private static long processorNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static long heap() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    /** What the process takes beside the heap, all of which it has touched. */
    private static long besideHeap() throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/self/status"))) {
            String resident = lines.filter(line -> line.startsWith("RssAnon:"))
                    .findFirst()
                    .orElseThrow()
                    .replaceAll("\\D", "");
            return Long.parseLong(resident) * 1024 - Runtime.getRuntime().totalMemory();
        }
    }

    private static long bytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            long bytes = 0;
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                // RocksDB deletes what it has merged at any time.
                bytes += Files.exists(file) ? Files.size(file) : 0;
            }
            return bytes;
        }
    }
}
