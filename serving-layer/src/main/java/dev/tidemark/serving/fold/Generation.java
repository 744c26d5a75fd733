package dev.tidemark.serving.fold;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Increment;
import dev.tidemark.serving.segment.Cell;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.OffsetRanges.Range;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.Tail.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Supplier;

/**
 * One source under one publication: the segments that it names, and the increments at or beyond its cut. Thread-safe.
 */
public final class Generation {

    private final Publication publication;
    private final DefinitionSet set;
    private final String log;
    private final Map<String, List<Segment>> segments;
    private final Tail tail;
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private long received;
    private long countedBefore;
    private long foreign;

    /**
     * @param log the log that the source's topic is
     * @param segments the published segments by view
     */
    Generation(Publication publication, DefinitionSet set, String log, Map<String, List<Segment>> segments) {
        this.publication = publication;
        this.set = set;
        this.log = log;
        this.segments = segments;
        this.tail = new Tail(set);
    }

    public Publication publication() {
        return publication;
    }

    public DefinitionSet set() {
        return set;
    }

    public String log() {
        return log;
    }

    /** Begins to count a partition at {@code cut}, unless it is being counted. */
    void start(int partition, long cut) {
        write(() -> startUnlocked(at(partition), cut));
    }

    private void startUnlocked(LogPartition partition, long cut) {
        if (!tail.counts(partition)) {
            tail.start(partition, cut);
        }
    }

    /** Counts the increments that were not counted yet. Those of another log are not counted. */
    void add(List<Increment> increments) {
        write(() -> increments.forEach(this::addUnlocked));
    }

    private void addUnlocked(Increment increment) {
        received++;
        if (!increment.position().log().equals(log)) {
            foreign++;
            return;
        }
        LogPartition partition = at(increment.position().partition());
        // All partitions that there were have been started: this one is new.
        startUnlocked(partition, 0);
        if (increment.position().offset() < tail.progress(partition).through()) {
            countedBefore++;
        }
        tail.add(increment);
    }

    /** Records that no event lies between what has been counted and {@code end}. */
    void close(int partition, long end) {
        write(() -> tail.close(at(partition), end));
    }

    /** Gives up on those of {@code events} that have not been counted; below the last of them there are no others. */
    void miss(int partition, OffsetRanges events) {
        write(() -> tail.miss(at(partition), events));
    }

    /** Whether it has begun to count a partition. */
    boolean counts(int partition) {
        return read(() -> tail.counts(at(partition)));
    }

    /** How far one partition has been counted, exclusive. */
    long through(int partition) {
        return read(() -> tail.progress(at(partition)).through());
    }

    /** The end of the furthest increment that waits. */
    long reach(int partition) {
        return read(() -> tail.reach(at(partition)));
    }

    /** The offsets that waiting increments wait for. */
    Optional<Range> gap(int partition) {
        return read(() -> tail.gap(at(partition)));
    }

    /** How far each partition has been counted. */
    public Map<Integer, Progress> progress() {
        return read(this::progressUnlocked);
    }

    private Map<Integer, Progress> progressUnlocked() {
        Map<Integer, Progress> byNumber = new TreeMap<>();
        tail.progress().forEach((partition, progress) -> byNumber.put(partition.partition(), progress));
        return byNumber;
    }

    /** What an answer about {@code view} is made of. Merging is left to the caller, outside of the lock. */
    Snapshot snapshot(String view, Selection selection) {
        return read(() -> new Snapshot(
                publication,
                log,
                segments.get(view),
                select(view, selection),
                progressUnlocked(),
                tail.newestRecord()));
    }

    private List<Cell> select(String view, Selection selection) {
        List<Cell> cells = new ArrayList<>();
        if (selection.from() < selection.to()) {
            tail.cells(view)
                    .subMap(selection.from(), selection.to())
                    .forEach((pane, byDimensions) -> byDimensions.forEach((dimensions, partials) -> {
                        if (selection.dimensions().test(dimensions)) {
                            cells.add(new Cell(pane, dimensions, partials));
                        }
                    }));
        }
        return cells;
    }

    /**
     * Lets {@code next} take over, if it has counted everything that this one has: no answer ever steps back. While
     * the two are compared this one neither counts nor answers.
     *
     * @param swap makes {@code next} the one that is asked
     * @return whether it took over
     */
    boolean yieldTo(Generation next, Runnable swap) {
        lock.writeLock().lock();
        try {
            boolean reached = next.behind(progressUnlocked()) == 0;
            if (reached) {
                swap.run();
            }
            return reached;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** How many offsets others have accounted for and this one has not; zero if it has counted all that they have. */
    long behind(Map<Integer, Progress> others) {
        Map<Integer, Progress> mine = progress();
        return others.entrySet().stream()
                .mapToLong(other -> behind(mine.get(other.getKey()), other.getValue()))
                .sum();
    }

    private static long behind(Progress mine, Progress other) {
        if (mine == null) {
            return 1 + other.through();
        }
        OffsetRanges lost = mine.missing().minus(other.through(), Long.MAX_VALUE);
        for (Range known : other.missing().ranges()) {
            lost = lost.minus(known.from(), known.to());
        }
        return Math.max(0, other.through() - mine.through())
                + lost.ranges().stream()
                        .mapToLong(range -> range.to() - range.from())
                        .sum();
    }

    /** What has been counted and what has not, for those who watch. */
    public Counters counters() {
        return read(() -> {
            Map<Integer, List<Map<Bucket, Long>>> buckets = new TreeMap<>();
            for (LogPartition partition : tail.progress().keySet()) {
                buckets.put(
                        partition.partition(),
                        tail.buckets(partition).stream()
                                .map(counts -> (Map<Bucket, Long>) new TreeMap<>(counts))
                                .toList());
            }
            return new Counters(received, countedBefore, foreign, buckets);
        });
    }

    /**
     * @param received how many increments have been read
     * @param countedBefore how many of them had been counted already, by batch or by an earlier copy
     * @param foreign how many were of another log
     * @param buckets what became of the events at or beyond the cut, by partition, for each view of the set
     */
    public record Counters(
            long received, long countedBefore, long foreign, Map<Integer, List<Map<Bucket, Long>>> buckets) {}

    private LogPartition at(int partition) {
        return new LogPartition(log, partition);
    }

    private <T> T read(Supplier<T> action) {
        lock.readLock().lock();
        try {
            return action.get();
        } finally {
            lock.readLock().unlock();
        }
    }

    private void write(Runnable action) {
        lock.writeLock().lock();
        try {
            action.run();
        } finally {
            lock.writeLock().unlock();
        }
    }
}
