package dev.tidemark.serving.spool;

import dev.tidemark.view.TailSlice;
import java.util.Map;
import java.util.TreeMap;

/**
 * A slice, and where to go on.
 *
 * @param slice the slice
 * @param resume by partition of the increments topic, the offset from which on whatever no slice up to this one holds
 *     stands; of partitions that are not named, nothing had been read
 */
public record StoredSlice(TailSlice slice, Map<Integer, Long> resume) {
    public StoredSlice {
        resume = Map.copyOf(resume);
    }

    /** This slice and the one that follows it. */
    StoredSlice plus(StoredSlice later) {
        Map<Integer, Long> newest = new TreeMap<>(resume);
        newest.putAll(later.resume);
        return new StoredSlice(slice.plus(later.slice), newest);
    }
}
