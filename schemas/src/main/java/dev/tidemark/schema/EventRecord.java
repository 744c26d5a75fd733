package dev.tidemark.schema;

import java.util.Arrays;
import java.util.List;

/**
 * A record's values in the order of its Avro schema. Besides the values of {@link ValueType} it holds {@link Integer}
 * and {@link Float} where the schema says so, {@code byte[]}, {@link List}, {@link java.util.Map} by string, and nested
 * records.
 */
public record EventRecord(List<Object> values) {
    public static EventRecord of(Object... values) {
        return new EventRecord(Arrays.asList(values));
    }

    /** The value of the field at {@code index}, or null. */
    public Object get(int index) {
        return values.get(index);
    }
}
