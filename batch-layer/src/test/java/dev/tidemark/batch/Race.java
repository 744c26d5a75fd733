package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Phaser;
import java.util.concurrent.TimeUnit;

/** Two runs at once that meet on their way. */
final class Race {

    private static final String DONE = "done";
    private static final String LOST = "lost the race";

    private final Phaser runs = new Phaser(2);

    /** Waits until the other run has come here too, or has ended. */
    void meet() {
        try {
            runs.awaitAdvanceInterruptibly(runs.arrive(), 1, TimeUnit.MINUTES);
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    /** Runs twice at once: one must come through, and the other lose the race. */
    void hasOneWinner(Callable<?> run) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(2);
        try {
            List<Future<String>> outcomes = threads.invokeAll(Collections.nCopies(2, () -> outcome(run)));
            String first = outcomes.get(0).get();
            String second = outcomes.get(1).get();
            assertEquals(first.equals(DONE) ? LOST : DONE, second, () -> "the other: " + first);
            assertEquals(second.equals(DONE) ? LOST : DONE, first, () -> "the other: " + second);
        } finally {
            threads.shutdownNow();
        }
    }

    private String outcome(Callable<?> run) {
        try {
            run.call();
            return DONE;
        } catch (LostRaceException e) {
            return LOST;
        } catch (Throwable e) {
            StringWriter trace = new StringWriter();
            e.printStackTrace(new PrintWriter(trace));
            return trace.toString();
        } finally {
            runs.forceTermination();
        }
    }
}
