package dev.tidemark.view;

import dev.tidemark.view.Tail.LogPartition;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What is different in a tail since the slice before, or since it was empty: put over what the slices before it left, it
 * is the tail at that moment. None of what a slice holds changes any more.
 *
 * @param partitions what has been counted of each partition, from where counting began; not only since the slice before
 * @param changes the cells that are different, by view in the order of the set's
 */
public record TailSlice(Map<LogPartition, Counted> partitions, List<Changes> changes) {
    public TailSlice {
        partitions = Collections.unmodifiableMap(new TreeMap<>(partitions));
        changes = List.copyOf(changes);
    }
}
