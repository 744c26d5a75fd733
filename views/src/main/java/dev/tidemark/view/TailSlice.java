package dev.tidemark.view;

import dev.tidemark.view.Tail.LogPartition;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * What the increments between two moments came to, with the coverage of it. Slices merge like everything that is
 * counted: one after the other they are what was counted at a stretch. None of what a slice holds changes any more.
 */
public final class TailSlice {

    /**
     * What it covers of one partition: [{@code from}, {@code through}), all of it.
     *
     * @param cut below it, batch has counted for those views that the stream alone does not compute
     * @param from the first offset
     * @param through exclusive
     */
    public record Extent(long cut, long from, long through) {
        public Extent {
            if (cut < 0 || from < 0 || through < from) {
                throw new IllegalArgumentException("not an extent: " + from + " to " + through + ", cut " + cut);
            }
        }

        /**
         * This one and the one that follows it.
         *
         * @throws OverlapException if they have offsets in common
         * @throws IllegalArgumentException if something lies between them, or they begin to count at another cut
         */
        Extent plus(Extent later) {
            requireFollows(later, cut, through);
            return new Extent(cut, from, later.through);
        }

        /** Refuses what does not go on at {@code through}. */
        static void requireFollows(Extent later, long cut, long through) {
            if (later.from < through) {
                throw new OverlapException("a slice from " + later.from + " overlaps what has been counted up to "
                        + through + ": it would be counted twice");
            }
            if (later.from > through || later.cut != cut) {
                throw new IllegalArgumentException(
                        "a slice from %d, cut %d, does not follow what has been counted up to"
                                        .formatted(later.from, later.cut)
                                + " %d, cut %d".formatted(through, cut));
            }
        }
    }

    private final Map<LogPartition, Extent> extents;
    private final Tally tally;

    TailSlice(Map<LogPartition, Extent> extents, Tally tally) {
        this.extents = Collections.unmodifiableMap(new TreeMap<>(extents));
        this.tally = tally;
    }

    /** What it covers of each partition that was being counted; nothing of those that did not move. */
    public Map<LogPartition, Extent> extents() {
        return extents;
    }

    Tally tally() {
        return tally;
    }

    /**
     * This slice and the one that follows it.
     *
     * @throws OverlapException if they cover the same offsets
     * @throws IllegalArgumentException if the other one does not follow
     */
    public TailSlice plus(TailSlice later) {
        Map<LogPartition, Extent> joined = new TreeMap<>(extents);
        later.extents.forEach((partition, extent) -> joined.merge(partition, extent, Extent::plus));
        Tally sum = new Tally(tally.set());
        sum.add(tally);
        sum.add(later.tally);
        return new TailSlice(joined, sum);
    }
}
