package dev.tidemark.batch;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;

/** Work on several views at once: Spark plans one part while it computes another. */
final class InParallel {

    private InParallel() {}

    /**
     * The function's results, in the order of the items, once all have ended.
     *
     * @throws RuntimeException the first failure, in that order
     */
    static <T, R> List<R> map(List<T> items, Function<T, R> function) {
        if (items.size() < 2) {
            return items.stream().map(function).toList();
        }
        ExecutorService threads = Executors.newFixedThreadPool(
                Math.min(items.size(), Runtime.getRuntime().availableProcessors()));
        try {
            List<Callable<R>> calls = items.stream()
                    .map(item -> (Callable<R>) () -> function.apply(item))
                    .toList();
            return threads.invokeAll(calls).stream().map(InParallel::result).toList();
        } catch (InterruptedException e) {
            throw interrupted(e);
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * Does all of it.
     *
     * @throws RuntimeException the first failure, in that order
     */
    static void run(List<Runnable> work) {
        map(work, part -> {
            part.run();
            return true;
        });
    }

    private static <R> R result(Future<R> future) {
        try {
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted", e);
    }
}
