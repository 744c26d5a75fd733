package dev.tidemark.view;

import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.TailSlice.Extent;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Makes slices of what a tail has counted, apart from the tail: by whoever takes its {@link Tail#take counted} increments
 * now and then.
 *
 * <p>A mutable accumulator, not thread-safe.
 */
public final class TailSlicer {

    private final DefinitionSet set;
    private Tally tally;
    private Map<LogPartition, Extent> extents = new TreeMap<>();
    private boolean whole;

    public TailSlicer(DefinitionSet set) {
        this.set = set;
        this.tally = new Tally(set);
    }

    /** Takes in what was counted since the last time. */
    public void add(Counted counted) {
        counted.extents().forEach((partition, extent) -> extents.merge(partition, extent, Extent::plus));
        counted.foldInto(tally);
        whole = counted.isWhole();
    }

    /** How many events have been taken in since the last slice. */
    public long events() {
        return tally.events();
    }

    /** How many cells they have made, of all views. */
    public int cells() {
        return tally.size();
    }

    /** What has been taken in since the last slice. Empty while events are missing: a slice covers all of its extent. */
    public Optional<TailSlice> slice() {
        if (!whole) {
            return Optional.empty();
        }
        TailSlice slice = new TailSlice(extents, tally);
        tally = new Tally(set);
        extents = new TreeMap<>();
        whole = false;
        return Optional.of(slice);
    }
}
