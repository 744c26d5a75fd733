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
                case DECIMAL -> new BigDecimal(text.trim()).setScale(type.scale());
                case DATE -> LocalDate.parse(text.trim());
                case TIMESTAMP -> Times.parse(field, text, zone);
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
            case DECIMAL -> "a number with at most " + type.scale() + " digits after the point";
            case DATE -> "a date, such as 2026-01-31";
            case TIMESTAMP -> Times.ACCEPTED;
        };
    }
}
