package dev.tidemark.view;

import java.util.Locale;

/** Which layers compute a view. */
public enum Layers {
    /** The stream keeps it fresh, batch recomputes it; every answer merges both. */
    BOTH,

    /** Batch alone: an answer reaches up to the cut of the publication. */
    BATCH,

    /** The stream alone (Kappa): nothing is archived for it, answers fold the retained log. */
    SPEED;

    /** Whether the speed layer computes it. */
    public boolean streamed() {
        return this != BATCH;
    }

    /** Whether the batch layer computes it. */
    public boolean recomputed() {
        return this != SPEED;
    }

    /**
     * The layers of that name, as a view's file has it.
     *
     * @throws IllegalArgumentException if there are none
     */
    public static Layers parse(String name) {
        for (Layers layers : values()) {
            if (layers.toString().equals(name)) {
                return layers;
            }
        }
        throw new IllegalArgumentException("'" + name + "' names no layers; accepted are both, batch and speed");
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
