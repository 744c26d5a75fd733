package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;

/**
 * A set of offsets of one partition, as half-open ranges that are sorted, disjoint and not adjacent.
 *
 * @param ranges the ranges
 */
public record OffsetRanges(@JsonValue List<Range> ranges) {

    /** The set without offsets. */
    public static final OffsetRanges NONE = new OffsetRanges(List.of());

    /**
     * The offsets from {@code from} on, below {@code to}.
     *
     * @param from the first offset
     * @param to the first offset after it
     */
    public record Range(long from, long to) {
        public Range {
            if (from < 0 || to <= from) {
                throw new IllegalArgumentException("not a range of offsets: [" + from + ", " + to + ")");
            }
        }

        @JsonCreator
        static Range of(List<Long> ends) {
            return new Range(ends.get(0), ends.get(1));
        }

        @JsonValue
        List<Long> ends() {
            return List.of(from, to);
        }

        @Override
        public String toString() {
            return "[" + from + ", " + to + ")";
        }
    }

    @JsonCreator
    public OffsetRanges {
        ranges = List.copyOf(ranges);
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i - 1).to() >= ranges.get(i).from()) {
                throw new IllegalArgumentException("ranges overlap or touch: " + ranges);
            }
        }
    }

    /** The offsets of [{@code from}, {@code to}), none if they are equal. */
    public static OffsetRanges of(long from, long to) {
        return from == to ? NONE : new OffsetRanges(List.of(new Range(from, to)));
    }

    public boolean isEmpty() {
        return ranges.isEmpty();
    }

    public boolean contains(long offset) {
        return ranges.stream().anyMatch(range -> range.from() <= offset && offset < range.to());
    }

    /** The first offset after all of them; zero of none. */
    public long end() {
        return ranges.isEmpty() ? 0 : ranges.get(ranges.size() - 1).to();
    }

    /**
     * These offsets and the others.
     *
     * @throws OverlapException if an offset is in both: it would be counted twice
     */
    public OffsetRanges plus(OffsetRanges other) {
        List<Range> sorted = new ArrayList<>(ranges);
        sorted.addAll(other.ranges);
        sorted.sort(java.util.Comparator.comparingLong(Range::from));
        List<Range> joined = new ArrayList<>();
        for (Range next : sorted) {
            Range last = joined.isEmpty() ? null : joined.get(joined.size() - 1);
            if (last != null && next.from() < last.to()) {
                throw new OverlapException("offsets " + next + " overlap " + last + ": they would be counted twice");
            }
            if (last != null && next.from() == last.to()) {
                joined.set(joined.size() - 1, new Range(last.from(), next.to()));
            } else {
                joined.add(next);
            }
        }
        return new OffsetRanges(joined);
    }

    /** These offsets without those of [{@code from}, {@code to}). */
    public OffsetRanges minus(long from, long to) {
        if (from >= to) {
            return this;
        }
        List<Range> left = new ArrayList<>();
        for (Range range : ranges) {
            if (range.from() < Math.min(range.to(), from)) {
                left.add(new Range(range.from(), Math.min(range.to(), from)));
            }
            if (Math.max(range.from(), to) < range.to()) {
                left.add(new Range(Math.max(range.from(), to), range.to()));
            }
        }
        return new OffsetRanges(left);
    }

    @Override
    public String toString() {
        return ranges.toString();
    }
}
