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

    /** Takes an increment, whichever copy and in whatever order; {@code count} sees each position once. */
    void offer(Increment increment, Consumer<Increment> count) {
        long offset = increment.position().offset();
        if (offset < through) {
            countIfMissing(increment, count);
        } else if (increment.from() <= through) {
            advance(increment, count);
            drain(count);
        } else {
            waiting.merge(offset, increment, (one, other) -> one.from() <= other.from() ? one : other);
        }
    }

    private void countIfMissing(Increment increment, Consumer<Increment> count) {
        long offset = increment.position().offset();
        if (missing.contains(offset)) {
            missing = missing.minus(offset, offset + 1);
            count.accept(increment);
        }
    }

    private void advance(Increment increment, Consumer<Increment> count) {
        count.accept(increment);
        through = increment.end();
    }

    private void drain(Consumer<Increment> count) {
        while (!waiting.isEmpty()) {
            Increment first = waiting.firstEntry().getValue();
            if (first.from() > through && first.position().offset() >= through) {
                return;
            }
            waiting.pollFirstEntry();
            if (first.position().offset() >= through) {
                advance(first, count);
            }
        }
    }

    /** Records that no event lies in [{@link #through}, {@code end}): a reader of committed records passed it. */
    void close(long end, Consumer<Increment> count) {
        if (end > through) {
            through = end;
            drain(count);
        }
    }

    /** Gives up on the events in [{@link #through}, {@code end}) until their increments come after all. */
    void miss(long end, Consumer<Increment> count) {
        if (end > through) {
            missing = missing.plus(OffsetRanges.of(through, end));
            through = end;
            drain(count);
        }
    }
}
