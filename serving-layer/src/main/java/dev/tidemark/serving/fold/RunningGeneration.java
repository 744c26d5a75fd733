package dev.tidemark.serving.fold;

/**
 * A generation and what keeps it going.
 *
 * @param generation the generation
 * @param feed what counts increments into it
 * @param gaps what decides about offsets without increments
 */
record RunningGeneration(Generation generation, IncrementsFeed feed, GapCloser gaps) implements AutoCloseable {
    @Override
    public void close() {
        feed.close();
    }
}
