package dev.tidemark.schema;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Function;

/**
 * Makes strings of UTF-8 bytes, and gives the same string again for bytes that it has seen lately: what is kept for long
 * of many events then holds each region or page once, not once for each event. Not thread-safe.
 */
public final class RecentStrings implements Function<byte[], String> {

    /** A power of two. */
    private static final int SLOTS = 4_096;

    /** Longer ones are seldom alike. */
    private static final int LONGEST = 64;

    private record Seen(byte[] bytes, String string) {}

    /** By hash; the last one with it. */
    private final Seen[] slots = new Seen[SLOTS];

    @Override
    public String apply(byte[] bytes) {
        if (bytes.length > LONGEST) {
            return new String(bytes, StandardCharsets.UTF_8);
        }
        int hash = Arrays.hashCode(bytes);
        int slot = (hash ^ hash >>> 16) & (SLOTS - 1);
        Seen seen = slots[slot];
        if (seen == null || !Arrays.equals(seen.bytes(), bytes)) {
            seen = new Seen(bytes, new String(bytes, StandardCharsets.UTF_8));
            slots[slot] = seen;
        }
        return seen.string();
    }
}
