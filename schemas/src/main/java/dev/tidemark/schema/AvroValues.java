package dev.tidemark.schema;

import dev.tidemark.schema.Judged.Reason;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericFixed;
import org.apache.avro.generic.IndexedRecord;
import org.apache.avro.util.Utf8;

/**
 * Values as Avro's generic readers give them, in terms of the underlying types, as values of an event. Strings are read
 * strictly: one with replaced characters would be another value.
 */
final class AvroValues {

    /** More bits than any decimal of 38 digits has; turning millions of them into digits would take long. */
    private static final int MAX_DECIMAL_BITS = 1_000;

    private AvroValues() {}

    /**
     * A field's default.
     *
     * @throws IllegalArgumentException if no event could have that value
     */
    static Object defaultOf(Schema.Field field) {
        try {
            return of(field.schema(), GenericData.get().getDefaultValue(field), field.name());
        } catch (MalformedEventException e) {
            throw new IllegalArgumentException("has a default that no event could have: " + e.getMessage(), e);
        }
    }

    /**
     * The value of a type.
     *
     * @param raw what Avro's reader gave for it
     * @param path where it stands, for messages
     * @throws MalformedEventException if no event could have that value
     */
    static Object of(Schema type, Object raw, String path) throws MalformedEventException {
        return switch (type.getType()) {
            case NULL -> null;
            case STRING -> string(raw, path);
            case ENUM -> raw.toString();
            case BYTES, FIXED -> binary(type.getLogicalType(), bytes(raw), path);
            case INT -> type.getLogicalType() instanceof LogicalTypes.Date ? date((Integer) raw, path) : raw;
            case LONG -> time(type.getLogicalType(), (Long) raw, path);
            case RECORD -> record(type, (IndexedRecord) raw, path.isEmpty() ? "" : path + ".");
            case ARRAY -> list(type.getElementType(), (List<?>) raw, path + "[]");
            case MAP -> map(type.getValueType(), (Map<?, ?>) raw, path);
            case UNION -> raw == null ? null : of(present(type), raw, path);
            default -> raw;
        };
    }

    /** The one type of a union that is not null: others are not accepted. */
    private static Schema present(Schema union) {
        return union.getTypes().stream()
                .filter(type -> type.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow();
    }

    private static String string(Object raw, String path) throws MalformedEventException {
        return raw instanceof Utf8 utf8
                ? StrictUtf8.decode(utf8.getBytes(), utf8.getByteLength(), path + " is ")
                : raw.toString();
    }

    private static byte[] bytes(Object raw) {
        if (raw instanceof GenericFixed fixed) {
            return fixed.bytes();
        }
        ByteBuffer buffer = ((ByteBuffer) raw).duplicate();
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static Object binary(LogicalType logical, byte[] bytes, String path) throws MalformedEventException {
        if (!(logical instanceof LogicalTypes.Decimal decimal)) {
            return bytes;
        }
        BigInteger digits = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
        if (digits.bitLength() > MAX_DECIMAL_BITS) {
            throw unexpected(path, bytes.length + " bytes", "a decimal of " + decimal.getPrecision() + " digits");
        }
        BigDecimal value = new BigDecimal(digits, decimal.getScale());
        if (value.precision() > decimal.getPrecision()) {
            throw unexpected(path, value, "at most " + decimal.getPrecision() + " digits");
        }
        return value;
    }

    private static LocalDate date(int raw, String path) throws MalformedEventException {
        LocalDate date = LocalDate.ofEpochDay(raw);
        if (date.getYear() < 0 || date.getYear() > JsonReaders.LAST_YEAR) {
            throw unexpected(path, date, "the years 0 to 9999");
        }
        return date;
    }

    private static Object time(LogicalType logical, long raw, String path) throws MalformedEventException {
        boolean millis = logical instanceof LogicalTypes.TimestampMillis;
        if (!millis && !(logical instanceof LogicalTypes.TimestampMicros)) {
            return raw;
        }
        Instant time = millis ? Instant.ofEpochMilli(raw) : Instant.EPOCH.plus(raw, ChronoUnit.MICROS);
        if (time.isBefore(JsonReaders.FIRST) || !time.isBefore(JsonReaders.END)) {
            throw unexpected(path, time, "the years 0 to 9999");
        }
        return time;
    }

    private static MalformedEventException unexpected(String path, Object found, String expected) {
        return new MalformedEventException(Reason.SCHEMA, path + " is " + found + "; expected " + expected);
    }

    private static EventRecord record(Schema type, IndexedRecord raw, String path) throws MalformedEventException {
        List<Object> values = new ArrayList<>(type.getFields().size());
        for (Schema.Field field : type.getFields()) {
            values.add(of(field.schema(), raw.get(field.pos()), path + field.name()));
        }
        return new EventRecord(values);
    }

    private static List<Object> list(Schema element, List<?> raw, String path) throws MalformedEventException {
        List<Object> values = new ArrayList<>(raw.size());
        for (Object one : raw) {
            values.add(of(element, one, path));
        }
        return values;
    }

    private static Map<String, Object> map(Schema element, Map<?, ?> raw, String path) throws MalformedEventException {
        Map<String, Object> values = new HashMap<>();
        for (Map.Entry<?, ?> entry : raw.entrySet()) {
            String key = string(entry.getKey(), path + "'s key");
            values.put(key, of(element, entry.getValue(), path + "{}"));
        }
        return values;
    }
}
