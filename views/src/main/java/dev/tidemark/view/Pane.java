package dev.tidemark.view;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;

/**
 * The smallest slice of event time that a view stores: a duration of whole seconds that divides 15 minutes, aligned to
 * the epoch so that it fits every timezone's days; or a calendar hour or day in the deployment's timezone.
 *
 * @param length the pane's length; an hour and a day are calendar units
 */
public record Pane(Duration length) implements Slicing {

    private static final Duration QUARTER = Duration.ofMinutes(15);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration DAY = Duration.ofDays(1);

    public Pane {
        boolean divides = length.compareTo(Duration.ofSeconds(1)) >= 0
                && length.getNano() == 0
                && QUARTER.getSeconds() % length.getSeconds() == 0;
        if (!divides && !length.equals(HOUR) && !length.equals(DAY)) {
            throw new IllegalArgumentException("a pane of " + Durations.format(length)
                    + "; accepted are durations that divide 15 minutes (such as 1s, 1m, 5m, 15m), 1h and 1d");
        }
    }

    @Override
    public String field() {
        return "pane";
    }

    @Override
    public String stated() {
        return toString();
    }

    /** Whether it is aligned to the calendar of a timezone, not to the epoch. */
    public boolean isCalendar() {
        return length.compareTo(QUARTER) > 0;
    }

    /** Whether it is a calendar day. */
    public boolean isDay() {
        return length.equals(DAY);
    }

    /** The start of the pane that {@code time} falls into. */
    public Instant start(Instant time, ZoneId zone) {
        if (!isCalendar()) {
            return Instant.ofEpochSecond(
                    Math.floorDiv(time.getEpochSecond(), length.getSeconds()) * length.getSeconds());
        }
        ZonedDateTime local = time.atZone(zone);
        // Truncating keeps the offset, so that the hour that is repeated in autumn stays two panes.
        return isDay()
                ? local.toLocalDate().atStartOfDay(zone).toInstant()
                : local.truncatedTo(ChronoUnit.HOURS).toInstant();
    }

    @Override
    public String toString() {
        return Durations.format(length);
    }
}
