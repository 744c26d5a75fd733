package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Times as requests write them: in the years 0 to 9999 of UTC, as events are. */
final class Times {

    static final String ACCEPTED = "an ISO-8601 time, such as 2026-01-31T10:00:00Z, or a date, such as 2026-01-31";

    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant END = Instant.parse("+10000-01-01T00:00:00Z");

    private Times() {}

    /** The time of {@code text}; without an offset it is meant in {@code zone}, a date as its beginning. */
    static Instant parse(String field, String text, ZoneId zone) {
        // A plus sign that was not escaped in an address arrives as a space.
        String iso = text.trim().replace(' ', '+');
        List<Function<String, Instant>> readers = List.of(
                time -> OffsetDateTime.parse(time).toInstant(),
                time -> LocalDateTime.parse(time).atZone(zone).toInstant(),
                time -> LocalDate.parse(time).atStartOfDay(zone).toInstant());
        Instant time = readers.stream()
                .map(reader -> attempt(reader, iso))
                .flatMap(Optional::stream)
                .findFirst()
                .orElseThrow(() -> HttpProblem.field(
                        field, text, ACCEPTED, field + " is '" + text + "', which is no time; accepted is " + ACCEPTED))
                .truncatedTo(ChronoUnit.MICROS);
        if (!isInRange(time)) {
            throw RequestFields.wrong(
                    field, text, "a time in the years 0 to 9999", field + " is " + text + ", which no event can have");
        }
        return time;
    }

    /** The timezone of that name. */
    static ZoneId zone(String text) {
        try {
            // A plus sign that was not escaped in an address arrives as a space.
            return ZoneId.of(text.replace(' ', '+'));
        } catch (DateTimeException e) {
            throw RequestFields.wrong(
                    "timezone",
                    text,
                    "a timezone's name, such as Europe/Berlin, or an offset, such as +05:30",
                    "timezone is '" + text + "', which is none");
        }
    }

    private static Optional<Instant> attempt(Function<String, Instant> reader, String text) {
        try {
            return Optional.of(reader.apply(text));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Whether {@code time} lies in the years that events can have. */
    static boolean isInRange(Instant time) {
        return !time.isBefore(FIRST) && time.isBefore(END);
    }
}
