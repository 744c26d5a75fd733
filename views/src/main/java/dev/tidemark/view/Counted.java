package dev.tidemark.view;

import dev.tidemark.schema.Increment;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.TailSlice.Extent;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a tail has counted between two moments. The increments themselves, so that who counts has little to do for a slice:
 * {@link TailSlicer} folds them elsewhere. If it does not come for a while, those that come are folded here, and take no more
 * memory than their cells.
 *
 * <p>A mutable accumulator until the tail gives it away, not thread-safe.
 */
public final class Counted {

    /** How many increments are held as they are. */
    static final int HELD = 50_000;

    private final int held;
    private final List<Increment> increments = new ArrayList<>();
    private final Map<LogPartition, Long> cuts;
    private final Tally folded;
    private Map<LogPartition, Extent> extents = Map.of();
    private boolean whole;

    /** @param cuts below which batch has counted, by partition; the tail's own map, which gets new ones */
    Counted(DefinitionSet set, Map<LogPartition, Long> cuts, int held) {
        this.cuts = cuts;
        this.held = held;
        this.folded = new Tally(set);
    }

    void add(Increment increment) {
        if (increments.size() < held) {
            increments.add(increment);
        } else {
            LogPartition partition = LogPartition.of(increment);
            folded.count(increment, partition, increment.position().offset() < cuts.get(partition));
        }
    }

    /**
     * Says what it covers, and that nothing more comes.
     *
     * @param whole whether no event of the tail is missing
     */
    void end(Map<LogPartition, Extent> covered, boolean whole) {
        this.extents = Collections.unmodifiableMap(new TreeMap<>(covered));
        this.whole = whole;
    }

    /** What it covers of each partition. */
    Map<LogPartition, Extent> extents() {
        return extents;
    }

    boolean isWhole() {
        return whole;
    }

    /** Folds it, once. The tail may go on meanwhile: only what was given away is looked at. */
    void foldInto(Tally tally) {
        for (Increment increment : increments) {
            LogPartition partition = LogPartition.of(increment);
            long cut = extents.get(partition).cut();
            tally.count(increment, partition, increment.position().offset() < cut);
        }
        tally.add(folded);
    }
}
