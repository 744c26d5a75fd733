package dev.tidemark.system;

import java.util.Random;

/** Randomness that a failed run can be repeated with. */
final class Seeds {

    private Seeds() {}

    /** A generator by {@code -Dtidemark.seed}, or by a new seed; the seed is printed. */
    static Random random() {
        long seed = Long.getLong("tidemark.seed", System.nanoTime());
        System.out.println("seed: -Dtidemark.seed=" + seed);
        return new Random(seed);
    }
}
