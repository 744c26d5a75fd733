package dev.tidemark.schema;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The type of a dimension, a measure's input or a measure's result. Written as SQL writes it:
 * {@code boolean}, {@code bigint}, {@code double}, {@code decimal(p,s)}, {@code string}, {@code date},
 * {@code timestamp}. A stored partial may also have a column of type {@code binary}; no value does.
 *
 * <p>Values are held as {@link Boolean}, {@link Long}, {@link Double}, {@link java.math.BigDecimal} (with the type's
 * scale), {@link String}, {@link java.time.LocalDate} and {@link java.time.Instant} (microseconds). A measure's
 * result of type {@code bigint} may also be a {@link java.math.BigInteger}, since sums of integers do not wrap. Sketches
 * are held as {@code byte[]}.
 *
 * @param kind which type
 * @param precision the digits of a decimal, 1 to 38; zero for every other kind
 * @param scale the digits of a decimal after its point; zero for every other kind
 */
public record ValueType(Kind kind, int precision, int scale) implements ResultType, Serializable {

    /** The kinds of values. */
    public enum Kind {
        BOOLEAN,
        BIGINT,
        DOUBLE,
        DECIMAL,
        STRING,
        DATE,
        TIMESTAMP,
        /** The bytes of a sketch: in stored partials only. */
        BINARY
    }

    /** The most digits that a decimal can have. */
    public static final int MAX_PRECISION = 38;

    public static final ValueType BOOLEAN = new ValueType(Kind.BOOLEAN, 0, 0);
    public static final ValueType BIGINT = new ValueType(Kind.BIGINT, 0, 0);
    public static final ValueType DOUBLE = new ValueType(Kind.DOUBLE, 0, 0);
    public static final ValueType STRING = new ValueType(Kind.STRING, 0, 0);
    public static final ValueType DATE = new ValueType(Kind.DATE, 0, 0);
    public static final ValueType TIMESTAMP = new ValueType(Kind.TIMESTAMP, 0, 0);
    public static final ValueType BINARY = new ValueType(Kind.BINARY, 0, 0);

    private static final Pattern DECIMAL_NAME = Pattern.compile("decimal\\((\\d+),\\s*(\\d+)\\)");

    public ValueType {
        boolean decimal = kind == Kind.DECIMAL;
        boolean digits = precision >= 1 && precision <= MAX_PRECISION && scale >= 0 && scale <= precision;
        if (decimal ? !digits : precision != 0 || scale != 0) {
            throw new IllegalArgumentException("not a type: " + kind + "(" + precision + "," + scale + ")");
        }
    }

    /** A decimal of {@code precision} digits, {@code scale} of them after the point. */
    public static ValueType decimal(int precision, int scale) {
        return new ValueType(Kind.DECIMAL, precision, scale);
    }

    /**
     * The type of that name.
     *
     * @throws IllegalArgumentException if {@code name} is none of the names above
     */
    @JsonCreator
    public static ValueType parse(String name) {
        Matcher decimal = DECIMAL_NAME.matcher(name);
        if (decimal.matches()) {
            return decimal(Integer.parseInt(decimal.group(1)), Integer.parseInt(decimal.group(2)));
        }
        for (Kind kind : Kind.values()) {
            if (kind != Kind.DECIMAL && kind.name().equalsIgnoreCase(name)) {
                return new ValueType(kind, 0, 0);
            }
        }
        throw new IllegalArgumentException("no such type: " + name);
    }

    /** Whether sums and averages of it exist. */
    public boolean isNumeric() {
        return kind == Kind.BIGINT || kind == Kind.DOUBLE || kind == Kind.DECIMAL;
    }

    @JsonValue
    @Override
    public String toString() {
        return kind == Kind.DECIMAL
                ? "decimal(" + precision + "," + scale + ")"
                : kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
