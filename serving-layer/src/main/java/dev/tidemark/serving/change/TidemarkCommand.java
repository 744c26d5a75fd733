package dev.tidemark.serving.change;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The {@code tidemark} command, for what serving cannot do itself. One command at a time: each may start Spark. Thread-safe.
 */
public final class TidemarkCommand {

    /** The system property that says how the command is run: its words, a line each. Whoever starts serving sets it. */
    public static final String PROPERTY = "tidemark.command";

    private static final int LOST_RACE = 4;
    private static final Duration PATIENCE = Duration.ofMinutes(15);

    private final Optional<List<String>> command;
    private final Path config;
    private final ReentrantLock running = new ReentrantLock();

    /**
     * @param command its words; empty if this process does not know it
     * @param config the deployment's file
     */
    public TidemarkCommand(Optional<List<String>> command, Path config) {
        this.command = command;
        this.config = config;
    }

    /** The command as the system property says. */
    public static TidemarkCommand of(Path config) {
        return new TidemarkCommand(
                Optional.ofNullable(System.getProperty(PROPERTY))
                        .map(words -> words.lines().toList()),
                config);
    }

    /**
     * Runs it and returns the JSON that it prints last.
     *
     * @param arguments what follows {@code tidemark}
     * @throws HttpProblem if it fails, with what it says; or if another is running
     */
    public String run(String... arguments) throws InterruptedException {
        List<String> words = new ArrayList<>(command.orElseThrow(() -> HttpProblem.of(
                Kind.NO_COMMAND,
                "this process was started without the tidemark command, so it changes nothing; run `tidemark "
                        + String.join(" ", arguments) + "`")));
        words.addAll(List.of("-c", config.toString()));
        words.addAll(List.of(arguments));
        words.addAll(List.of("--output", "json"));
        if (!running.tryLock()) {
            throw HttpProblem.of(Kind.REFUSED, "another change is being made at this moment; try again");
        }
        try {
            return result(start(words), arguments);
        } finally {
            running.unlock();
        }
    }

    private static Process start(List<String> words) {
        try {
            return new ProcessBuilder(words).start();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run " + words.get(0), e);
        }
    }

    private static String result(Process process, String[] arguments) throws InterruptedException {
        CompletableFuture<String> out = read(process.getInputStream());
        CompletableFuture<String> err = read(process.getErrorStream());
        if (!hasEnded(process)) {
            throw HttpProblem.of(
                    Kind.REFUSED,
                    "`tidemark %s` has not ended within %d minutes, and was stopped"
                            .formatted(String.join(" ", arguments), PATIENCE.toMinutes()));
        }
        int status = process.exitValue();
        if (status != 0) {
            String said = err.join().strip();
            throw HttpProblem.of(Kind.REFUSED, status == LOST_RACE ? said + "; try again" : said);
        }
        String[] lines = out.join().strip().split("\n");
        return lines[lines.length - 1];
    }

    /** Waits for its end, and ends it itself if that takes too long, or nobody waits any more. */
    private static boolean hasEnded(Process process) throws InterruptedException {
        boolean ended = false;
        try {
            ended = process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } finally {
            // Destroying one that has ended would close what it said before it is read.
            if (!ended) {
                process.destroy();
            }
        }
        return ended;
    }

    private static CompletableFuture<String> read(InputStream stream) {
        return CompletableFuture.supplyAsync(() -> {
            try (stream) {
                return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }
}
