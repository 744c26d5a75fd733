package dev.tidemark.batch;

import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
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

    /** Days that follow each other, both ends included. */
    record Span(LocalDate first, LocalDate last) {}

    /** The days as the fewest spans, in order. */
    static List<Span> spans(SortedSet<LocalDate> days) {
        List<Span> spans = new ArrayList<>();
        for (LocalDate day : days) {
            int last = spans.size() - 1;
            if (last >= 0 && spans.get(last).last().plusDays(1).equals(day)) {
                spans.set(last, new Span(spans.get(last).first(), day));
            } else {
                spans.add(new Span(day, day));
            }
        }
        return spans;
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
