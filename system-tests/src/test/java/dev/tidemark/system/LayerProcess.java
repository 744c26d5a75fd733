package dev.tidemark.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

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

    /** Asks it to end. */
    void stop() {
        process.destroy();
    }

    @Override
    public void close() {
        stop();
        try {
            if (!process.waitFor(15, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
