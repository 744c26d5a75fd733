package dev.tidemark.launcher;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

/**
 * The machine that this process runs on.
 *
 * @param javaVersion the feature release of its Java
 * @param javaHome where that stands
 * @param memoryBytes how much memory it has
 */
record Machine(int javaVersion, String javaHome, long memoryBytes) {

    private static final int OLDEST_JAVA = 17;

    /** The releases that DataSketches' memory library loads on: on any other, a view with a sketch fails. */
    private static final Set<Integer> JAVA_WITH_SKETCHES = Set.of(17, 21);

    private static final String FIT_JAVA = "set JAVA_HOME to a JDK, 17 or 21";

    private static final long GIB = 1L << 30;

    /** The heaps of broker, speed, serving and batch together, and something for the system. */
    private static final long COMFORTABLE_MEMORY = 10 * GIB;

    /** Below this not even broker, speed and serving fit. */
    private static final long LEAST_MEMORY = 4 * GIB;

    private static final long COMFORTABLE_DISK = 10 * GIB;
    private static final long LEAST_DISK = GIB;

    static Machine here() {
        OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        return new Machine(Runtime.version().feature(), System.getProperty("java.home"), system.getTotalMemorySize());
    }

    Finding java() {
        String found = "%d in %s".formatted(javaVersion, javaHome);
        if (javaVersion < OLDEST_JAVA) {
            return Finding.fail("java", found, FIT_JAVA);
        }
        return JAVA_WITH_SKETCHES.contains(javaVersion)
                ? Finding.ok("java", found)
                : Finding.warn("java", found, "the measures approx_… fail on it: " + FIT_JAVA);
    }

    Finding memory() {
        String found = gib(memoryBytes);
        if (memoryBytes < LEAST_MEMORY) {
            return Finding.fail("memory", found, "%s are needed at least".formatted(gib(LEAST_MEMORY)));
        }
        return memoryBytes < COMFORTABLE_MEMORY
                ? Finding.warn(
                        "memory",
                        found,
                        "broker, speed, serving and a batch run take up to 9 GiB of heap together: lower them with"
                                + " TIDEMARK_<LAYER>_OPTS=-Xmx…, or run batch elsewhere")
                : Finding.ok("memory", found);
    }

    /** Of a folder that is there or will be made. */
    Finding disk(Path folder) {
        try {
            long free = Files.getFileStore(nearest(folder)).getUsableSpace();
            String found = "%s free for %s".formatted(gib(free), folder);
            if (free < LEAST_DISK) {
                return Finding.fail("disk", found, "make room, or set `warehouse` to a folder with more");
            }
            return free < COMFORTABLE_DISK
                    ? Finding.warn("disk", found, "make room, or set `warehouse` to a folder with more")
                    : Finding.ok("disk", found);
        } catch (IOException e) {
            return Finding.fail(
                    "disk", "%s cannot be looked at: %s".formatted(folder, e), "see that it can be written");
        }
    }

    private static Path nearest(Path folder) {
        Path there = folder.toAbsolutePath();
        while (Files.notExists(there)) {
            there = there.getParent();
        }
        return there;
    }

    private static String gib(long bytes) {
        return "%.1f GiB".formatted((double) bytes / GIB);
    }
}
