package dev.tidemark.schema;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.tidemark.schema.Judged.Reason;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.LogicalType;
import org.apache.avro.LogicalTypes;
import org.apache.avro.Schema;

/** The reader of each Avro type. */
final class JsonReaders {

    /** Years 0 to 9999 are what every engine that reads the tables can represent. */
    static final int LAST_YEAR = 9999;

    static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    /** As long as Jackson lets a number be. The time that parsing takes grows with the square of it. */
    static final int MAX_DIGITS = 1000;

    private JsonReaders() {}

    /**
     * The reader of {@code schema}.
     *
     * @param schema one of the {@link AcceptedTypes}
     * @param path the field's name with those of the records around it, for messages
     */
    static JsonReader of(Schema schema, String path) {
        LogicalType logical = schema.getLogicalType();
        if (logical instanceof LogicalTypes.Decimal decimal) {
            return json -> decimal(json, path, decimal);
        }
        if (JsonEvents.isTimestamp(schema)) {
            boolean millis = logical instanceof LogicalTypes.TimestampMillis;
            return json -> timestamp(json, path, millis);
        }
        if (logical instanceof LogicalTypes.Date) {
            return json -> date(json, path);
        }
        return switch (schema.getType()) {
            case BOOLEAN -> json -> bool(json, path);
            case INT -> json -> (int) integer(json, path, Integer.MIN_VALUE, Integer.MAX_VALUE);
            case LONG -> json -> integer(json, path, Long.MIN_VALUE, Long.MAX_VALUE);
            case FLOAT -> json -> single(json, path);
            case DOUBLE -> json -> number(json, path);
            case STRING -> json -> string(json, path);
            case ENUM -> json -> symbol(json, path, schema);
            case BYTES -> json -> bytes(json, path);
            case FIXED -> json -> fixed(json, path, schema.getFixedSize());
            case RECORD -> new JsonRecordReader(schema, path);
            case ARRAY -> array(of(schema.getElementType(), path + "[]"), path);
            case MAP -> map(of(schema.getValueType(), path + "{}"), path);
            case UNION -> nullable(schema, path);
            case NULL -> throw new IllegalStateException(path + " can only be null: no accepted type");
        };
    }

    private static JsonReader nullable(Schema union, String path) {
        boolean mayBeNull = union.getTypes().size() == 2;
        Schema type = union.getTypes().stream()
                .filter(one -> one.getType() != Schema.Type.NULL)
                .findFirst()
                .orElseThrow();
        JsonReader present = of(type, path);
        return json -> mayBeNull && json.currentToken() == JsonToken.VALUE_NULL ? null : present.read(json);
    }

    private static JsonReader array(JsonReader element, String path) {
        return json -> {
            if (json.currentToken() != JsonToken.START_ARRAY) {
                throw unexpected(json, path, "an array");
            }
            List<Object> values = new ArrayList<>();
            while (json.nextToken() != JsonToken.END_ARRAY) {
                values.add(element.read(json));
            }
            return values;
        };
    }

    private static JsonReader map(JsonReader value, String path) {
        return json -> {
            if (json.currentToken() != JsonToken.START_OBJECT) {
                throw unexpected(json, path, "an object");
            }
            Map<String, Object> values = new HashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String key = text(json.currentName(), path + "'s key");
                json.nextToken();
                values.put(key, value.read(json));
            }
            return values;
        };
    }

    private static boolean bool(JsonParser json, String path) throws IOException, MalformedEventException {
        return switch (json.currentToken()) {
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            default -> throw unexpected(json, path, "true or false");
        };
    }

    private static long integer(JsonParser json, String path, long least, long most)
            throws IOException, MalformedEventException {
        String expected = "an integer from " + least + " to " + most;
        if (!json.currentToken().isNumeric()) {
            throw unexpected(json, path, expected);
        }
        BigDecimal value = exact(json, path, expected);
        try {
            long found = value.longValueExact();
            if (found >= least && found <= most) {
                return found;
            }
        } catch (ArithmeticException e) {
            // a fraction or too large: said below
        }
        throw unexpected(json, path, expected);
    }

    private static double number(JsonParser json, String path) throws IOException, MalformedEventException {
        if (!json.currentToken().isNumeric()) {
            throw unexpected(json, path, "a number");
        }
        double value = json.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw unexpected(json, path, "a number in the range of a double");
        }
        return value;
    }

    private static float single(JsonParser json, String path) throws IOException, MalformedEventException {
        float value = (float) number(json, path);
        if (Float.isInfinite(value)) {
            throw unexpected(json, path, "a number in the range of a float");
        }
        return value;
    }

    private static String string(JsonParser json, String path) throws IOException, MalformedEventException {
        if (json.currentToken() != JsonToken.VALUE_STRING) {
            throw unexpected(json, path, "a string");
        }
        return text(json.getText(), path);
    }

    /** JSON may name half of a surrogate pair, which no text in UTF-8 has: written, it would be another text. */
    private static String text(String value, String path) throws MalformedEventException {
        for (int at = 0; at < value.length(); at++) {
            if (Character.isSurrogate(value.charAt(at))) {
                int whole = value.codePointAt(at);
                if (!Character.isSupplementaryCodePoint(whole)) {
                    throw new MalformedEventException(
                            Reason.UNREADABLE,
                            "%s is not text: \\u%04x is half of a surrogate pair, without the other half"
                                    .formatted(path, whole));
                }
                at++;
            }
        }
        return value;
    }

    private static String symbol(JsonParser json, String path, Schema type)
            throws IOException, MalformedEventException {
        String symbol = string(json, path);
        if (!type.hasEnumSymbol(symbol) && type.getEnumDefault() != null) {
            return type.getEnumDefault();
        }
        if (!type.hasEnumSymbol(symbol)) {
            throw unexpected(json, path, "one of " + type.getEnumSymbols());
        }
        return symbol;
    }

    private static byte[] bytes(JsonParser json, String path) throws IOException, MalformedEventException {
        try {
            return Base64.getDecoder().decode(string(json, path));
        } catch (IllegalArgumentException e) {
            throw unexpected(json, path, "base64");
        }
    }

    private static byte[] fixed(JsonParser json, String path, int size) throws IOException, MalformedEventException {
        byte[] bytes = bytes(json, path);
        if (bytes.length != size) {
            throw unexpected(json, path, size + " bytes in base64");
        }
        return bytes;
    }

    private static BigDecimal decimal(JsonParser json, String path, LogicalTypes.Decimal type)
            throws IOException, MalformedEventException {
        String expected = "a decimal of at most " + type.getPrecision() + " digits, " + type.getScale()
                + " of them after the point";
        if (!json.currentToken().isNumeric() && json.currentToken() != JsonToken.VALUE_STRING) {
            throw unexpected(json, path, expected);
        }
        BigDecimal value = exact(json, path, expected);
        // Before the scale is set: 1e999999999 would otherwise become a number of a billion digits.
        if (value.precision() - value.scale() > type.getPrecision() - type.getScale() && value.signum() != 0) {
            throw unexpected(json, path, expected);
        }
        try {
            return value.setScale(type.getScale(), RoundingMode.UNNECESSARY);
        } catch (ArithmeticException e) {
            throw unexpected(json, path, expected);
        }
    }

    private static BigDecimal exact(JsonParser json, String path, String expected)
            throws IOException, MalformedEventException {
        if (json.getTextLength() > MAX_DIGITS) {
            throw unexpected(json, path, expected);
        }
        try {
            BigDecimal value = new BigDecimal(json.getText());
            if (Math.abs((long) value.scale()) > MAX_DIGITS) {
                throw unexpected(json, path, expected);
            }
            return value;
        } catch (NumberFormatException e) {
            throw unexpected(json, path, expected);
        }
    }

    private static Instant timestamp(JsonParser json, String path, boolean millis)
            throws IOException, MalformedEventException {
        String expected = "an ISO-8601 timestamp with its offset, or milliseconds since 1970";
        Instant time;
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            time = Instant.ofEpochMilli(integer(json, path, FIRST.toEpochMilli(), END.toEpochMilli() - 1));
        } else if (json.currentToken() == JsonToken.VALUE_STRING) {
            try {
                time = OffsetDateTime.parse(json.getText()).toInstant();
            } catch (DateTimeException e) {
                throw unexpected(json, path, expected);
            }
            if (time.isBefore(FIRST) || !time.isBefore(END)) {
                throw unexpected(json, path, "a timestamp in the years 0 to 9999");
            }
        } else {
            throw unexpected(json, path, expected);
        }
        return time.truncatedTo(millis ? ChronoUnit.MILLIS : ChronoUnit.MICROS);
    }

    private static LocalDate date(JsonParser json, String path) throws IOException, MalformedEventException {
        try {
            LocalDate date = LocalDate.parse(string(json, path));
            if (date.getYear() >= 0 && date.getYear() <= LAST_YEAR) {
                return date;
            }
        } catch (DateTimeException e) {
            // said below
        }
        throw unexpected(json, path, "a date such as 2026-01-31, in the years 0 to 9999");
    }

    static MalformedEventException unexpected(JsonParser json, String path, String expected) throws IOException {
        JsonToken token = json.currentToken();
        String found = token == JsonToken.START_OBJECT
                ? "an object"
                : token == JsonToken.START_ARRAY ? "an array" : json.getText();
        if (found != null && found.length() > 60) {
            found = found.substring(0, 60) + "…";
        }
        return new MalformedEventException(Reason.SCHEMA, path + " is " + found + "; expected " + expected);
    }
}
