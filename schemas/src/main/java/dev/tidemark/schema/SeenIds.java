package dev.tidemark.schema;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * The ids of one partition's events that a later event may repeat.
 *
 * <p>A partition's time at a record is the newest timestamp among the records up to it, so it never goes back. An event is
 * a duplicate if an earlier well-formed event of its partition has its id and the partition's time has not gone on by
 * more than the given duration since. So whether it is one depends on the log alone, and on no more of it than what lies
 * after the first record that is stamped no earlier than the event's timestamp less that duration: everything before that
 * record has an earlier time.
 *
 * <p>Ids are kept as the first 128 bits of their SHA-256, at about 120 bytes of memory each: as many as the partition has
 * within that duration. A mutable accumulator, not thread-safe.
 */
public final class SeenIds {

    private record Id(long high, long low) {}

    private record Seen(long time, long offset) {}

    private final long within;
    private final MessageDigest digest = sha256();
    /** In the order of their times. */
    private final LinkedHashMap<Id, Seen> ids = new LinkedHashMap<>();

    private long time = Long.MIN_VALUE;

    public SeenIds(Duration within) {
        this.within = within.toMillis();
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
        time = Math.max(time, timestamp);
        Iterator<Map.Entry<Id, Seen>> eldest = ids.entrySet().iterator();
        while (eldest.hasNext() && eldest.next().getValue().time() < time - within) {
            eldest.remove();
        }
    }

    /**
     * Takes the id of the record whose timestamp was taken last.
     *
     * @return the offset of the last event before it with that id, if it is a duplicate
     */
    public OptionalLong repeats(String id, long offset) {
        Id hash = hash(id);
        Seen before = ids.remove(hash);
        ids.put(hash, new Seen(time, offset));
        return before == null ? OptionalLong.empty() : OptionalLong.of(before.offset());
    }

    /** How many ids are remembered. */
    public int size() {
        return ids.size();
    }

    private Id hash(String id) {
        ByteBuffer hash = ByteBuffer.wrap(digest.digest(id.getBytes(StandardCharsets.UTF_8)));
        return new Id(hash.getLong(), hash.getLong());
    }
}
