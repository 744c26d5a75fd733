package dev.tidemark.view;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Increment;
import dev.tidemark.view.Tail.Events;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.aggregate.Occurrence;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What increments of one source came to: each view's cells, and by partition what became of the events. Knows nothing of
 * what has been counted before; that each position comes once is for {@link Tail} to see to.
 *
 * <p>A mutable accumulator, not thread-safe.
 */
final class Tally {

    /** What became of one partition's events. */
    private static final class Counts {
        private final List<Map<Bucket, Long>> buckets = new ArrayList<>();
        private Events events = Events.NONE;

        private Counts(int views) {
            for (int i = 0; i < views; i++) {
                buckets.add(new EnumMap<>(Bucket.class));
            }
        }

        private void add(List<Map<Bucket, Long>> others) {
            for (int i = 0; i < buckets.size(); i++) {
                Map<Bucket, Long> mine = buckets.get(i);
                others.get(i).forEach((bucket, count) -> mine.merge(bucket, count, Long::sum));
            }
        }
    }

    private final DefinitionSet set;
    private final List<TailCells> cells = new ArrayList<>();
    private final Map<LogPartition, Counts> counts = new HashMap<>();
    private final Map<LogPartition, Long> newestRecords = new HashMap<>();

    Tally(DefinitionSet set) {
        this.set = set;
        set.views().forEach(view -> cells.add(TailCells.of(view, set.zone())));
    }

    /**
     * Counts an event.
     *
     * @param batchCounted whether it lies below the cut: then only views that the stream alone computes count it
     */
    void count(Increment increment, LogPartition partition, boolean batchCounted) {
        newestRecords.merge(partition, increment.recordTimestamp(), Math::max);
        Counts of = countsOf(partition);
        of.events = of.events.plus(batchCounted);
        Occurrence at = new Occurrence(increment.eventTime(), increment.position());
        for (int i = 0; i < cells.size(); i++) {
            if (!batchCounted || set.views().get(i).layers() == Layers.SPEED) {
                Contribution contribution = increment.contributions().get(i);
                of.buckets.get(i).merge(contribution.bucket(), 1L, Long::sum);
                if (contribution.bucket() == Bucket.COUNTED) {
                    cells.get(i).count(contribution, at);
                }
            }
        }
    }

    private Counts countsOf(LogPartition partition) {
        return counts.computeIfAbsent(partition, key -> noCounts());
    }

    private Counts noCounts() {
        return new Counts(cells.size());
    }

    /** Of who only reads: several may at once. */
    private Counts knownOf(LogPartition partition) {
        return Optional.ofNullable(counts.get(partition)).orElseGet(this::noCounts);
    }

    /** Takes in what other increments came to. */
    void add(Tally other) {
        for (int i = 0; i < cells.size(); i++) {
            other.cells.get(i).forEach(cells.get(i)::add);
        }
        other.counts.forEach((partition, counted) -> add(partition, counted.events, counted.buckets));
        other.newestRecords.forEach(this::see);
    }

    /** Takes in what became of some events of a partition. */
    void add(LogPartition partition, Events events, List<Map<Bucket, Long>> buckets) {
        Counts of = countsOf(partition);
        of.events = of.events.plus(events);
        of.add(buckets);
    }

    /** Takes in a record timestamp of a counted event. */
    void see(LogPartition partition, long recordTimestamp) {
        newestRecords.merge(partition, recordTimestamp, Math::max);
    }

    DefinitionSet set() {
        return set;
    }

    /** One view's cells, by its place in the set. */
    TailCells cells(int view) {
        return cells.get(view);
    }

    /** How many cells there are, of all views. */
    int size() {
        return cells.stream().mapToInt(TailCells::size).sum();
    }

    /** How many events have been counted. */
    long events() {
        return counts.values().stream().mapToLong(each -> each.events.all()).sum();
    }

    /** How many events fell into which bucket, in the order of the set's views. */
    List<Map<Bucket, Long>> buckets(LogPartition partition) {
        return knownOf(partition).buckets.stream()
                .map(Collections::unmodifiableMap)
                .toList();
    }

    /** How many events of a partition have been taken in. */
    Events events(LogPartition partition) {
        return knownOf(partition).events;
    }

    /** The newest record timestamps, in milliseconds; of partitions without events none. */
    Map<LogPartition, Long> newestRecords() {
        return new TreeMap<>(newestRecords);
    }
}
