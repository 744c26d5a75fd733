package dev.tidemark.launcher;

import dev.tidemark.deployment.RefusedException;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.apache.kafka.common.utils.Utils;

/**
 * Goes on with sending a list of records after an interruption, by the log alone. Every record has its partition, by
 * its key, and the records of a partition are sent in the order of the list; so what is in the log are the first so
 * many records of each partition, and its end offset is their number. Accumulates.
 */
final class Resumption {

    static final String REMEDY = "something else has written to it; start over in another --data";

    private final int partitions;
    private final Map<Integer, Long> toSkip;

    /** @param ends the end offset of each partition of a topic that holds nothing but records of the list */
    Resumption(Map<Integer, Long> ends) {
        this.partitions = ends.size();
        this.toSkip = new HashMap<>(ends);
    }

    /**
     * Takes the next record of the list.
     *
     * @param key what decides its partition
     * @return the partition to send it to; empty if it is in the log already
     */
    OptionalInt next(byte[] key) {
        int partition = partition(key);
        long left = toSkip.get(partition);
        if (left > 0) {
            toSkip.put(partition, left - 1);
            return OptionalInt.empty();
        }
        return OptionalInt.of(partition);
    }

    /** The partition of a record with this key. */
    int partition(byte[] key) {
        return Utils.toPositive(Utils.murmur2(key)) % partitions;
    }

    /** Refuses to go on if the log holds more records than the list: then it is not the list's log. */
    void requireNothingLeft() {
        long left = toSkip.values().stream().mapToLong(Long::longValue).sum();
        if (left > 0) {
            throw new RefusedException(
                    "the topic holds %,d records more than the example's file: ".formatted(left) + REMEDY);
        }
    }
}
