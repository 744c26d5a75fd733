package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.tidemark.schema.Bucket;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * What batch has made visible: numbered, immutable, the only switch.
 *
 * @param format the format of its file
 * @param number 1, 2, 3, …; its parent is the number below
 * @param publishedAt when it was made
 * @param cause why it was made
 * @param sources what is known of each source
 * @param segments the segments by view and day of the deployment's timezone
 */
public record Publication(
        int format,
        long number,
        Instant publishedAt,
        Cause cause,
        Map<String, SourceState> sources,
        Map<String, Map<LocalDate, SegmentRef>> segments) {

    /** The format that this release writes. */
    public static final int FORMAT = 3;

    /** Those that it reads: the one before has no cause. */
    private static final Set<Integer> READ = Set.of(2, FORMAT);

    /** What stands before the first publication: nothing. */
    public static final Publication NONE = new Publication(0, Instant.EPOCH, Cause.UNKNOWN, Map.of(), Map.of());

    /**
     * How far one source is covered.
     *
     * @param definitionSet the identity of the set of its streamed views: increments under it go on from the cut
     * @param batchSet the identity of the set of the views that batch alone computes
     * @param archiveVersion the version of its master table that holds what is below the cut
     * @param cutTakenAt a time before which no event beyond the cut had been appended
     * @param cut up to where it is covered
     * @param newestRecord the newest record timestamp below the cut, in milliseconds, by log and partition
     * @param malformed how many malformed events lie below the cut, by log and partition
     * @param records how many records lie below the cut, by log and partition: what every view's buckets add up to;
     *     nothing in publications of earlier releases
     */
    public record SourceState(
            String definitionSet,
            String batchSet,
            long archiveVersion,
            Instant cutTakenAt,
            Cut cut,
            Map<String, Map<Integer, Long>> newestRecord,
            Map<String, Map<Integer, Long>> malformed,
            Map<String, Map<Integer, Long>> records) {
        public SourceState {
            records = records == null ? Map.of() : records;
        }
    }

    /**
     * Batch's cells of one view and one day.
     *
     * @param id the segment's id
     * @param cells how many cells it has
     * @param buckets how many of the day's well-formed events fell into which bucket, by log and partition
     */
    public record SegmentRef(String id, long cells, Map<String, Map<Integer, Map<Bucket, Long>>> buckets) {

        /** Its buckets and others of the same day together. */
        public Map<String, Map<Integer, Map<Bucket, Long>>> bucketsAnd(
                Map<String, Map<Integer, Map<Bucket, Long>>> others) {
            Map<String, Map<Integer, Map<Bucket, Long>>> all = new TreeMap<>();
            Stream.of(buckets, others)
                    .forEach(some -> some.forEach(
                            (log, partitions) -> add(all.computeIfAbsent(log, key -> new TreeMap<>()), partitions)));
            return all;
        }
    }

    public Publication {
        if (!READ.contains(format)) {
            throw new IllegalArgumentException("publication " + number + " is of format " + format
                    + "; this release reads formats up to " + FORMAT + ": upgrade this process");
        }
        cause = cause == null ? Cause.UNKNOWN : cause;
        sources = Collections.unmodifiableMap(new TreeMap<>(sources));
        segments = Collections.unmodifiableMap(new TreeMap<>(segments));
    }

    /** One of the format that this release writes. */
    public Publication(
            long number,
            Instant publishedAt,
            Cause cause,
            Map<String, SourceState> sources,
            Map<String, Map<LocalDate, SegmentRef>> segments) {
        this(FORMAT, number, publishedAt, cause, sources, segments);
    }

    /** Whether nothing has been published yet. */
    @JsonIgnore
    public boolean isNone() {
        return number == 0;
    }

    /** What is known of a source. */
    public Optional<SourceState> source(String name) {
        return Optional.ofNullable(sources.get(name));
    }

    /** The segments of a view, by day. */
    public Map<LocalDate, SegmentRef> segmentsOf(String view) {
        return segments.getOrDefault(view, Map.of());
    }

    /** The days of a view that it holds otherwise than another publication: of which only one has a segment, or each another. */
    public SortedSet<LocalDate> changedDays(Publication other, String view) {
        Map<LocalDate, SegmentRef> mine = segmentsOf(view);
        Map<LocalDate, SegmentRef> theirs = other.segmentsOf(view);
        SortedSet<LocalDate> days = new TreeSet<>(mine.keySet());
        days.addAll(theirs.keySet());
        days.removeIf(day -> mine.containsKey(day)
                && theirs.containsKey(day)
                && mine.get(day).id().equals(theirs.get(day).id()));
        return days;
    }

    /** The days of a view that hold events of any of these logs. */
    public SortedSet<LocalDate> daysOf(String view, Collection<String> logs) {
        SortedSet<LocalDate> days = new TreeSet<>();
        segmentsOf(view).forEach((day, segment) -> {
            if (!Collections.disjoint(segment.buckets().keySet(), logs)) {
                days.add(day);
            }
        });
        return days;
    }

    /** How many of a log's well-formed events fell into which bucket of a view, of all its days, by partition. */
    public Map<Integer, Map<Bucket, Long>> bucketsOf(String view, String log) {
        Map<Integer, Map<Bucket, Long>> all = new TreeMap<>();
        for (SegmentRef segment : segmentsOf(view).values()) {
            add(all, segment.buckets().getOrDefault(log, Map.of()));
        }
        return all;
    }

    private static void add(Map<Integer, Map<Bucket, Long>> all, Map<Integer, Map<Bucket, Long>> more) {
        more.forEach((partition, events) -> {
            Map<Bucket, Long> buckets = all.computeIfAbsent(partition, key -> new EnumMap<>(Bucket.class));
            events.forEach((bucket, number) -> buckets.merge(bucket, number, Long::sum));
        });
    }
}
