package dev.tidemark.view.aggregate;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The order of values, as SQL has it. */
public final class Values {

    private Values() {}

    /** The order of two values of the same type; nulls come first. */
    @SuppressWarnings({"unchecked", "rawtypes"})
    public static int compare(Object one, Object other) {
        if (one == null || other == null) {
            return one == other ? 0 : one == null ? -1 : 1;
        }
        if (one instanceof String a && other instanceof String b) {
            return Arrays.compareUnsigned(a.getBytes(StandardCharsets.UTF_8), b.getBytes(StandardCharsets.UTF_8));
        }
        return ((Comparable) one).compareTo(other);
    }
}
