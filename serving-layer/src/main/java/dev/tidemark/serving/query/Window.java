package dev.tidemark.serving.query;

import dev.tidemark.schema.Micros;
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
import java.util.Optional;

/**
 * How a range is divided: every time is in exactly one window. Windows of whole hours, days, weeks and months follow the
 * calendar of a timezone, and so may be longer or shorter where its clocks change; they are counted from the first of
 * January 1970 there, weeks from Mondays. Others are aligned to the epoch.
 */
public sealed interface Window {

    /** By how much clocks change at most, but for one station in Antarctica. */
    Duration SHIFT = Duration.ofHours(1);

    /** The start of the window that {@code time} is in. */
    Instant start(Instant time);

    /** The end of the window that starts at {@code start}. */
    Instant end(Instant start);

    /** How long such a window is at least. */
    Duration shortest();

    /** How long such a window is at most. */
    Duration longest();

    /** Whether clocks that it goes by show less at {@code last}, for the time that has passed, than at {@code first}. */
    default boolean clocksGoBack(Instant first, Instant last) {
        return false;
    }

    private static boolean clocksGoBack(ZoneId zone, Instant first, Instant last) {
        return zone.getRules().getOffset(last).getTotalSeconds()
                < zone.getRules().getOffset(first).getTotalSeconds();
    }

    /** The first window start at or after {@code time}. */
    default Instant startAtOrAfter(Instant time) {
        Instant start = start(time);
        return start.equals(time) ? start : end(start);
    }

    /** Windows aligned to the epoch. */
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

        @Override
        public Duration shortest() {
            return length;
        }

        @Override
        public Duration longest() {
            return length;
        }
    }

    /** Windows of so many hours by the clock. The hour that is repeated in autumn is two. */
    record Hours(int hours, ZoneId zone) implements Window {

        private static final LocalDateTime EPOCH = LocalDateTime.of(1970, 1, 1, 0, 0);

        /** An hour is made longer or shorter only by clocks that change by less. */
        private static final Duration HALF_AN_HOUR = Duration.ofMinutes(30);

        @Override
        public Instant start(Instant time) {
            ZonedDateTime local = time.atZone(zone);
            LocalDateTime floor = floor(local);
            // Truncating keeps the offset, so that the hour that is repeated in autumn stays two windows.
            return hours == 1 && !isSkipped(floor)
                    ? local.truncatedTo(ChronoUnit.HOURS).toInstant()
                    : instant(floor);
        }

        @Override
        public Instant end(Instant start) {
            return hours == 1
                    ? endOfHour(start)
                    : instant(floor(start.atZone(zone)).plusHours(hours));
        }

        @Override
        public Duration shortest() {
            return hours == 1 ? HALF_AN_HOUR : length().minus(SHIFT);
        }

        @Override
        public Duration longest() {
            return length().plus(hours == 1 ? HALF_AN_HOUR : SHIFT);
        }

        @Override
        public boolean clocksGoBack(Instant first, Instant last) {
            return Window.clocksGoBack(zone, first, last);
        }

        Duration length() {
            return Duration.ofHours(hours);
        }

        /** The hour in which clocks shift by half an hour is as much longer or shorter. */
        private Instant endOfHour(Instant start) {
            Instant later = start.plus(Duration.ofHours(1));
            while (start(later).equals(start)) {
                later = later.plus(Duration.ofHours(1));
            }
            Instant end = start(later);
            // Where clocks change within an hour, time may fall back into one that has ended: it is not looked at
            // again.
            for (Instant last = start(end.minusNanos(1)); last.isAfter(start); last = start(end.minusNanos(1))) {
                end = last;
            }
            return end;
        }

        private LocalDateTime floor(ZonedDateTime local) {
            long hour = ChronoUnit.HOURS.between(EPOCH, local.toLocalDateTime().truncatedTo(ChronoUnit.HOURS));
            return EPOCH.plusHours(Math.floorDiv(hour, hours) * hours);
        }

        /** A window that would begin in time that clocks skip begins when they do. */
        private Instant instant(LocalDateTime local) {
            return isSkipped(local)
                    ? zone.getRules().getTransition(local).getInstant()
                    : local.atZone(zone).toInstant();
        }

        private boolean isSkipped(LocalDateTime local) {
            return zone.getRules().getValidOffsets(local).isEmpty();
        }
    }

    /** So many calendar days, weeks from Monday on, or months. */
    record Calendar(Unit unit, int count, ZoneId zone) implements Window {

        private static final LocalDate EPOCH = LocalDate.EPOCH;
        private static final LocalDate MONDAY = EPOCH.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));

        /** The units. */
        public enum Unit {
            DAY(EPOCH, ChronoUnit.DAYS, 1),
            WEEK(MONDAY, ChronoUnit.WEEKS, 7),
            MONTH(EPOCH, ChronoUnit.MONTHS, 30);

            private final LocalDate first;
            private final ChronoUnit unit;
            private final int days;

            Unit(LocalDate first, ChronoUnit unit, int days) {
                this.first = first;
                this.unit = unit;
                this.days = days;
            }
        }

        @Override
        public Instant start(Instant time) {
            LocalDate day = day(time);
            long passed = unit.unit.between(unit.first, day);
            if (unit.first.plus(passed, unit.unit).isAfter(day)) {
                // Before the first, whole units that have passed are counted towards it.
                passed--;
            }
            return first(Math.floorDiv(passed, count));
        }

        private Instant first(long window) {
            return unit.first.plus(window * count, unit.unit).atStartOfDay(zone).toInstant();
        }

        @Override
        public Instant end(Instant start) {
            return after(day(start));
        }

        @Override
        public boolean clocksGoBack(Instant first, Instant last) {
            return Window.clocksGoBack(zone, first, last);
        }

        /** The day that {@code time} is in. */
        LocalDate day(Instant time) {
            return time.atZone(zone).toLocalDate();
        }

        /** The end of a window of this length that begins with a day. */
        Instant after(LocalDate first) {
            return first.plus(count, unit.unit).atStartOfDay(zone).toInstant();
        }

        @Override
        public Duration shortest() {
            // Of months the shortest has 28 days, and as many as two together lack of 30 each.
            int fewer = unit == Unit.MONTH ? 2 : 0;
            return Duration.ofDays((long) unit.days * count - fewer).minus(SHIFT);
        }

        @Override
        public Duration longest() {
            int more = unit == Unit.MONTH ? count : 0;
            return Duration.ofDays((long) unit.days * count + more).plus(SHIFT);
        }

        /** The same length by the hour; empty for months. */
        Optional<Hours> hours() {
            return unit == Unit.MONTH ? Optional.empty() : Optional.of(new Hours(24 * unit.days * count, zone));
        }
    }

    /** The windows that are a view's panes. */
    static Window of(Pane pane, ZoneId zone) {
        if (pane.isDay()) {
            return new Calendar(Calendar.Unit.DAY, 1, zone);
        }
        return pane.isCalendar() ? new Hours(1, zone) : new Fixed(pane.length());
    }
}
