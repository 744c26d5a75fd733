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
import java.util.function.Predicate;

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
    }

    private final DefinitionSet set;
    private final List<TailCells> cells = new ArrayList<>();
    private List<Changes> changes;
    private final Map<LogPartition, Counts> counts = new HashMap<>();
    private final Map<LogPartition, Long> newestRecords = new HashMap<>();

    /** @param kept whether a view's cells are; what becomes of its events is counted all the same */
    Tally(DefinitionSet set, Predicate<View> kept) {
        this.set = set;
        set.views().forEach(view -> cells.add(kept.test(view) ? TailCells.of(view, set.zone()) : new NoCells(view)));
        forgetChanges();
    }

    /** Keeps which cells change from now on. */
    void keepChanges() {
        changes = set.views().stream().map(view -> Changes.none()).toList();
    }

    /** Keeps no changes any more. */
    void forgetChanges() {
        changes = set.views().stream().map(view -> Changes.forgotten()).toList();
    }

    /** Keeps which cells of one view change from now on, and gives those that have since they are kept. */
    Changes takeChanges(int view) {
        List<Changes> next = new ArrayList<>(changes);
        Changes taken = next.set(view, Changes.none());
        changes = next;
        return taken;
    }

    /** What has changed since they are kept, by view. */
    List<Changes> changes() {
        return changes;
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
                    cells.get(i).count(contribution, at, changes.get(i));
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

    /** Takes in what was counted of a partition of which nothing is counted here. */
    void put(LogPartition partition, Counted counted) {
        Counts of = countsOf(partition);
        of.events = counted.events();
        for (int i = 0; i < cells.size(); i++) {
            of.buckets.get(i).putAll(counted.buckets().get(i));
        }
        counted.newestRecord().ifPresent(newest -> newestRecords.put(partition, newest));
    }

    /** One view's cells, by its place in the set. */
    TailCells cells(int view) {
        return cells.get(view);
    }

    /** How many events fell into which bucket, in the order of the set's views. */
    List<Map<Bucket, Long>> buckets(LogPartition partition) {
        return knownOf(partition).buckets.stream()
                .map(Collections::unmodifiableMap)
                .toList();
    }

    long bucket(LogPartition partition, int view, Bucket bucket) {
        return knownOf(partition).buckets.get(view).getOrDefault(bucket, 0L);
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
