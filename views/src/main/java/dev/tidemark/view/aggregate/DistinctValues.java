package dev.tidemark.view.aggregate;

import java.nio.charset.StandardCharsets;
import org.apache.datasketches.hll.HllSketch;
import org.apache.datasketches.hll.TgtHllType;
import org.apache.datasketches.hll.Union;
import org.apache.datasketches.memory.Memory;

/** HyperLogLog sketches of longs and strings, as Spark's {@code hll_sketch_agg} makes them. */
enum DistinctValues implements SketchKind<Union> {
    HLL;

    @Override
    public Union open(byte[] bytes) {
        Union sketch = new Union(DistinctCount.LG_K);
        if (bytes.length > 0) {
            union(sketch, bytes);
        }
        return sketch;
    }

    /** Strings count by their UTF-8 bytes; the library ignores an empty one, as Spark does. */
    @Override
    public void update(Union sketch, Object input) {
        if (input instanceof Long whole) {
            sketch.update(whole);
        } else {
            sketch.update(((String) input).getBytes(StandardCharsets.UTF_8));
        }
    }

    @Override
    public void union(Union sketch, byte[] other) {
        sketch.update(HllSketch.wrap(Memory.wrap(other)));
    }

    @Override
    public byte[] write(Union sketch) {
        return sketch.getResult(TgtHllType.HLL_8).toUpdatableByteArray();
    }
}
