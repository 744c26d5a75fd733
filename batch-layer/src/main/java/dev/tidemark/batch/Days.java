package dev.tidemark.batch;

import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/** Days of a timezone and the UTC days that they overlap. */
final class Days {

    private Days() {}

    /** The days of {@code zone} that overlap UTC days. */
    static SortedSet<LocalDate> ofZone(Collection<LocalDate> utc, ZoneId zone) {
        return overlapping(utc, ZoneOffset.UTC, zone);
    }

    /** The UTC days that overlap days of {@code zone}. */
    static SortedSet<LocalDate> ofUtc(Collection<LocalDate> local, ZoneId zone) {
        return overlapping(local, zone, ZoneOffset.UTC);
    }

    private static SortedSet<LocalDate> overlapping(Collection<LocalDate> days, ZoneId of, ZoneId other) {
        SortedSet<LocalDate> found = new TreeSet<>();
        for (LocalDate day : days) {
            LocalDate first = day.atStartOfDay(of).toInstant().atZone(other).toLocalDate();
            LocalDate last = day.plusDays(1)
                    .atStartOfDay(of)
                    .toInstant()
                    .minusNanos(1)
                    .atZone(other)
                    .toLocalDate();
            first.datesUntil(last.plusDays(1)).forEach(found::add);
        }
        return found;
    }
}
