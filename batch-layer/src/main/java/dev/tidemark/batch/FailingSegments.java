package dev.tidemark.batch;

import dev.tidemark.schema.Bucket;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import java.time.LocalDate;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The segments of a publication that leave out events since an expression of their view fails on them.
 *
 * @param views the segments' ids, by view and day
 */
record FailingSegments(Map<String, Map<LocalDate, String>> views) {

    static final FailingSegments NONE = new FailingSegments(Map.of());

    static FailingSegments of(Publication publication) {
        Map<String, Map<LocalDate, String>> views = new TreeMap<>();
        publication
                .segments()
                .forEach((view, segments) -> segments.forEach((day, segment) -> {
                    if (hasFailed(segment)) {
                        views.computeIfAbsent(view, name -> new TreeMap<>()).put(day, segment.id());
                    }
                }));
        return new FailingSegments(views);
    }

    private static boolean hasFailed(SegmentRef segment) {
        return segment.buckets().values().stream()
                .flatMap(partitions -> partitions.values().stream())
                .anyMatch(buckets -> buckets.containsKey(Bucket.FAILED));
    }

    /** The days of views that have another such segment in the one than in the other, or none in one of them. */
    Map<String, SortedSet<LocalDate>> changesFrom(FailingSegments before) {
        Map<String, SortedSet<LocalDate>> changes = new TreeMap<>();
        addLackingIn(before, changes);
        before.addLackingIn(this, changes);
        return changes;
    }

    private void addLackingIn(FailingSegments other, Map<String, SortedSet<LocalDate>> lacking) {
        views.forEach((view, segments) -> segments.forEach((day, id) -> {
            if (!id.equals(other.views.getOrDefault(view, Map.of()).get(day))) {
                lacking.computeIfAbsent(view, name -> new TreeSet<>()).add(day);
            }
        }));
    }

    /** Those of the days of views that have such a segment here; views without one are left out. */
    Map<String, SortedSet<LocalDate>> among(Map<String, SortedSet<LocalDate>> days) {
        Map<String, SortedSet<LocalDate>> here = new TreeMap<>();
        views.forEach((view, segments) -> {
            SortedSet<LocalDate> common = new TreeSet<>(segments.keySet());
            common.retainAll(days.getOrDefault(view, new TreeSet<>()));
            if (!common.isEmpty()) {
                here.put(view, common);
            }
        });
        return here;
    }
}
