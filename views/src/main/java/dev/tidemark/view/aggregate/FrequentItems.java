package dev.tidemark.view.aggregate;

import dev.tidemark.schema.ValueType;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.datasketches.common.ArrayOfDoublesSerDe;
import org.apache.datasketches.common.ArrayOfItemsSerDe;
import org.apache.datasketches.common.ArrayOfLongsSerDe;
import org.apache.datasketches.common.ArrayOfStringsSerDe;
import org.apache.datasketches.frequencies.ItemsSketch;
import org.apache.datasketches.memory.Memory;

/**
 * Sketches of frequent items, as Spark's {@code approx_top_k_accumulate(e, 1000)} makes them: the library's bytes, and
 * after them the count of nulls as a big-endian long.
 */
enum FrequentItems implements SketchKind<ItemCounts> {
    LONGS(new ArrayOfLongsSerDe()),
    DOUBLES(new ArrayOfDoublesSerDe()),
    STRINGS(new ArrayOfStringsSerDe());

    /** Spark makes room for 1000 items so: the next power of two above 1000 / 0.75. */
    private static final int MAP_SIZE = 2048;

    private static final double LOAD = 0.75;

    private final ArrayOfItemsSerDe<Object> format;

    @SuppressWarnings("unchecked")
    FrequentItems(ArrayOfItemsSerDe<?> format) {
        this.format = (ArrayOfItemsSerDe<Object>) format;
    }

    /** Of items of that type. */
    static FrequentItems of(ValueType type) {
        return switch (type.kind()) {
            case BIGINT -> LONGS;
            case DOUBLE -> DOUBLES;
            case STRING -> STRINGS;
            default -> throw new IllegalArgumentException("no sketch of frequent items holds values of type " + type);
        };
    }

    /** How far off a count may be among that many events: not at all while there is room for every item. */
    static double error(long events) {
        return events <= MAP_SIZE * LOAD ? 0 : ItemsSketch.getAprioriError(MAP_SIZE, events);
    }

    @Override
    public ItemCounts open(byte[] bytes) {
        if (bytes.length == 0) {
            return new ItemCounts(new ItemsSketch<>(MAP_SIZE), 0);
        }
        int end = bytes.length - Long.BYTES;
        Memory items = Memory.wrap(Arrays.copyOf(bytes, end));
        return new ItemCounts(
                ItemsSketch.getInstance(items, format), ByteBuffer.wrap(bytes).getLong(end));
    }

    @Override
    public void update(ItemCounts sketch, Object input) {
        sketch.add(input);
    }

    @Override
    public void union(ItemCounts sketch, byte[] other) {
        sketch.add(open(other));
    }

    @Override
    public byte[] write(ItemCounts sketch) {
        byte[] items = sketch.items.toByteArray(format);
        return ByteBuffer.allocate(items.length + Long.BYTES)
                .put(items)
                .putLong(sketch.nulls)
                .array();
    }
}
