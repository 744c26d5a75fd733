package dev.tidemark.launcher;

import dev.tidemark.deployment.deadletter.StoredLetter;
import dev.tidemark.view.Suggestion;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * One condition of {@code --where}: a field of a dead letter, an operator, a value.
 *
 * @param text as it was written
 * @param test whether a dead letter meets it
 */
record LetterCondition(String text, Predicate<StoredLetter> test) {

    /** What can be written, for `--help` and messages. */
    static final String ACCEPTED =
            "reason=schema, view=revenue, partition=0, offset>=100, timestamp<2026-03-02T12:00:00Z,"
                    + " message~TEXT, key=TEXT, log_id=ID, or all";

    private static final Pattern TEXT =
            Pattern.compile("\\s*([A-Za-z_]+)\\s*(!=|<=|>=|=|<|>|~)\\s*(.*?)\\s*", Pattern.DOTALL);
    private static final List<String> EQUAL = List.of("=", "!=");
    private static final List<String> CONTAINING = List.of("=", "!=", "~");
    private static final List<String> COMPARING = List.of("=", "!=", "<", "<=", ">", ">=");
    private static final List<String> FIELDS =
            List.of("reason", "view", "partition", "offset", "timestamp", "message", "key", "log_id");

    /** For options. */
    static final class Converter implements ITypeConverter<LetterCondition> {
        @Override
        public LetterCondition convert(String text) {
            try {
                return parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /**
     * The condition that a text states.
     *
     * @throws IllegalArgumentException if it states none
     */
    static LetterCondition parse(String text) {
        if (text.strip().equals("all")) {
            return new LetterCondition(text, letter -> true);
        }
        Matcher parts = TEXT.matcher(text);
        if (!parts.matches()) {
            throw new IllegalArgumentException("'" + text + "' is no condition; accepted are " + ACCEPTED);
        }
        return new LetterCondition(text, test(parts.group(1), parts.group(2), parts.group(3)));
    }

    /** Whether a dead letter meets all conditions. */
    static boolean hold(List<LetterCondition> conditions, StoredLetter letter) {
        return conditions.stream().allMatch(condition -> condition.test().test(letter));
    }

    private static Predicate<StoredLetter> test(String field, String operator, String value) {
        return switch (field) {
            case "reason" -> {
                requireReason(value);
                yield text(field, EQUAL, operator, value, letter -> List.of(letter.reason()));
            }
            case "view" ->
                text(field, EQUAL, operator, value, letter -> letter.letter().views());
            case "log_id" ->
                text(
                        field,
                        EQUAL,
                        operator,
                        value,
                        letter -> List.of(letter.position().log()));
            case "message" ->
                text(
                        field,
                        CONTAINING,
                        operator,
                        value,
                        letter -> List.of(letter.letter().message()));
            case "key" -> text(field, CONTAINING, operator, value, LetterCondition::key);
            case "partition" ->
                number(field, operator, value, letter -> letter.position().partition());
            case "offset" ->
                number(field, operator, value, letter -> letter.position().offset());
            case "timestamp" ->
                compared(field, operator, millis(value), letter -> letter.letter()
                        .origin()
                        .timestamp());
            default ->
                throw new IllegalArgumentException("there is no field '%s'%s"
                        .formatted(
                                field,
                                Suggestion.of(field, FIELDS)
                                        .map(name -> "; did you mean '" + name + "'?")
                                        .orElse("; there are " + FIELDS)));
        };
    }

    private static void requireReason(String value) {
        if (!StoredLetter.reasons().contains(value)) {
            throw new IllegalArgumentException(
                    "there is no reason '%s'; there are %s".formatted(value, StoredLetter.reasons()));
        }
    }

    private static List<String> key(StoredLetter letter) {
        return Optional.ofNullable(letter.key())
                .map(bytes -> List.of(new String(bytes, StandardCharsets.UTF_8)))
                .orElse(List.of());
    }

    /** The texts that a dead letter has in a field. */
    private interface Texts {
        List<String> of(StoredLetter letter);
    }

    /** The number that a dead letter has in a field. */
    private interface Number {
        long of(StoredLetter letter);
    }

    private static Predicate<StoredLetter> text(
            String field, List<String> accepted, String operator, String value, Texts found) {
        require(field, operator, accepted);
        return switch (operator) {
            case "=" -> letter -> found.of(letter).contains(value);
            case "!=" -> letter -> !found.of(letter).contains(value);
            default -> letter -> found.of(letter).stream().anyMatch(text -> text.contains(value));
        };
    }

    private static Predicate<StoredLetter> number(String field, String operator, String value, Number found) {
        if (!value.matches("\\d{1,18}")) {
            throw new IllegalArgumentException("%s is '%s'; a whole number is expected".formatted(field, value));
        }
        return compared(field, operator, Long.parseLong(value), found);
    }

    private static Predicate<StoredLetter> compared(String field, String operator, long value, Number found) {
        require(field, operator, COMPARING);
        return switch (operator) {
            case "=" -> letter -> found.of(letter) == value;
            case "!=" -> letter -> found.of(letter) != value;
            case "<" -> letter -> found.of(letter) < value;
            case "<=" -> letter -> found.of(letter) <= value;
            case ">" -> letter -> found.of(letter) > value;
            default -> letter -> found.of(letter) >= value;
        };
    }

    private static void require(String field, String operator, List<String> accepted) {
        if (!accepted.contains(operator)) {
            throw new IllegalArgumentException(
                    "%s takes %s, and no %s".formatted(field, String.join(" ", accepted), operator));
        }
    }

    private static long millis(String value) {
        try {
            return OffsetDateTime.parse(value).toInstant().toEpochMilli();
        } catch (DateTimeException e) {
            throw new IllegalArgumentException(
                    "timestamp is '%s'; a time such as 2026-03-02T12:00:00Z is expected".formatted(value));
        }
    }
}
