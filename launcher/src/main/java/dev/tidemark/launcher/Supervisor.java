package dev.tidemark.launcher;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.Supplier;

/** Keeps processes running. When it is closed they end one after the other, the one that started last first. */
final class Supervisor implements AutoCloseable {

    private final Consumer<String> log;
    private final Supplier<RestartPolicy> policies;
    private final CompletableFuture<Void> end = new CompletableFuture<>();
    private final Deque<Supervised> running = new ArrayDeque<>();
    private boolean closed;

    /** @param log receives the lines for the user */
    Supervisor(Consumer<String> log) {
        this(log, RestartPolicy::new);
    }

    /** @param policies gives each process its own */
    Supervisor(Consumer<String> log, Supplier<RestartPolicy> policies) {
        this.log = log;
        this.policies = policies;
    }

    /** Starts a process, and starts it again whenever it ends. */
    Supervised start(String name, Supplier<ProcessBuilder> process) {
        return start(name, process, policies.get());
    }

    /** Starts a process without which the others go on, and starts it again whenever it ends, however often it refuses. */
    Supervised startBeside(String name, Supplier<ProcessBuilder> process) {
        return start(name, process, policies.get().patient());
    }

    private synchronized Supervised start(String name, Supplier<ProcessBuilder> process, RestartPolicy policy) {
        if (closed) {
            throw new CancellationException("everything is being stopped");
        }
        Supervised started = new Supervised(name, process, policy, log, end);
        running.push(started);
        return started;
    }

    /** Fails if a process does not start; says why. */
    void requireRunning() {
        if (end.isDone()) {
            await();
        }
    }

    /** Waits until a process does not start any more, and fails; says why. */
    void await() {
        try {
            end.get();
        } catch (ExecutionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : new CompletionException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("interrupted");
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
        while (!running.isEmpty()) {
            Supervised last = running.pop();
            log.accept(Output.prefixed("tidemark", "stopping " + last.name()));
            last.close();
        }
    }
}
