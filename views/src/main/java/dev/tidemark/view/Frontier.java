package dev.tidemark.view;

import dev.tidemark.schema.Increment;
import dev.tidemark.view.OffsetRanges.Range;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * How far one partition has been counted: every event from the cut up to {@link #through} once, and none above it. What
 * arrives out of turn waits, so that an answer can say exactly what it counts by one number a partition.
 *
 * <p>A mutable accumulator, not thread-safe.
 */
final class Frontier {

    private final long cut;
    private final TreeMap<Long, Increment> waiting = new TreeMap<>();
    private long through;
    private OffsetRanges missing = OffsetRanges.NONE;

    Frontier(long cut) {
        this.cut = cut;
        this.through = cut;
    }

    long cut() {
        return cut;
    }

    /** Exclusive: every event below it that is not missing has been counted. */
    long through() {
        return through;
    }

    OffsetRanges missing() {
        return missing;
    }

    /** The offsets between {@link #through} and the first increment that waits, if one does. */
    Optional<Range> gap() {
        Map.Entry<Long, Increment> first = waiting.firstEntry();
        return first == null
                ? Optional.empty()
                : Optional.of(new Range(through, first.getValue().from()));
    }

    /** Exclusive: the end of the furthest increment that waits; {@link #through} if none does. */
    long reach() {
        return waiting.isEmpty() ? through : waiting.lastEntry().getValue().end();
    }

    /** Takes an increment, whichever copy and in whatever order; {@code count} sees each position once. */
    void offer(Increment increment, Consumer<Increment> count) {
        if (isDue(increment)) {
            take(increment, count);
            drain(count);
        } else {
            waiting.merge(
                    increment.position().offset(), increment, (one, other) -> one.from() <= other.from() ? one : other);
        }
    }

    /** Whether nothing that may be an event lies between what has been counted and it. */
    private boolean isDue(Increment increment) {
        return increment.from() <= through || increment.position().offset() < through;
    }

    /** Counts it unless it has been counted; either way, what it covers besides its own event is no event. */
    private void take(Increment increment, Consumer<Increment> count) {
        long offset = increment.position().offset();
        boolean uncounted = offset >= through || missing.contains(offset);
        if (!missing.isEmpty()) {
            missing = missing.minus(increment.from(), increment.end());
        }
        through = Math.max(through, increment.end());
        if (uncounted) {
            count.accept(increment);
        }
    }

    private void drain(Consumer<Increment> count) {
        while (!waiting.isEmpty() && isDue(waiting.firstEntry().getValue())) {
            take(waiting.pollFirstEntry().getValue(), count);
        }
    }

    /** Records that no event lies in [{@link #through}, {@code end}): a reader of committed records passed it. */
    void close(long end, Consumer<Increment> count) {
        if (end > through) {
            through = end;
            drain(count);
        }
    }

    /**
     * Gives up on those of {@code events} that have not been counted, until their increments come after all. Between
     * {@link #through} and the last of them there are no others.
     */
    void miss(OffsetRanges events, Consumer<Increment> count) {
        OffsetRanges lost = events.minus(0, through);
        if (!lost.isEmpty()) {
            missing = missing.plus(lost);
            through = lost.end();
            drain(count);
        }
    }
}
