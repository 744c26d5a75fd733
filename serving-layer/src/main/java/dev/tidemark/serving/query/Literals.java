package dev.tidemark.serving.query;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.problem.HttpProblem;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Locale;

/** A filter's values, by the type of their dimension. */
final class Literals {

    /** Longer numbers are no values of any type, and would take long to read. */
    private static final int LONGEST = 1_000;

    private Literals() {}

    /** The value of {@code text} for a dimension. */
    static Object parse(String field, Field dimension, String text, ZoneId zone) {
        ValueType type = dimension.type();
        try {
            return switch (type.kind()) {
                case STRING -> text;
                case BOOLEAN -> bool(text);
                case BIGINT -> Long.valueOf(text.trim());
                case DOUBLE -> Double.valueOf(text.trim());
                case DECIMAL -> decimal(text.trim(), type);
                case DATE -> LocalDate.parse(text.trim());
                case TIMESTAMP -> Times.parse(field, text, zone);
                case BINARY -> throw noDimension(type);
            };
        } catch (IllegalArgumentException | ArithmeticException | DateTimeException e) {
            String accepted = accepted(type);
            throw HttpProblem.field(
                    field,
                    text,
                    accepted,
                    "'%s' is no value of dimension %s, which is of type %s; accepted is %s"
                            .formatted(text, dimension.name(), type, accepted));
        }
    }

    private static BigDecimal decimal(String text, ValueType type) {
        if (text.length() > LONGEST) {
            throw new NumberFormatException("a number of " + text.length() + " characters");
        }
        BigDecimal value = new BigDecimal(text).stripTrailingZeros();
        long whole = (long) value.precision() - value.scale();
        // Before the scale is set: 1e20000000 would otherwise become a number of that many digits.
        if (value.signum() != 0 && (whole > type.precision() - type.scale() || value.scale() > type.scale())) {
            throw new ArithmeticException("not a " + type + ": " + text);
        }
        return value.setScale(type.scale());
    }

    private static Boolean bool(String text) {
        return switch (text.trim().toLowerCase(Locale.ROOT)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException(text);
        };
    }

    private static String accepted(ValueType type) {
        return switch (type.kind()) {
            case STRING -> "any text";
            case BOOLEAN -> "true or false";
            case BIGINT -> "a whole number";
            case DOUBLE -> "a number";
            case DECIMAL ->
                "a number with at most " + (type.precision() - type.scale()) + " digits before and at most "
                        + type.scale() + " digits after the point";
            case DATE -> "a date, such as 2026-01-31";
            case TIMESTAMP -> Times.ACCEPTED;
            case BINARY -> throw noDimension(type);
        };
    }

    private static IllegalStateException noDimension(ValueType type) {
        return new IllegalStateException("no dimension is of type " + type);
    }
}
