package dev.tidemark.deployment.deadletter;

import dev.tidemark.schema.Position;
import java.util.HashMap;
import java.util.Map;
import org.roaringbitmap.longlong.Roaring64Bitmap;

/**
 * A set of positions: a few bytes for each, and less where they lie close together. Accumulates; not thread-safe.
 */
public final class Positions {

    private final Map<String, Map<Integer, Roaring64Bitmap>> offsets = new HashMap<>();

    /** Takes a position in; whether it is new. */
    public boolean add(Position position) {
        Roaring64Bitmap known = offsets.computeIfAbsent(position.log(), log -> new HashMap<>())
                .computeIfAbsent(position.partition(), partition -> new Roaring64Bitmap());
        if (known.contains(position.offset())) {
            return false;
        }
        known.addLong(position.offset());
        return true;
    }

    public boolean contains(Position position) {
        Roaring64Bitmap known = offsets.getOrDefault(position.log(), Map.of()).get(position.partition());
        return known != null && known.contains(position.offset());
    }
}
