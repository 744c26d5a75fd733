package dev.tidemark.view;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Increment;
import dev.tidemark.view.OffsetRanges.Range;
import dev.tidemark.view.TailSlice.Extent;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

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

        Events plus(Events others) {
            return new Events(beyondCut + others.beyondCut, all + others.all);
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

    /** What was counted since it was taken last; empty while nobody takes it. */
    private Optional<Counted> counted = Optional.empty();

    /** Up to where that reaches back; of a partition that was started since, nothing has been taken. */
    private final Map<LogPartition, Long> taken = new HashMap<>();

    public Tail(DefinitionSet set) {
        this.set = set;
        this.tally = new Tally(set);
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
        for (int i = 0; i < set.views().size(); i++) {
            if (set.views().get(i).name().equals(view)) {
                tally.cells(i).select(from, to, taker);
                return;
            }
        }
        throw new IllegalArgumentException("view " + view + " is not in definition set " + set.id());
    }

    /** How many events fell into which bucket of which view, in the order of the set's views. */
    public List<Map<Bucket, Long>> buckets(LogPartition partition) {
        return tally.buckets(partition);
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
        counted.ifPresent(since -> since.add(increment));
    }

    /**
     * Takes in what another tail has counted from where this one stands: as if this one had counted it. Partitions that
     * are not counted yet are started where the slice begins. If it is refused, nothing has changed.
     *
     * @throws OverlapException if any of it has been counted here: it would count twice
     * @throws IllegalArgumentException if it does not follow what has been counted
     * @throws IllegalStateException once this tail keeps what it counts for slices of its own
     */
    public void add(TailSlice slice) {
        if (counted.isPresent()) {
            throw new IllegalStateException("slices are added before any are made");
        }
        slice.extents().forEach((partition, extent) -> {
            if (counts(partition)) {
                Extent.requireFollows(
                        extent, cuts.get(partition), frontiers.get(partition).through());
            }
        });
        slice.extents().forEach((partition, extent) -> {
            if (!counts(partition)) {
                start(partition, extent.from(), extent.cut());
            }
            close(partition, extent.through());
        });
        tally.add(slice.tally());
    }

    /** Keeps what is counted from now on until it is {@link #take taken}, for slices. */
    public void beginSlices() {
        frontiers.forEach((partition, frontier) -> taken.put(partition, frontier.through()));
        counted = Optional.of(new Counted(set, cuts, Counted.HELD));
    }

    /** Keeps nothing for slices any more. */
    public void endSlices() {
        counted = Optional.empty();
    }

    /** What was counted since the last time, or since {@link #beginSlices}; empty unless that is kept. */
    public Optional<Counted> take() {
        Optional<Counted> since = counted;
        since.ifPresent(given -> {
            given.end(sinceTaken(), frontiers.values().stream().allMatch(frontier -> frontier.missing()
                    .isEmpty()));
            beginSlices();
        });
        return since;
    }

    private Map<LogPartition, Extent> sinceTaken() {
        Map<LogPartition, Extent> extents = new TreeMap<>();
        frontiers.forEach((partition, frontier) -> {
            long from = taken.getOrDefault(partition, frontier.cut());
            extents.put(partition, new Extent(cuts.get(partition), from, frontier.through()));
        });
        return extents;
    }
}
