package dev.tidemark.schema;

import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What a record of {@code <topic>.dlq} says of itself in its headers; its key, value and other headers are those of the
 * record that could not be counted.
 *
 * @param origin where that record is
 * @param reason the class that dead letters are counted by: {@link Judged.Reason}'s name in lower case, or
 *     {@link #EXPRESSION}
 * @param message what was found, and what would be accepted
 * @param views the views that do not count it; empty of a malformed record, which none does
 */
public record DeadLetter(RecordOrigin origin, String reason, String message, List<String> views) {

    /** An expression of a view fails on the event: it is well-formed, and views whose expressions hold count it. */
    public static final String EXPRESSION = "expression";

    private static final String REASON = RecordOrigin.PREFIX + "reason";
    private static final String MESSAGE = RecordOrigin.PREFIX + "message";
    private static final String VIEWS = RecordOrigin.PREFIX + "views";

    /** The topic of a source's dead letters. */
    public static String topic(String sourceTopic) {
        return sourceTopic + ".dlq";
    }

    /** The message of an event on which expressions of these views fail. */
    public static String failing(List<String> views) {
        return "an expression of %s %s fails on it: an overflow, a bad cast, a text of more than 64 KiB or the like"
                .formatted(views.size() == 1 ? "view" : "views", String.join(", ", views));
    }

    /** The headers, in order. */
    public Map<String, byte[]> headers() {
        Map<String, byte[]> headers = origin.headers();
        headers.put(REASON, RecordOrigin.utf8(reason));
        headers.put(MESSAGE, RecordOrigin.utf8(message));
        headers.put(VIEWS, RecordOrigin.utf8(String.join(",", views)));
        return headers;
    }

    /**
     * The dead letter that headers state.
     *
     * @param header a header's value by its name, or null
     * @throws IllegalArgumentException if one lacks or is not what it should be
     */
    public static DeadLetter of(Function<String, byte[]> header) {
        String views = RecordOrigin.text(header, VIEWS);
        return new DeadLetter(
                RecordOrigin.of(header),
                RecordOrigin.text(header, REASON),
                RecordOrigin.text(header, MESSAGE),
                views.isEmpty() ? List.of() : List.of(views.split(",")));
    }
}
