package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** A running process whose output is read line by line, both streams as one. */
final class Child implements AutoCloseable {

    /** How long a process may take to end after SIGTERM before it is killed. */
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int KEPT_LINES = 5;
    private static final Pattern STACK_FRAME = Pattern.compile("\\s+(at |\\.\\.\\. \\d)");

    private final Process process;
    private final Thread reader;
    private final Deque<String> lastLines = new ArrayDeque<>();

    private Child(Process process, String name, Consumer<String> lines) {
        this.process = process;
        this.reader = new Thread(() -> read(lines), "output-of-" + name);
        reader.start();
    }

    /**
     * Starts a process.
     *
     * @param name for messages
     * @param lines receives each line that the process prints
     */
    static Child start(String name, ProcessBuilder process, Consumer<String> lines) {
        try {
            Process started = process.redirectErrorStream(true).start();
            started.getOutputStream().close();
            return new Child(started, name, lines);
        } catch (IOException e) {
            throw new UnavailableException(name + " cannot be started: " + e.getMessage());
        }
    }

    private void read(Consumer<String> lines) {
        try (BufferedReader output =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = output.readLine(); line != null; line = output.readLine()) {
                keep(line);
                lines.accept(line);
            }
        } catch (IOException e) {
            // The process was killed while it was being read.
        }
    }

    private void keep(String line) {
        synchronized (lastLines) {
            if (!line.isBlank() && !STACK_FRAME.matcher(line).lookingAt()) {
                lastLines.addLast(line);
            }
            if (lastLines.size() > KEPT_LINES) {
                lastLines.removeFirst();
            }
        }
    }

    /** The last lines that it has printed, without the frames of stack traces. */
    List<String> lastLines() {
        synchronized (lastLines) {
            return List.copyOf(lastLines);
        }
    }

    /** Runs {@code action} once it has ended. */
    void onExit(Runnable action) {
        process.onExit().thenRun(action);
    }

    /** Waits for its end, and for the end of its output. */
    int waitFor() throws InterruptedException {
        int status = process.waitFor();
        reader.join(1000);
        return status;
    }

    /** Asks it to end, waits, and kills it if it does not. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly().waitFor();
            }
            reader.join(1000);
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
