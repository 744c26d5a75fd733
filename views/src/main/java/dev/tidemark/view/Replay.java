package dev.tidemark.view;

import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Days that were computed again and are not published: staged, to be reviewed. Written once and never changed; what became
 * of it is told by the publications.
 *
 * @param format the format of its file
 * @param number 1, 2, 3, …
 * @param createdAt when it was computed
 * @param from its first day
 * @param to the first day after it
 * @param input what it was computed from
 * @param publication at whose cut it was computed, and with which it was compared
 * @param sources what a publication would say of each of its sources, if nothing were archived since
 * @param segments its segments, by view and day
 * @param differences what would change, by view
 */
public record Replay(
        int format,
        long number,
        Instant createdAt,
        LocalDate from,
        LocalDate to,
        Input input,
        long publication,
        Map<String, SourceState> sources,
        Map<String, Map<LocalDate, SegmentRef>> segments,
        List<ViewDifference> differences) {

    /** The format that this release writes. */
    public static final int FORMAT = 1;

    public Replay {
        if (format != FORMAT) {
            throw new IllegalArgumentException("replay " + number + " is of format " + format
                    + "; this release reads format " + FORMAT + ": upgrade this process");
        }
        sources = Collections.unmodifiableMap(new TreeMap<>(sources));
        segments = Collections.unmodifiableMap(new TreeMap<>(segments));
        differences = List.copyOf(differences);
    }

    /** Whether it holds a view's day. */
    public boolean holds(String view, LocalDate day) {
        return segments.getOrDefault(view, Map.of()).containsKey(day);
    }

    /** The greatest share by which it would change anything: see {@link ViewDifference#share}; zero if nothing changes. */
    public double share() {
        return differences.stream().mapToDouble(ViewDifference::share).max().orElse(0);
    }
}
