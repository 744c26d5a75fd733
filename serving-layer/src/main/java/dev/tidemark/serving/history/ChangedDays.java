package dev.tidemark.serving.history;

import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.TreeSet;

/**
 * The days of a view that a publication holds otherwise than the one before.
 *
 * @param view the view's name
 * @param days the days, at least one
 */
public record ChangedDays(String view, NavigableSet<LocalDate> days) {

    /** Days without a gap, both inclusive. */
    public record Range(LocalDate first, LocalDate last) {}

    /** Of each view that {@code after} holds otherwise. */
    public static List<ChangedDays> between(Publication before, Publication after) {
        NavigableSet<String> views = new TreeSet<>(before.segments().keySet());
        views.addAll(after.segments().keySet());
        return views.stream()
                .map(view -> new ChangedDays(view, differing(before.segmentsOf(view), after.segmentsOf(view))))
                .filter(changed -> !changed.days().isEmpty())
                .toList();
    }

    private static NavigableSet<LocalDate> differing(
            Map<LocalDate, SegmentRef> before, Map<LocalDate, SegmentRef> after) {
        NavigableSet<LocalDate> days = new TreeSet<>(before.keySet());
        days.addAll(after.keySet());
        days.removeIf(day -> Objects.equals(before.get(day), after.get(day)));
        return days;
    }

    /** The days as ranges, ascending. */
    public List<Range> ranges() {
        List<Range> ranges = new ArrayList<>();
        LocalDate first = days.first();
        LocalDate last = first;
        for (LocalDate day : days.tailSet(first, false)) {
            if (!day.equals(last.plusDays(1))) {
                ranges.add(new Range(first, last));
                first = day;
            }
            last = day;
        }
        ranges.add(new Range(first, last));
        return ranges;
    }
}
