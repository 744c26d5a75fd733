package dev.tidemark.serving.fold;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Increment;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.serving.spool.Spool;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Counted;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Layers;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.OffsetRanges.Range;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.Events;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.Tail.Progress;
import dev.tidemark.view.Tail.Unsliced;
import dev.tidemark.view.TailSlice;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * One source under one publication: the segments that it names, and the increments at or beyond its cut. Thread-safe.
 */
public final class Generation {

    private final Publication publication;
    private final ServedDefinitions definitions;
    private final String log;
    private final Map<String, List<Segment>> segments;

    /** How many late events batch has left out, by view and partition: none in publications of releases that could not. */
    private final Map<String, Map<Integer, Long>> publishedExcluded = new TreeMap<>();

    /** Replaced once at most, by what a spool held, before anything is counted. */
    private Tail tail;

    /** By partition of the increments topic, up to where its records were taken in. */
    private final Map<Integer, Long> fed = new TreeMap<>();

    /** The same when nothing of the partition waited last: all that stood below it has been counted. */
    private final Map<Integer, Long> settled = new TreeMap<>();

    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();
    private long received;
    private long countedBefore;
    private long foreign;

    /**
     * @param definitions the views that it answers
     * @param log the log that the source's topic is
     * @param segments the published segments by view
     * @param kept whether a view's cells are, and can be asked for
     */
    Generation(
            Publication publication,
            ServedDefinitions definitions,
            String log,
            Map<String, List<Segment>> segments,
            Predicate<View> kept) {
        this.publication = publication;
        this.definitions = definitions;
        this.log = log;
        this.segments = segments;
        this.tail = new Tail(definitions.streamed(), kept);
        definitions.views().stream()
                .filter(view -> view.layers().recomputed())
                .forEach(view -> publishedExcluded.put(view.name(), excludedByBatch(view)));
    }

    private Map<Integer, Long> excludedByBatch(View view) {
        Map<Integer, Long> excluded = new TreeMap<>();
        publication
                .bucketsOf(view.name(), log)
                .forEach((partition, buckets) -> excluded.put(partition, buckets.getOrDefault(Bucket.EXCLUDED, 0L)));
        return excluded;
    }

    public Publication publication() {
        return publication;
    }

    /** The views that it answers. */
    public ServedDefinitions definitions() {
        return definitions;
    }

    public String log() {
        return log;
    }

    /**
     * Begins to count a partition, unless it is being counted.
     *
     * @param begin the first offset that can be counted: the cut is at least there, and what is published knows better
     */
    void start(int partition, long begin) {
        write(() -> startUnlocked(at(partition), begin));
    }

    private void startUnlocked(LogPartition partition, long begin) {
        if (!tail.counts(partition)) {
            long cut = publishedCut(partition).orElse(begin);
            tail.start(partition, definitions.hasStreamAlone() ? Math.min(begin, cut) : cut, cut);
        }
    }

    private OptionalLong publishedCut(LogPartition partition) {
        return publication
                .source(definitions.source().name())
                .map(SourceState::cut)
                .orElse(Cut.NONE)
                .of(partition.log(), partition.partition());
    }

    /**
     * Takes in what a spool holds, if it goes on from where counting begins. To be called before any partition is started.
     *
     * @param begins where it would begin to count each partition
     * @param ends where each partition's log ends
     * @return where to go on in the increments topic, by partition
     */
    Map<Integer, Long> load(Spool spool, Map<Integer, Long> begins, Map<Integer, Long> ends) {
        Map<Integer, Long> resume = spool.load(kept -> {
            kept.partitions().forEach((partition, counted) -> {
                requireBegin(partition, counted, begins);
                requireEnd(partition, counted, ends);
            });
            Tail restored = Tail.of(definitions.streamed(), kept);
            write(() -> tail = restored);
        });
        write(() -> {
            fed.putAll(resume);
            settled.putAll(resume);
        });
        return resume;
    }

    /** Who began earlier than what is there by now still counts what retention has removed since, if nothing lies between. */
    private void requireBegin(LogPartition partition, Counted counted, Map<Integer, Long> begins) {
        Long begin = begins.get(partition.partition());
        OptionalLong cut = publishedCut(partition);
        boolean fits =
                partition.log().equals(log) && begin != null && counted.from() <= begin && begin <= counted.through();
        if (cut.isPresent()) {
            fits &= counted.cut() == cut.getAsLong();
            fits &= definitions.hasStreamAlone() || counted.from() == counted.cut();
        } else {
            fits &= counted.from() == counted.cut();
        }
        if (!fits) {
            throw new IllegalArgumentException("it counts %s from %d to %d, cut %d, where counting begins at %s"
                    .formatted(partition, counted.from(), counted.through(), counted.cut(), begin));
        }
    }

    /** A broker that lost its newest records gives their offsets to others, which would be taken for repeats. */
    private static void requireEnd(LogPartition partition, Counted counted, Map<Integer, Long> ends) {
        Long end = ends.get(partition.partition());
        if (end == null || counted.through() > end) {
            throw new IllegalArgumentException(
                    "it counts %s up to %d, where the log ends at %s".formatted(partition, counted.through(), end));
        }
    }

    /**
     * Counts the increments that were not counted yet. Those of another log are not counted.
     *
     * @param positions by partition of the increments topic, the offset after the last of them
     */
    void add(List<Increment> increments, Map<Integer, Long> positions) {
        write(() -> {
            increments.forEach(this::addUnlocked);
            fed.putAll(positions);
            positions.keySet().forEach(this::settle);
        });
    }

    private void settle(int partition) {
        if (!tail.counts(at(partition)) || tail.gap(at(partition)).isEmpty()) {
            settled.put(partition, fed.get(partition));
        }
    }

    /**
     * The cells of a view's tail that have changed since the last call, which keeps them from then on; nothing at the first
     * call, and of a view that is not streamed. Not beside a spool, which takes them too.
     */
    public List<Cell> takeChanged(View view) {
        List<Cell> changed = new ArrayList<>();
        write(() -> {
            if (view.layers().streamed()) {
                changed.addAll(tail.takeChanged(view.name()));
            }
        });
        return changed;
    }

    /** Keeps what changes from now on, for slices. */
    void beginSlices() {
        write(() -> tail.beginSlices());
    }

    /** Keeps nothing for slices any more. */
    void endSlices() {
        write(() -> tail.endSlices());
    }

    /** How much the next slice would hold. */
    Unsliced unsliced() {
        return read(() -> tail.unsliced());
    }

    /**
     * A slice of the tail.
     *
     * @param slice the slice
     * @param resume where to go on after it in the increments topic, by partition
     */
    record Sliced(TailSlice slice, Map<Integer, Long> resume) {}

    /** What is different since the slice before; empty while none can be taken. */
    Optional<Sliced> slice() {
        lock.writeLock().lock();
        try {
            fed.keySet().forEach(this::settle);
            return tail.slice().map(slice -> new Sliced(slice, Map.copyOf(settled)));
        } finally {
            lock.writeLock().unlock();
        }
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
        return byNumber(tail.progress());
    }

    private static <T> Map<Integer, T> byNumber(Map<LogPartition, T> partitions) {
        Map<Integer, T> byNumber = new TreeMap<>();
        partitions.forEach((partition, value) -> byNumber.put(partition.partition(), value));
        return byNumber;
    }

    /** How far each partition has been counted for views that these layers compute. */
    public Map<Integer, Progress> progress(Layers layers) {
        return read(() -> byNumber(tail.progress(layers)));
    }

    /**
     * What an answer about {@code view} is made of; empty if it is none that this one answers, or is stated otherwise
     * here. Merging is left to the caller, outside of the lock.
     */
    public Optional<Snapshot> snapshot(View view, Selection selection) {
        if (!definitions.view(view.name()).equals(Optional.of(view))) {
            return Optional.empty();
        }
        return Optional.of(read(() -> new Snapshot(
                view.layers().recomputed() ? publication : Publication.NONE,
                log,
                segments.getOrDefault(view.name(), List.of()),
                select(view, selection),
                byNumber(tail.progress(view.layers())),
                inTail(view, Bucket.DEFERRED),
                excluded(view),
                view.layers().streamed() ? byNumber(tail.newestRecords()) : Map.of())));
    }

    /** How many events of the tail fell into a bucket of the view, by partition. */
    private Map<Integer, Long> inTail(View view, Bucket bucket) {
        Map<Integer, Long> events = new TreeMap<>();
        int at = definitions.streamed().views().indexOf(view);
        if (at >= 0) {
            tail.partitions()
                    .forEach(partition -> events.put(partition.partition(), tail.bucket(partition, at, bucket)));
        }
        return events;
    }

    private Map<Integer, Long> excluded(View view) {
        Map<Integer, Long> excluded = inTail(view, Bucket.EXCLUDED);
        publishedExcluded
                .getOrDefault(view.name(), Map.of())
                .forEach((partition, events) -> excluded.merge(partition, events, Long::sum));
        return excluded;
    }

    private List<Cell> select(View view, Selection selection) {
        List<Cell> cells = new ArrayList<>();
        if (view.layers().streamed() && selection.from() < selection.to()) {
            tail.select(view.name(), selection.from(), selection.to(), cell -> {
                if (selection.dimensions().test(cell.dimensions())) {
                    cells.add(cell);
                }
            });
        }
        return cells;
    }

    /**
     * Lets {@code next} take over, if it has counted everything that this one has: no answer ever steps back. While
     * the two are compared this one neither counts nor answers. One that counts no increments takes over as it is: what
     * batch alone computes stands where its publication says, and waiting brings it no further.
     *
     * @param swap makes {@code next} the one that is asked
     * @return whether it took over
     */
    boolean yieldTo(Generation next, Runnable swap) {
        lock.writeLock().lock();
        try {
            boolean reached = !next.folds() || next.behind(progressUnlocked()) == 0;
            if (reached) {
                swap.run();
            }
            return reached;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /** Whether it has views whose increments it counts. */
    boolean folds() {
        return !definitions.streamed().views().isEmpty();
    }

    /** How many offsets others have accounted for and this one has not; zero if it has counted all that they have. */
    long behind(Map<Integer, Progress> others) {
        Map<Integer, Progress> mine = progress();
        return others.entrySet().stream()
                .mapToLong(other -> behind(other.getKey(), mine.get(other.getKey()), other.getValue()))
                .sum();
    }

    private long behind(int partition, Progress mine, Progress other) {
        if (mine == null) {
            return 1 + other.through();
        }
        // Below the other's beginning batch had counted what lies beyond this one's cut, which may have moved back.
        long begin = Math.min(other.cut(), publishedCut(at(partition)).orElse(Long.MAX_VALUE));
        OffsetRanges lost = mine.missing().minus(0, begin).minus(other.through(), Long.MAX_VALUE);
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
            Map<Integer, Events> events = new TreeMap<>();
            tail.progress().keySet().forEach(partition -> events.put(partition.partition(), tail.events(partition)));
            return new Counters(received, countedBefore, foreign, buckets, events);
        });
    }

    /**
     * @param received how many increments have been read
     * @param countedBefore how many of them had been counted already, by batch or by an earlier copy
     * @param foreign how many were of another log
     * @param buckets what became of the events that were counted here, by partition, for each streamed view
     * @param events how many events that were, by partition
     */
    public record Counters(
            long received,
            long countedBefore,
            long foreign,
            Map<Integer, List<Map<Bucket, Long>>> buckets,
            Map<Integer, Events> events) {}

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
