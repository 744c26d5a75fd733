package dev.tidemark.view.aggregate;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A sketch as a value that never changes: its bytes, and the inputs that came after them. They are folded into new bytes
 * when there are enough of them, since doing so for each would copy the whole sketch an event.
 *
 * @param bytes what the sketch library wrote, as a segment stores it; empty of no sketch
 * @param latest the inputs that are not yet in it; null of none
 */
public record Sketched(byte[] bytes, Latest latest) {

    static final Sketched NONE = new Sketched(new byte[0], null);

    private static final int LEAST_FOLDED = 64;

    /** Bytes a pending input: a sketch of ten thousand items is copied less often than one of ten. */
    private static final int SHARE = 64;

    /**
     * An input, and those before it.
     *
     * @param count how many they are
     */
    public record Latest(Object input, Latest before, int count) {}

    Sketched plus(Object input) {
        return new Sketched(bytes, new Latest(input, latest, 1 + pending()));
    }

    private int pending() {
        return latest == null ? 0 : latest.count();
    }

    boolean isDue() {
        return pending() >= Math.max(LEAST_FOLDED, bytes.length / SHARE);
    }

    boolean hasBytes() {
        return bytes.length > 0;
    }

    /** The inputs that are not in the bytes, in the order in which they came. */
    List<Object> inputs() {
        List<Object> inputs = new ArrayList<>(pending());
        for (Latest each = latest; each != null; each = each.before()) {
            inputs.add(each.input());
        }
        Collections.reverse(inputs);
        return inputs;
    }
}
