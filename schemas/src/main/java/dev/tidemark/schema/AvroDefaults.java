package dev.tidemark.schema;

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

/** A field's default, which Avro states in terms of the underlying types, as a value of an event. */
final class AvroDefaults {

    private AvroDefaults() {}

    static Object of(Schema.Field field) {
        // Of a union, the default belongs to the first type.
        Schema type = field.schema().isUnion() ? field.schema().getTypes().get(0) : field.schema();
        return value(type, GenericData.get().getDefaultValue(field));
    }

    private static Object value(Schema type, Object raw) {
        return switch (type.getType()) {
            case NULL -> null;
            case STRING, ENUM -> raw.toString();
            case BYTES, FIXED -> binary(type.getLogicalType(), bytes(raw));
            case INT -> type.getLogicalType() instanceof LogicalTypes.Date ? LocalDate.ofEpochDay((Integer) raw) : raw;
            case LONG -> time(type.getLogicalType(), (Long) raw);
            case RECORD -> record(type, (IndexedRecord) raw);
            case ARRAY -> list(type.getElementType(), (List<?>) raw);
            case MAP -> map(type.getValueType(), (Map<?, ?>) raw);
            case UNION -> union(type, raw);
            default -> raw;
        };
    }

    private static Object union(Schema union, Object raw) {
        return value(union.getTypes().get(GenericData.get().resolveUnion(union, raw)), raw);
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

    private static Object binary(LogicalType logical, byte[] bytes) {
        if (!(logical instanceof LogicalTypes.Decimal decimal)) {
            return bytes;
        }
        BigInteger digits = bytes.length == 0 ? BigInteger.ZERO : new BigInteger(bytes);
        return new BigDecimal(digits, decimal.getScale());
    }

    private static Object time(LogicalType logical, long raw) {
        if (logical instanceof LogicalTypes.TimestampMillis) {
            return Instant.ofEpochMilli(raw);
        }
        return logical instanceof LogicalTypes.TimestampMicros
                ? Instant.EPOCH.plus(raw, ChronoUnit.MICROS)
                : (Object) raw;
    }

    private static EventRecord record(Schema type, IndexedRecord raw) {
        List<Object> values = new ArrayList<>();
        type.getFields().forEach(field -> values.add(value(field.schema(), raw.get(field.pos()))));
        return new EventRecord(values);
    }

    private static List<Object> list(Schema element, List<?> raw) {
        List<Object> values = new ArrayList<>();
        raw.forEach(one -> values.add(value(element, one)));
        return values;
    }

    private static Map<String, Object> map(Schema element, Map<?, ?> raw) {
        Map<String, Object> values = new HashMap<>();
        raw.forEach((key, one) -> values.put(key.toString(), value(element, one)));
        return values;
    }
}
