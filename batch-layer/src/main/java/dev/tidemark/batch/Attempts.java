package dev.tidemark.batch;

import io.delta.exceptions.DeltaConcurrentModificationException;
import java.util.function.BooleanSupplier;

/** Writes to a Delta table in which another process may be in the way. */
final class Attempts {

    private static final int MOST = 10;

    private Attempts() {}

    /**
     * Tries until it is done.
     *
     * @param done does what is left to do, and says whether nothing was; what it throws where another process has
     *     written the table meanwhile is no failure
     * @param undone what to say if it is never done
     * @return how often something was left to do
     * @throws IllegalStateException if it is never done
     */
    static int until(BooleanSupplier done, String undone) {
        DeltaConcurrentModificationException conflict = null;
        for (int attempt = 0; attempt < MOST; attempt++) {
            try {
                if (done.getAsBoolean()) {
                    return attempt;
                }
            } catch (DeltaConcurrentModificationException e) {
                conflict = e;
            }
        }
        throw new IllegalStateException(undone, conflict);
    }
}
