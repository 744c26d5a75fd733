package dev.tidemark.launcher;

import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * One process that is started again whenever it ends, until it is closed, its policy gives up, or another process elsewhere
 * has taken over from it.
 */
final class Supervised implements AutoCloseable {

    private final String name;
    private final Supplier<ProcessBuilder> process;
    private final RestartPolicy policy;
    private final Consumer<String> log;
    private final CompletableFuture<Void> end;
    private final CompletableFuture<String> ready = new CompletableFuture<>();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread thread;
    private Child child;

    /**
     * Starts it.
     *
     * @param name for messages, and what its output is prefixed with
     * @param log receives the lines for the user: its output, and what happens to it
     * @param end fails when the policy gives up
     */
    Supervised(
            String name,
            Supplier<ProcessBuilder> process,
            RestartPolicy policy,
            Consumer<String> log,
            CompletableFuture<Void> end) {
        this.name = name;
        this.process = process;
        this.policy = policy;
        this.log = log;
        this.end = end;
        this.thread = new Thread(this::superviseUntilClosed, "supervisor-of-" + name);
        thread.start();
    }

    String name() {
        return name;
    }

    /** Its first line that begins with its name and {@code ready}; fails when supervision ends before. */
    CompletableFuture<String> ready() {
        return ready;
    }

    private synchronized Optional<Child> child() {
        return Optional.ofNullable(child);
    }

    private void superviseUntilClosed() {
        try {
            boolean goOn = true;
            while (goOn) {
                goOn = runOnce();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    private boolean runOnce() throws InterruptedException {
        long start = System.nanoTime();
        Optional<Child> started = start();
        if (started.isEmpty()) {
            return false;
        }
        int status = started.get().waitFor();
        Duration uptime = Duration.ofNanos(System.nanoTime() - start);
        return !isClosing() && restart(started.get(), status, uptime);
    }

    private synchronized Optional<Child> start() {
        if (isClosing()) {
            return Optional.empty();
        }
        child = Child.start(name, process.get(), this::onLine);
        return Optional.of(child);
    }

    private boolean restart(Child ended, int status, Duration uptime) throws InterruptedException {
        if (status == SupersededException.EXIT_STATUS) {
            log.accept(Output.prefixed(
                    "tidemark", name + " has ended, since another process does its work; it is not started again"));
            return false;
        }
        Optional<Duration> delay = policy.afterExit(status, uptime);
        if (delay.isEmpty()) {
            fail(new UnavailableException("%s does not start (exit code %d). Its last lines:%n  %s"
                    .formatted(name, status, String.join("\n  ", ended.lastLines()))));
            return false;
        }
        log.accept(Output.prefixed(
                "tidemark",
                "%s ended with exit code %d after %d s; starting it again in %d s"
                        .formatted(name, status, uptime.toSeconds(), delay.get().toSeconds())));
        return !closing.await(delay.get().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void onLine(String line) {
        log.accept(Output.prefixed(name, line));
        if (line.startsWith(name + " ready")) {
            policy.ready();
            ready.complete(line);
        }
    }

    private void fail(RuntimeException e) {
        ready.completeExceptionally(e);
        end.completeExceptionally(e);
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    /** Ends the process and waits for its end; it is not started again. */
    @Override
    public void close() {
        closing.countDown();
        child().ifPresent(Child::close);
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
