package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A process of one of the layers.
 *
 * @param process the process
 * @param output the file with all that it has printed
 */
record LayerProcess(Process process, Path output) implements AutoCloseable {

    private static final int KILLED = 128 + 9;

    static LayerProcess start(ProcessBuilder process, Path output) throws IOException {
        Files.deleteIfExists(output);
        return new LayerProcess(
                process.redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
    }

    /** Waits until it has printed {@code text}, or has ended. */
    void awaitOutput(String text) {
        Conditions.await(
                "'" + text + "' in " + output, () -> Files.readString(output).contains(text) || !process.isAlive());
    }

    /** Kills it with -9, unless it has ended by itself; whether it was killed. */
    boolean kill() throws InterruptedException {
        process.destroyForcibly();
        return process.waitFor() == KILLED;
    }

    /** Whether there is what {@link #pause}, {@link #resume} and {@link #peakMiB} need: {@code kill} and {@code /proc}. */
    static boolean canBePausedAndWeighed() {
        try {
            return signal("0", ProcessHandle.current().pid()) && Files.exists(Path.of("/proc/self/status"));
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    /** Lets it do nothing from now on, whatever is asked of it. */
    void pause() throws IOException, InterruptedException {
        assertTrue(signal("STOP", process.pid()), "paused");
    }

    /** Lets it go on where it was paused. */
    void resume() throws IOException, InterruptedException {
        assertTrue(signal("CONT", process.pid()), "resumed");
    }

    private static boolean signal(String name, long pid) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-" + name, Long.toString(pid))
                        .start()
                        .waitFor()
                == 0;
    }

    /** The most memory that it has had in use since it was started, in MiB. */
    long peakMiB() throws IOException {
        return Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
                .findFirst()
                .orElseThrow();
    }

    /** Kills it: nothing is asked of it any more, and to end takes seconds. */
    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
