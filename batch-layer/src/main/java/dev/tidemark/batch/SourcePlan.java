package dev.tidemark.batch;

import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a run does for one source.
 *
 * @param definitions its views as the files state them
 * @param state what the publication will say of it; the cut that the run computes up to is in it
 * @param work what to compute
 * @param kept the published segments that stay, by view: days that are computed anew are replaced in them
 * @param before the views that were published of the source, whether or not they are still there
 */
record SourcePlan(
        SourceDefinitions definitions,
        SourceState state,
        List<Work> work,
        Map<String, Map<LocalDate, SegmentRef>> kept,
        List<String> before) {

    /**
     * Views that are computed together, over the same days.
     *
     * @param views the views
     * @param days the days, of the deployment's timezone
     * @param base what their cells are merged into
     */
    record Work(DefinitionSet views, SortedSet<LocalDate> days, Base base) {

        /** One that computes its days in full. */
        Work(DefinitionSet views, SortedSet<LocalDate> days) {
            this(views, days, Base.NONE);
        }
    }

    /**
     * What was computed before and is gone on from.
     *
     * @param since up to where it covers the log
     * @param segments its segments, by view and day
     */
    record Base(Cut since, Map<String, Map<LocalDate, SegmentRef>> segments) {

        /** Days that are computed in full. */
        static final Base NONE = new Base(Cut.NONE, Map.of());

        boolean isNone() {
            return since.logs().isEmpty();
        }

        /** The segment of a view and day, if it has one. */
        Optional<SegmentRef> segment(String view, LocalDate day) {
            return Optional.ofNullable(segments.getOrDefault(view, Map.of()).get(day));
        }
    }

    Source source() {
        return definitions.source();
    }

    /** All days on which something is computed. */
    SortedSet<LocalDate> days() {
        SortedSet<LocalDate> days = new TreeSet<>();
        work.forEach(part -> days.addAll(part.days()));
        return days;
    }

    /** The segments of a publication after {@code parent}, of which this run has written {@code written}. */
    Map<String, Map<LocalDate, SegmentRef>> segmentsAfter(
            Map<String, Map<LocalDate, SegmentRef>> parent, Map<String, Map<LocalDate, SegmentRef>> written) {
        Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>(parent);
        before.forEach(segments::remove);
        definitions.computed().forEach(view -> {
            Map<LocalDate, SegmentRef> days = new TreeMap<>(kept.getOrDefault(view.name(), Map.of()));
            days.putAll(written.getOrDefault(view.name(), Map.of()));
            segments.put(view.name(), days);
        });
        return segments;
    }
}
