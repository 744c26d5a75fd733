package dev.tidemark.serving.query;

import dev.tidemark.schema.Micros;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAdjusters;

/**
 * How a range is divided: every time is in exactly one window. Below an hour windows are aligned to the epoch; from an
 * hour on to the calendar of a timezone, so that they may be longer or shorter where its clocks change.
 */
public sealed interface Window {

    /** The start of the window that {@code time} is in. */
    Instant start(Instant time);

    /** The end of the window that starts at {@code start}. */
    Instant end(Instant start);

    /** The first window start at or after {@code time}. */
    default Instant startAtOrAfter(Instant time) {
        Instant start = start(time);
        return start.equals(time) ? start : end(start);
    }

    /** Windows of less than an hour. */
    record Fixed(Duration length) implements Window {
        @Override
        public Instant start(Instant time) {
            long micros = length.toNanos() / 1_000;
            return Micros.instant(Math.floorDiv(Micros.of(time), micros) * micros);
        }

        @Override
        public Instant end(Instant start) {
            return start.plus(length);
        }
    }

    /** Windows of so many hours by the clock, counted from midnight. The hour that is repeated in autumn is two. */
    record Hours(int hours, ZoneId zone) implements Window {
        @Override
        public Instant start(Instant time) {
            ZonedDateTime local = time.atZone(zone);
            return hours == 1 ? local.truncatedTo(ChronoUnit.HOURS).toInstant() : instant(floor(local));
        }

        @Override
        public Instant end(Instant start) {
            return hours == 1
                    ? endOfHour(start)
                    : instant(floor(start.atZone(zone)).plusHours(hours));
        }

        /** The hour in which clocks shift by half an hour is as much longer or shorter. */
        private Instant endOfHour(Instant start) {
            Instant later = start.plus(Duration.ofHours(1));
            while (start(later).equals(start)) {
                later = later.plus(Duration.ofHours(1));
            }
            Instant end = start(later);
            while (!start(end.minusNanos(1)).equals(start)) {
                end = start(end.minusNanos(1));
            }
            return end;
        }

        private LocalDateTime floor(ZonedDateTime local) {
            LocalDateTime hour = local.toLocalDateTime().truncatedTo(ChronoUnit.HOURS);
            return hour.minusHours(hour.getHour() % hours);
        }

        private Instant instant(LocalDateTime local) {
            return local.atZone(zone).toInstant();
        }
    }

    /** Calendar days, weeks from Monday on, or months. */
    record Calendar(Unit unit, ZoneId zone) implements Window {

        /** The units. */
        public enum Unit {
            DAY,
            WEEK,
            MONTH
        }

        @Override
        public Instant start(Instant time) {
            return first(time.atZone(zone).toLocalDate()).atStartOfDay(zone).toInstant();
        }

        @Override
        public Instant end(Instant start) {
            LocalDate first = start.atZone(zone).toLocalDate();
            LocalDate next =
                    switch (unit) {
                        case DAY -> first.plusDays(1);
                        case WEEK -> first.plusWeeks(1);
                        case MONTH -> first.plusMonths(1);
                    };
            return next.atStartOfDay(zone).toInstant();
        }

        private LocalDate first(LocalDate day) {
            return switch (unit) {
                case DAY -> day;
                case WEEK -> day.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                case MONTH -> day.withDayOfMonth(1);
            };
        }
    }

    /** The windows that are a view's panes. */
    static Window of(Pane pane, ZoneId zone) {
        if (pane.isDay()) {
            return new Calendar(Calendar.Unit.DAY, zone);
        }
        return pane.isCalendar() ? new Hours(1, zone) : new Fixed(pane.length());
    }

    /** The windows that a request asks for; they must be unions of the view's panes. */
    static Window parse(String text, Pane pane, ZoneId zone) {
        switch (text) {
            case "1d":
                return new Calendar(Calendar.Unit.DAY, zone);
            case "1w":
                return new Calendar(Calendar.Unit.WEEK, zone);
            case "1mo":
                return new Calendar(Calendar.Unit.MONTH, zone);
            default:
                return clock(text, pane, zone);
        }
    }

    private static Window clock(String text, Pane pane, ZoneId zone) {
        Duration length;
        try {
            length = Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw refused(text, pane, "which is no window");
        }
        if (length.compareTo(Duration.ofHours(1)) < 0) {
            if (pane.isCalendar()
                    || length.isZero()
                    || length.toMillis() % pane.length().toMillis() != 0) {
                throw refused(text, pane, "which is not made of whole panes of " + pane);
            }
            return new Fixed(length);
        }
        boolean wholeHours = length.toMinutes() * 60_000 == length.toMillis() && length.toMinutes() % 60 == 0;
        if (!wholeHours || 24 % length.toHours() != 0) {
            throw refused(text, pane, "which does not divide a day into whole hours");
        }
        if (pane.isDay() && length.toHours() != 24) {
            throw refused(text, pane, "which is not made of whole panes of " + pane);
        }
        return new Hours((int) length.toHours(), zone);
    }

    private static HttpProblem refused(String text, Pane pane, String why) {
        String accepted = (pane.isCalendar() ? "" : "a multiple of " + pane + " below an hour, ")
                + (pane.isDay() ? "" : "1h, 2h, 3h, 4h, 6h, 8h, 12h, ") + "1d, 1w, 1mo";
        return HttpProblem.field(
                "window", text, accepted, "window is '" + text + "', " + why + "; accepted are " + accepted);
    }
}
