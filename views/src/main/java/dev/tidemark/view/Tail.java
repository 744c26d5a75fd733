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

    /** What was counted since the last slice; empty while none are taken. */
    private Optional<Tally> sinceSlice = Optional.empty();

    /** Up to where slices have been taken; of a partition that was started since, nothing has. */
    private final Map<LogPartition, Long> sliced = new HashMap<>();

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
        Frontier frontier = frontiers.get(partitionOf(increment));
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
        LogPartition partition = partitionOf(increment);
        boolean batchCounted = increment.position().offset() < cuts.get(partition);
        tally.count(increment, partition, batchCounted);
        sinceSlice.ifPresent(since -> since.count(increment, partition, batchCounted));
    }

    /**
     * Takes in what another tail has counted from where this one stands: as if this one had counted it. Partitions that
     * are not counted yet are started where the slice begins. If it is refused, nothing has changed.
     *
     * @throws OverlapException if any of it has been counted here: it would count twice
     * @throws IllegalArgumentException if it does not follow what has been counted
     * @throws IllegalStateException while this tail takes slices itself
     */
    public void add(TailSlice slice) {
        if (sinceSlice.isPresent()) {
            throw new IllegalStateException("slices are added before slices are taken");
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

    /** Begins to take slices of what is counted from now on. */
    public void beginSlices() {
        frontiers.forEach((partition, frontier) -> sliced.put(partition, frontier.through()));
        sinceSlice = Optional.of(new Tally(set));
    }

    /** Takes no more slices. */
    public void endSlices() {
        sinceSlice = Optional.empty();
    }

    /**
     * What has been counted since the last slice.
     *
     * @param events how many events
     * @param cells how many cells they have made, of all views
     */
    public record SinceSlice(long events, int cells) {}

    /** How much has been counted since the last slice; empty while no slices are taken. */
    public Optional<SinceSlice> sinceSlice() {
        return sinceSlice.map(since -> new SinceSlice(since.events(), since.size()));
    }

    /**
     * What was counted since the last slice, or since {@link #beginSlices}. Empty while no slices are taken, and while
     * events are missing: a slice covers all of its extent.
     */
    public Optional<TailSlice> slice() {
        if (sinceSlice.isEmpty()
                || frontiers.values().stream()
                        .anyMatch(frontier -> !frontier.missing().isEmpty())) {
            return Optional.empty();
        }
        Map<LogPartition, Extent> extents = new TreeMap<>();
        frontiers.forEach((partition, frontier) -> {
            long from = sliced.getOrDefault(partition, frontier.cut());
            extents.put(partition, new Extent(cuts.get(partition), from, frontier.through()));
        });
        TailSlice slice = new TailSlice(extents, sinceSlice.get());
        beginSlices();
        return Optional.of(slice);
    }

    private static LogPartition partitionOf(Increment increment) {
        return new LogPartition(increment.position().log(), increment.position().partition());
    }
}
