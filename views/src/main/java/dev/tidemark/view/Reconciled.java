package dev.tidemark.view;

import java.time.Instant;
import java.util.List;

/**
 * What a look at one publication found.
 *
 * @param publication the publication
 * @param at when it was looked at
 * @param compared how many days of views were compared
 * @param notCompared what could not be compared, and why
 * @param unexpected how many differences nothing explains
 * @param expected how many others there are
 * @param drifts the differences, the unexpected ones first; no more than {@link #MOST}
 */
public record Reconciled(
        long publication,
        Instant at,
        long compared,
        List<String> notCompared,
        long unexpected,
        long expected,
        List<Drift> drifts) {

    /** How many differences it tells of; the table has them all. */
    public static final int MOST = 100;
}
