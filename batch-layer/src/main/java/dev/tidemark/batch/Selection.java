package dev.tidemark.batch;

import java.time.LocalDate;

/** Which days a run recomputes. */
sealed interface Selection {

    /**
     * Every day that was touched since the published cut; the cut moves.
     *
     * @param revert whether files that state what has been replaced since are meant to come back
     */
    record Touched(boolean revert) implements Selection {
        Touched() {
            this(false);
        }
    }

    /**
     * Every day with events; the cut moves.
     *
     * @param revert whether files that state what has been replaced since are meant to come back
     */
    record All(boolean revert) implements Selection {
        All() {
            this(false);
        }
    }

    /**
     * Chosen days, of what lies below the published cut; the cut stays.
     *
     * @param from the first day
     * @param to the first day after them
     */
    record Days(LocalDate from, LocalDate to) implements Selection {
        public Days {
            if (!from.isBefore(to)) {
                throw new IllegalArgumentException("there is no day from " + from + " to " + to
                        + ": `to` is exclusive, and must lie after `from`");
            }
        }

        boolean contains(LocalDate day) {
            return !day.isBefore(from) && day.isBefore(to);
        }
    }

    /** Whether files that state what has been replaced since are meant to come back. */
    default boolean revertsDefinitions() {
        return this instanceof Touched touched && touched.revert() || this instanceof All all && all.revert();
    }

    /** Whether a run over it moves the cut. */
    default boolean movesCut() {
        return !(this instanceof Days);
    }
}
