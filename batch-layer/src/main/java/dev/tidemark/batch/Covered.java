package dev.tidemark.batch;

import dev.tidemark.view.OffsetRanges.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The offsets of one partition that increments cover, in whatever order these come and however often. An accumulator; not
 * thread-safe.
 */
final class Covered {

    /** The ranges' exclusive ends by their starts; no two overlap or touch. */
    private final TreeMap<Long, Long> ends = new TreeMap<>();

    /** Takes in [{@code from}, {@code to}). */
    void add(long from, long to) {
        Map.Entry<Long, Long> before = ends.floorEntry(from);
        long start = before != null && before.getValue() >= from ? before.getKey() : from;
        long end = Math.max(to, ends.getOrDefault(start, to));
        for (Map.Entry<Long, Long> next = ends.higherEntry(start);
                next != null && next.getKey() <= end;
                next = ends.higherEntry(start)) {
            end = Math.max(end, next.getValue());
            ends.remove(next.getKey());
        }
        ends.put(start, end);
    }

    /** The first offset after all that is covered; {@code begin}, if nothing at or beyond that is. */
    long end(long begin) {
        return ends.isEmpty() ? begin : Math.max(begin, ends.lastEntry().getValue());
    }

    /** What is not covered between {@code begin} and {@link #end}. */
    List<Range> gaps(long begin) {
        List<Range> gaps = new ArrayList<>();
        long covered = begin;
        for (Map.Entry<Long, Long> range : ends.entrySet()) {
            if (range.getKey() > covered) {
                gaps.add(new Range(covered, range.getKey()));
            }
            covered = Math.max(covered, range.getValue());
        }
        return gaps;
    }
}
