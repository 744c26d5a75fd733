package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;

/** A process that has the terminal to itself. */
final class Foreground {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private Foreground() {}

    /** Runs it to its end with this process's input and output; a signal to this process ends it. */
    static int run(ProcessBuilder process) {
        try (Lifetime lifetime = new Lifetime()) {
            Process running = process.inheritIO().start();
            lifetime.onEnd(() -> end(running));
            return running.waitFor();
        } catch (IOException e) {
            throw new UnavailableException("the process cannot be started: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }

    private static void end(Process running) {
        running.destroy();
        try {
            if (!running.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                running.destroyForcibly();
            }
        } catch (InterruptedException e) {
            running.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
