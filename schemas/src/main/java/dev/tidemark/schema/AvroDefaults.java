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

    /** @throws IllegalArgumentException if no event could have that value */
    static Object of(Schema.Field field) {
        return value(field.schema(), GenericData.get().getDefaultValue(field));
    }

    private static Object value(Schema type, Object raw) {
        return switch (type.getType()) {
            case NULL -> null;
            case STRING, ENUM -> raw.toString();
            case BYTES, FIXED -> binary(type.getLogicalType(), bytes(raw));
            case INT -> type.getLogicalType() instanceof LogicalTypes.Date ? date((Integer) raw) : raw;
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
        BigDecimal value = new BigDecimal(digits, decimal.getScale());
        require(value.precision() <= decimal.getPrecision(), value, "at most " + decimal.getPrecision() + " digits");
        return value;
    }

    private static LocalDate date(int raw) {
        LocalDate date = LocalDate.ofEpochDay(raw);
        require(date.getYear() >= 0 && date.getYear() <= JsonReaders.LAST_YEAR, date, "the years 0 to 9999");
        return date;
    }

    private static Object time(LogicalType logical, long raw) {
        boolean millis = logical instanceof LogicalTypes.TimestampMillis;
        if (!millis && !(logical instanceof LogicalTypes.TimestampMicros)) {
            return raw;
        }
        Instant time = millis ? Instant.ofEpochMilli(raw) : Instant.EPOCH.plus(raw, ChronoUnit.MICROS);
        boolean inRange = !time.isBefore(JsonReaders.FIRST) && time.isBefore(JsonReaders.END);
        require(inRange, time, "the years 0 to 9999");
        return time;
    }

    private static void require(boolean right, Object value, String accepted) {
        if (!right) {
            throw new IllegalArgumentException("has the default " + value + "; accepted are " + accepted);
        }
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
