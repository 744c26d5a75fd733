package dev.tidemark.serving.fold;

import dev.tidemark.serving.spool.Spool;
import java.util.Optional;

/**
 * A generation and what keeps it going.
 *
 * @param generation the generation
 * @param feed what counts increments into it
 * @param gaps what decides about offsets without increments
 * @param spooling what writes slices of its tail; empty where none are kept
 */
record RunningGeneration(Generation generation, IncrementsFeed feed, GapCloser gaps, Optional<Spooling> spooling)
        implements AutoCloseable {

    /** Begins to count. */
    void start(Progressed signal) {
        spooling.ifPresent(Spooling::start);
        feed.start(generation, signal);
    }

    /** Writes no more slices. */
    void endSpooling() {
        spooling.ifPresent(Spooling::close);
    }

    /** How much is spooled. */
    Optional<Spool.Size> spooled() {
        return spooling.map(Spooling::size);
    }

    @Override
    public void close() {
        feed.close();
        endSpooling();
    }
}
