package dev.tidemark.view;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Increment;
import dev.tidemark.view.OffsetRanges.Range;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * The increments of one source at or beyond a cut, folded into cells: what is merged with the published segments in
 * every answer. Each position is counted once, however often and in whatever order its increments arrive. Views that the
 * stream alone computes have no segments: what lies below the cut is counted for them too, from where counting began.
 *
 * <p>A mutable accumulator, not thread-safe; the cells' partials are replaced, never changed.
 */
public final class Tail {

    /** One partition of one log. */
    public record LogPartition(String log, int partition) implements Comparable<LogPartition> {

        static LogPartition of(Increment increment) {
            return new LogPartition(
                    increment.position().log(), increment.position().partition());
        }

        @Override
        public int compareTo(LogPartition other) {
            int byLog = log.compareTo(other.log);
            return byLog != 0 ? byLog : Integer.compare(partition, other.partition);
        }
    }

    /**
     * How far one partition has been counted.
     *
     * @param cut below it, batch has counted; where counting began, for what the stream alone computes
     * @param through exclusive; every event from the cut up to it has been counted, but for the missing ones
     * @param missing offsets of events that were not counted, since their increments are not to be had
     */
    public record Progress(long cut, long through, OffsetRanges missing) {

        /** The same for what batch has counted up to {@code end}. */
        private Progress above(long end) {
            return new Progress(end, Math.max(end, through), missing.minus(0, end));
        }
    }

    /**
     * Events of one partition that have been taken in.
     *
     * @param beyondCut those at or beyond the cut
     * @param all those and, for views that the stream alone computes, what lies below it
     */
    public record Events(long beyondCut, long all) {

        static final Events NONE = new Events(0, 0);

        Events plus(boolean batchCounted) {
            return new Events(beyondCut + (batchCounted ? 0 : 1), all + 1);
        }

        /** Those that a view which these layers compute takes from the stream. */
        public long of(Layers layers) {
            return switch (layers) {
                case BOTH -> beyondCut;
                case BATCH -> 0;
                case SPEED -> all;
            };
        }
    }

    private final DefinitionSet set;
    private final Map<LogPartition, Frontier> frontiers = new TreeMap<>();
    private final Map<LogPartition, Long> cuts = new HashMap<>();
    private final Tally tally;

    /** How many events have been counted since the last slice, or since slices are kept. */
    private long sinceSlice;

    private boolean sliced;

    public Tail(DefinitionSet set) {
        this(set, view -> true);
    }

    /** @param kept whether a view's cells are, and can be asked for */
    public Tail(DefinitionSet set, Predicate<View> kept) {
        this.set = set;
        this.tally = new Tally(set, kept);
    }

    /**
     * Begins to count a partition.
     *
     * @param from where to begin: at the cut, or below it for the views that the stream alone computes
     * @param cut below it, batch has counted for the others
     * @throws OverlapException if it is being counted already
     */
    public void start(LogPartition partition, long from, long cut) {
        if (frontiers.putIfAbsent(partition, new Frontier(Math.min(from, cut))) != null) {
            throw new OverlapException(partition + " is being counted already");
        }
        cuts.put(partition, cut);
    }

    /** Whether {@link #start} has been called for it. */
    public boolean counts(LogPartition partition) {
        return frontiers.containsKey(partition);
    }

    /**
     * Takes an increment.
     *
     * @return false if its partition is none that is counted here: the increment is of another log
     */
    public boolean add(Increment increment) {
        Frontier frontier = frontiers.get(LogPartition.of(increment));
        if (frontier == null) {
            return false;
        }
        frontier.offer(increment, this::count);
        return true;
    }

    /** Records that no event lies between what has been counted and {@code end}. */
    public void close(LogPartition partition, long end) {
        frontiers.get(partition).close(end, this::count);
    }

    /**
     * Gives up on those of {@code events} that have not been counted: answers say that they are missing. Between what
     * has been counted and the last of them there are no others.
     */
    public void miss(LogPartition partition, OffsetRanges events) {
        frontiers.get(partition).miss(events, this::count);
    }

    /** The offsets that increments which wait are waiting for, if any do. */
    public Optional<Range> gap(LogPartition partition) {
        return frontiers.get(partition).gap();
    }

    /** Exclusive: the end of the furthest increment that waits; what has been counted if none does. */
    public long reach(LogPartition partition) {
        return frontiers.get(partition).reach();
    }

    /** How far one partition has been counted, from where counting began. */
    public Progress progress(LogPartition partition) {
        Frontier frontier = frontiers.get(partition);
        return new Progress(frontier.cut(), frontier.through(), frontier.missing());
    }

    /** The partitions that are counted. */
    public Set<LogPartition> partitions() {
        return Collections.unmodifiableSet(frontiers.keySet());
    }

    /** How far each partition has been counted, from where counting began. */
    public Map<LogPartition, Progress> progress() {
        Map<LogPartition, Progress> all = new TreeMap<>();
        frontiers.keySet().forEach(partition -> all.put(partition, progress(partition)));
        return all;
    }

    /** How far each partition has been counted for views that these layers compute. */
    public Map<LogPartition, Progress> progress(Layers layers) {
        Map<LogPartition, Progress> all = progress();
        if (layers.recomputed()) {
            all.replaceAll((partition, progress) -> progress.above(cuts.get(partition)));
        }
        if (!layers.streamed()) {
            all.replaceAll((partition, progress) -> new Progress(progress.cut(), progress.cut(), OffsetRanges.NONE));
        }
        return all;
    }

    /**
     * Gives those cells of a view to {@code taker} that start in [{@code from}, {@code to}), in microseconds of the
     * epoch.
     */
    public void select(String view, long from, long to, Consumer<Cell> taker) {
        tally.cells(number(view)).select(from, to, taker);
    }

    private int number(String view) {
        for (int i = 0; i < set.views().size(); i++) {
            if (set.views().get(i).name().equals(view)) {
                return i;
            }
        }
        throw new IllegalArgumentException("view " + view + " is not in definition set " + set.id());
    }

    /** How many events fell into which bucket of which view, in the order of the set's views. */
    public List<Map<Bucket, Long>> buckets(LogPartition partition) {
        return tally.buckets(partition);
    }

    /** How many events fell into one bucket of the view of that place in the set. */
    public long bucket(LogPartition partition, int view, Bucket bucket) {
        return tally.bucket(partition, view, bucket);
    }

    /** How many events of a partition have been taken in, whatever became of them in a view. */
    public Events events(LogPartition partition) {
        return tally.events(partition);
    }

    /** The newest record timestamp among what was counted, in milliseconds, by partition; none of nothing. */
    public Map<LogPartition, Long> newestRecords() {
        return tally.newestRecords();
    }

    private void count(Increment increment) {
        LogPartition partition = LogPartition.of(increment);
        boolean batchCounted = increment.position().offset() < cuts.get(partition);
        tally.count(increment, partition, batchCounted);
        sinceSlice++;
    }

    /**
     * The tail that was kept, which can go on counting as if it had never stopped.
     *
     * @throws RuntimeException whatever {@code kept} throws if it cannot be read
     */
    public static Tail of(DefinitionSet set, KeptTail kept) {
        Tail tail = new Tail(set);
        kept.partitions().forEach((partition, counted) -> {
            tail.start(partition, counted.from(), counted.cut());
            tail.close(partition, counted.through());
            tail.tally.put(partition, counted);
        });
        kept.forEach((view, cell) -> tail.tally.cells(view).put(cell));
        return tail;
    }

    /** Keeps what changes from now on, for slices. */
    public void beginSlices() {
        sliced = true;
        sinceSlice = 0;
        tally.keepChanges();
    }

    /**
     * The cells of a view that have changed since the last call, which keeps them from then on; nothing at the first call.
     * Those who take slices must not ask, since each takes from the other.
     */
    public List<Cell> takeChanged(String view) {
        List<Cell> changed = new ArrayList<>();
        tally.takeChanges(number(view)).forEach((place, cell) -> changed.add(cell), gone -> {});
        return changed;
    }

    /** Keeps nothing for slices any more. */
    public void endSlices() {
        sliced = false;
        tally.forgetChanges();
    }

    /**
     * How much the next slice would hold.
     *
     * @param events how many events have been counted since the last one
     * @param cells how many cells have changed by them, of all views
     */
    public record Unsliced(long events, int cells) {}

    /** How much the next slice would hold; nothing while none are kept. */
    public Unsliced unsliced() {
        return sliced
                ? new Unsliced(
                        sinceSlice,
                        tally.changes().stream().mapToInt(Changes::size).sum())
                : new Unsliced(0, 0);
    }

    /**
     * What is different since the slice before, or since {@link #beginSlices}. Empty unless slices are kept, and while
     * events are missing: they may still come, so that what they change belongs to the same slice.
     */
    public Optional<TailSlice> slice() {
        boolean whole = frontiers.values().stream()
                .allMatch(frontier -> frontier.missing().isEmpty());
        if (!sliced || !whole) {
            return Optional.empty();
        }
        Map<LogPartition, Counted> partitions = new TreeMap<>();
        frontiers.keySet().forEach(partition -> partitions.put(partition, counted(partition)));
        TailSlice slice = new TailSlice(partitions, tally.changes());
        beginSlices();
        return Optional.of(slice);
    }

    private Counted counted(LogPartition partition) {
        Frontier frontier = frontiers.get(partition);
        Long newest = tally.newestRecords().get(partition);
        return new Counted(
                cuts.get(partition),
                frontier.cut(),
                frontier.through(),
                tally.events(partition),
                tally.buckets(partition),
                newest == null ? OptionalLong.empty() : OptionalLong.of(newest));
    }
}
