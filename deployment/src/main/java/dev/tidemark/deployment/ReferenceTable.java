package dev.tidemark.deployment;

import dev.tidemark.schema.ValueType;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * A table whose columns sources take, as its file {@code references/<name>.yaml} states it. What is joined is a version of
 * it that was loaded into the warehouse, not what its place holds at the moment.
 *
 * @param name its name
 * @param kind what its place holds
 * @param place where its rows come from when it is loaded
 * @param key the column with the key: at any time a key has one row at most
 * @param validFrom the column that says from when on a row is valid; without it, and where that is null, from ever
 * @param validTo the column that says until when, exclusive; without it, and where that is null, for ever
 * @param columns the columns that sources may take, and their types
 * @param zone the deployment's, by which times are read that do not say theirs
 */
public record ReferenceTable(
        String name,
        Kind kind,
        Path place,
        String key,
        Optional<String> validFrom,
        Optional<String> validTo,
        Map<String, ValueType> columns,
        ZoneId zone) {

    /** What a place holds. */
    public enum Kind {
        /** A Delta table. */
        TABLE,
        /** One CSV file or a folder of them, each with a header. */
        CSV,
        /** One Parquet file or a folder of them. */
        PARQUET
    }

    public ReferenceTable {
        columns = Collections.unmodifiableMap(new LinkedHashMap<>(columns));
    }

    /** The key's type: that which {@code columns} gives it, or else text. */
    public ValueType keyType() {
        return columns.getOrDefault(key, ValueType.STRING);
    }

    private boolean hasTimes() {
        return validFrom.isPresent() || validTo.isPresent() || columns.containsValue(ValueType.TIMESTAMP);
    }

    /** What a loaded version has to agree with: everything but the place. */
    Map<String, String> shape() {
        Map<String, String> shape = new TreeMap<>();
        shape.put("key", key);
        validFrom.ifPresent(column -> shape.put("valid_from", column));
        validTo.ifPresent(column -> shape.put("valid_to", column));
        if (hasTimes()) {
            shape.put("timezone", zone.getId());
        }
        columns.forEach((column, type) -> shape.put("columns." + column, type.toString()));
        return shape;
    }
}
