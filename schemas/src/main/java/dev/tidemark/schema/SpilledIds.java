package dev.tidemark.schema;

import dev.tidemark.schema.IdStore.Seen;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Optional;
import java.util.function.Supplier;
import org.apache.datasketches.filters.bloomfilter.BloomFilter;
import org.apache.datasketches.filters.bloomfilter.BloomFilterBuilder;

/**
 * Ids that were too many to be kept in memory, in buckets of as many. A bucket is dropped when it is full and the newest in
 * it is forgotten; until then it may have some that are forgotten already, or that came again. Not thread-safe.
 */
final class SpilledIds implements AutoCloseable {

    /** The share of the ids that are not in a bucket and are looked for on disk all the same: it takes 11.5 bits of memory an id. */
    private static final double FALSE_POSITIVES = 0.004;

    private final int idsABucket;
    private final Supplier<IdStore> stores;
    /** The newest first. */
    private final Deque<Bucket> buckets = new ArrayDeque<>();

    private Optional<IdStore> store = Optional.empty();
    private int made;

    /** @param stores asked when the first id is added */
    SpilledIds(int idsABucket, Supplier<IdStore> stores) {
        this.idsABucket = idsABucket;
        this.stores = stores;
    }

    private static final class Bucket {

        private final int number;
        private final BloomFilter filter;
        private int ids;
        private long newest;

        Bucket(int number, int limit) {
            this.number = number;
            this.filter = BloomFilterBuilder.createByAccuracy(limit, FALSE_POSITIVES);
        }

        /** False only if the id is not in it. Half of an id is enough to tell: both are of a hash. */
        boolean mayHold(IdHash id) {
            return filter.query(id.low());
        }

        void add(IdHash id, long time) {
            filter.update(id.low());
            ids++;
            newest = time;
        }
    }

    /** Adds an id that came after all that were added before. */
    void add(IdHash id, Seen seen) {
        if (buckets.isEmpty() || isFull(buckets.getFirst())) {
            buckets.addFirst(new Bucket(made++, idsABucket));
        }
        if (store.isEmpty()) {
            store = Optional.of(stores.get());
        }
        Bucket bucket = buckets.getFirst();
        store.get().put(bucket.number, id, seen);
        bucket.add(id, seen.time());
    }

    private boolean isFull(Bucket bucket) {
        return bucket.ids == idsABucket;
    }

    /** When an id came last, if that was at time {@code since} or later. */
    Optional<Seen> find(IdHash id, long since) {
        for (Bucket bucket : buckets) {
            if (bucket.newest < since) {
                break;
            }
            if (bucket.mayHold(id)) {
                Optional<Seen> found = store.orElseThrow().get(bucket.number, id);
                if (found.isPresent()) {
                    // What older buckets have of it is older still.
                    return found.filter(seen -> seen.time() >= since);
                }
            }
        }
        return Optional.empty();
    }

    /** Drops the buckets that have nothing of time {@code since} or later. */
    void forgetBefore(long since) {
        int dropped = -1;
        Iterator<Bucket> eldest = buckets.descendingIterator();
        while (eldest.hasNext()) {
            Bucket bucket = eldest.next();
            if (!isFull(bucket) || bucket.newest >= since) {
                break;
            }
            dropped = bucket.number;
            eldest.remove();
        }
        if (dropped >= 0) {
            store.orElseThrow().dropThrough(dropped);
        }
    }

    /** How many there are, with those that came again. */
    long size() {
        return buckets.stream().mapToLong(bucket -> bucket.ids).sum();
    }

    @Override
    public void close() {
        buckets.clear();
        store.ifPresent(IdStore::close);
        store = Optional.empty();
    }
}
