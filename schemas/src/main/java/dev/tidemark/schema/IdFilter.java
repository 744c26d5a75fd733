package dev.tidemark.schema;

/**
 * A Bloom filter over a bounded number of ids, of 12 bits an id: of those that were not added, it holds one in about 200
 * possible. All bits of an id are in one block of 64 bytes, so that a question costs one access to memory.
 */
final class IdFilter {

    private static final int BITS_AN_ID = 12;
    private static final int PROBES = 7;
    private static final int BLOCK_WORDS = 8;

    private final int blocks;
    private final long[] words;

    /** @param ids how many will be added */
    IdFilter(int ids) {
        this.blocks = (int) ((long) ids * BITS_AN_ID / (BLOCK_WORDS * Long.SIZE)) + 1;
        this.words = new long[blocks * BLOCK_WORDS];
    }

    void add(IdHash id) {
        int block = block(id);
        long probes = id.low();
        for (int i = 0; i < PROBES; i++) {
            words[block + word(probes)] |= bit(probes);
            probes >>>= 9;
        }
    }

    /** False only if the id was not added. */
    boolean mayHold(IdHash id) {
        int block = block(id);
        long probes = id.low();
        for (int i = 0; i < PROBES; i++) {
            if ((words[block + word(probes)] & bit(probes)) == 0) {
                return false;
            }
            probes >>>= 9;
        }
        return true;
    }

    private int block(IdHash id) {
        return (int) ((id.high() >>> 32) * blocks >>> 32) * BLOCK_WORDS;
    }

    private static int word(long probes) {
        return (int) probes & BLOCK_WORDS - 1;
    }

    /** Of the six bits after the word's, which is what a shift looks at. */
    private static long bit(long probes) {
        return 1L << (probes >>> 3);
    }
}
