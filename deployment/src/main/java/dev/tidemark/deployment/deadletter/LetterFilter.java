package dev.tidemark.deployment.deadletter;

import java.util.Optional;

/**
 * Which dead letters are asked for.
 *
 * @param reason of that reason only
 * @param view that this view does not count only
 * @param samples how many samples at most
 */
public record LetterFilter(Optional<String> reason, Optional<String> view, int samples) {

    /** All of them, and no samples. */
    public static final LetterFilter NO_SAMPLES = new LetterFilter(Optional.empty(), Optional.empty(), 0);

    /** How many samples there are unless more are asked for. */
    public static final int USUAL_SAMPLES = 10;

    /** How many samples there can be. */
    public static final int MOST_SAMPLES = LetterCounts.SAMPLES;
}
