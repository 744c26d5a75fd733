package dev.tidemark.batch;

import dev.tidemark.batch.Archive.Archived;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Archives again and again. Neither a source that is refused nor trouble that passes ends it: the other sources go on,
 * and what is wrong is said again at every run until it is not.
 */
final class ContinuousArchive {

    private final Archive archive;
    private final Duration pause;
    private final Consumer<List<Archived>> done;
    private final Consumer<String> complaints;

    /**
     * @param pause how long to rest between two runs
     * @param done receives what each run did
     * @param complaints receives a line for each failure
     */
    ContinuousArchive(Archive archive, Duration pause, Consumer<List<Archived>> done, Consumer<String> complaints) {
        this.archive = archive;
        this.pause = pause;
        this.done = done;
        this.complaints = complaints;
    }

    /**
     * Runs until its thread is interrupted.
     *
     * @throws RuntimeException if a run fails for an unknown reason
     */
    void run() throws InterruptedException {
        while (true) {
            try {
                done.accept(archive.run());
            } catch (RuntimeException e) {
                complainOrFail(e);
            }
            Thread.sleep(pause.toMillis());
        }
    }

    private void complainOrFail(RuntimeException failure) {
        // The broker may be away before any source is asked for.
        RuntimeException gravest = UnavailableException.of(failure)
                .<RuntimeException>map(found -> found)
                .orElse(failure);
        if (!isBearable(gravest)) {
            throw failure;
        }
        Stream.concat(Stream.of(gravest), Stream.of(failure.getSuppressed()))
                .forEach(
                        each -> complaints.accept(each.getMessage() + "; trying again in " + pause.toSeconds() + " s"));
    }

    /** A refused source waits for its operator, the broker may come back, another process's append is as good as ours. */
    private static boolean isBearable(RuntimeException failure) {
        return failure instanceof RefusedException
                || failure instanceof UnavailableException
                || failure instanceof LostRaceException;
    }
}
