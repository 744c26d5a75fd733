package dev.tidemark.schema;

import java.io.UncheckedIOException;
import java.util.Optional;

/**
 * Where ids go that are too many to be kept in memory: in buckets, of which each is dropped as a whole. Whoever has one
 * closes it. Not thread-safe. What cannot be read or written is an {@link UncheckedIOException}.
 */
public interface IdStore extends AutoCloseable {

    /**
     * When an id came last.
     *
     * @param time the partition's time then, in milliseconds of the epoch
     * @param offset the event's offset
     */
    record Seen(long time, long offset) {}

    /** Puts an id into a bucket, over what the bucket has of it; no bucket is written to after one with a higher number. */
    void put(int bucket, IdHash id, Seen seen);

    /** What was put into a bucket of an id last. */
    Optional<Seen> get(int bucket, IdHash id);

    /** Drops the buckets up to this one, which are not asked for any more. */
    void dropThrough(int bucket);

    /** Deletes all of it. */
    @Override
    void close();
}
