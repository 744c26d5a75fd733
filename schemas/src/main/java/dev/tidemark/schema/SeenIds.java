package dev.tidemark.schema;

import dev.tidemark.schema.IdStore.Seen;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * The ids of one partition's events that a later event may repeat.
 *
 * <p>A partition's time at a record is the newest timestamp among the records up to it, so it never goes back. An event is
 * a duplicate if an earlier well-formed event of its partition has its id and the partition's time has not gone on by
 * more than the given duration since. So whether it is one depends on the log alone, and on no more of it than what lies
 * after the first record that is stamped no earlier than the event's timestamp less that duration: everything before that
 * record has an earlier time.
 *
 * <p>Ids are kept as the first 128 bits of their SHA-256: the newest in memory, up to a bound, at 40 bytes each; those before
 * them in an {@link IdStore}, with 12 bits each in memory. Which of them it is makes no difference to what is a duplicate.
 *
 * <p>A mutable accumulator, not thread-safe. Whoever has it closes it, or hands it on.
 */
public final class SeenIds implements AutoCloseable {

    /** How many ids of a partition are kept in memory, which then are 40 MB; enough for ten minutes at 1,600 a second. */
    public static final int IN_MEMORY = 1_000_000;

    private final long within;
    private final MessageDigest digest = sha256();
    private final IdRing newest;
    private final SpilledIds spilled;

    private long time = Long.MIN_VALUE;
    private boolean closed;

    /**
     * @param within for how long an id is remembered
     * @param inMemory how many ids are kept in memory, {@link #IN_MEMORY} but in tests and measurements
     * @param stores makes the place for the others, when there are any
     */
    public SeenIds(Duration within, int inMemory, Supplier<IdStore> stores) {
        this.within = within.toMillis();
        this.newest = new IdRing(inMemory);
        this.spilled = new SpilledIds(inMemory, stores);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Takes the timestamp of the next record, whatever the record is, in milliseconds of the epoch. */
    public void advance(long timestamp) {
        requireOpen();
        time = Math.max(time, timestamp);
        while (!newest.isEmpty() && newest.eldestSeen().time() < time - within) {
            newest.removeEldest();
        }
        spilled.forgetBefore(time - within);
    }

    /**
     * Takes the id of the record whose timestamp was taken last.
     *
     * @return the offset of the last event before it with that id, if it is a duplicate
     */
    public OptionalLong repeats(String id, long offset) {
        requireOpen();
        IdHash hash = hash(id);
        Optional<Seen> before = newest.find(hash).or(() -> spilled.find(hash, time - within));
        if (newest.isFull()) {
            spillEldest();
        }
        newest.add(hash, new Seen(time, offset));
        return before.map(seen -> OptionalLong.of(seen.offset())).orElse(OptionalLong.empty());
    }

    private void spillEldest() {
        IdHash eldest = newest.eldest();
        Seen seen = newest.eldestSeen();
        if (newest.removeEldest()) {
            spilled.add(eldest, seen);
        }
    }

    /** How many ids are kept; of those that are not in memory, some may be forgotten already, or have come again. */
    public long size() {
        return newest.size() + spilled.size();
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("these ids were given up");
        }
    }

    private IdHash hash(String id) {
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)));
        return new IdHash(hash.getLong(), hash.getLong());
    }

    /** Gives the ids up. */
    @Override
    public void close() {
        closed = true;
        spilled.close();
    }
}
