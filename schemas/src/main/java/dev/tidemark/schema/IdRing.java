package dev.tidemark.schema;

import dev.tidemark.schema.IdStore.Seen;
import java.util.Optional;

/**
 * The newest ids in memory, in the order in which they came. An id is four numbers in a ring, and a hash table says where:
 * 40 bytes each when it is full, up to twice as many while it grows. An id that comes again has a new place in the ring;
 * its old one is empty from then on, but taken until it is the eldest. Not thread-safe.
 */
final class IdRing {

    private static final int NUMBERS = 4;
    private static final int FIRST_CAPACITY = 256;

    private final int limit;
    private long[] ring;
    /** One more than the place in the ring, or 0: with open addressing, at most half of it is used. */
    private int[] table;

    private int eldest;
    private int taken;
    private int size;

    /** @param limit how many places there are at most */
    IdRing(int limit) {
        this.limit = limit;
        allocate(Math.min(limit, FIRST_CAPACITY));
    }

    private void allocate(int capacity) {
        ring = new long[NUMBERS * capacity];
        table = new int[Integer.highestOneBit(2 * capacity - 1) << 1];
    }

    /** How many ids there are. */
    int size() {
        return size;
    }

    boolean isEmpty() {
        return taken == 0;
    }

    /** Whether the eldest has to be removed before another one is added. */
    boolean isFull() {
        return taken == limit;
    }

    /** The id that came first, if there is any. */
    IdHash eldest() {
        return id(eldest);
    }

    /** When the eldest came. */
    Seen eldestSeen() {
        return seen(eldest);
    }

    /** When an id came last, if it is there. */
    Optional<Seen> find(IdHash id) {
        int place = table[slot(id.high(), id.low())] - 1;
        return place < 0 ? Optional.empty() : Optional.of(seen(place));
    }

    /** Adds an id as the newest. */
    void add(IdHash id, Seen seen) {
        if (taken == capacity()) {
            grow();
        }
        int place = (eldest + taken) % capacity();
        taken++;
        ring[NUMBERS * place] = id.high();
        ring[NUMBERS * place + 1] = id.low();
        ring[NUMBERS * place + 2] = seen.time();
        ring[NUMBERS * place + 3] = seen.offset();
        enter(place);
    }

    /**
     * Removes the eldest.
     *
     * @return whether it was there; if not, it has come again since and is newer now
     */
    boolean removeEldest() {
        int slot = slot(high(eldest), low(eldest));
        boolean there = table[slot] == eldest + 1;
        if (there) {
            empty(slot);
            size--;
        }
        eldest = (eldest + 1) % capacity();
        taken--;
        return there;
    }

    private int capacity() {
        return ring.length / NUMBERS;
    }

    private long high(int place) {
        return ring[NUMBERS * place];
    }

    private long low(int place) {
        return ring[NUMBERS * place + 1];
    }

    private IdHash id(int place) {
        return new IdHash(high(place), low(place));
    }

    private Seen seen(int place) {
        return new Seen(ring[NUMBERS * place + 2], ring[NUMBERS * place + 3]);
    }

    private void grow() {
        long[] before = ring;
        int begin = NUMBERS * eldest;
        allocate((int) Math.min(limit, 2L * capacity()));
        System.arraycopy(before, begin, ring, 0, before.length - begin);
        System.arraycopy(before, 0, ring, before.length - begin, begin);
        eldest = 0;
        size = 0;
        for (int place = 0; place < taken; place++) {
            enter(place);
        }
    }

    /** Lets the table say that an id's newest place is this one. */
    private void enter(int place) {
        int slot = slot(high(place), low(place));
        size += table[slot] == 0 ? 1 : 0;
        table[slot] = place + 1;
    }

    /** Where the table has an id, or would have it. */
    private int slot(long high, long low) {
        int slot = home(low);
        while (table[slot] != 0 && !(high(table[slot] - 1) == high && low(table[slot] - 1) == low)) {
            slot = next(slot);
        }
        return slot;
    }

    private int home(long low) {
        return (int) low & table.length - 1;
    }

    private int next(int slot) {
        return slot + 1 & table.length - 1;
    }

    /** Empties a slot, and moves what follows nearer to its home, so that the way to it has no gap. */
    private void empty(int slot) {
        int gap = slot;
        for (int at = next(gap); table[at] != 0; at = next(at)) {
            int fromHome = at - home(low(table[at] - 1)) & table.length - 1;
            int fromGap = at - gap & table.length - 1;
            if (fromHome >= fromGap) {
                table[gap] = table[at];
                gap = at;
            }
        }
        table[gap] = 0;
    }
}
