package dev.tidemark.serving.fold;

import dev.tidemark.serving.fold.CommittedLog.Events;
import dev.tidemark.serving.fold.CommittedLog.Probe;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.OffsetRanges.Range;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about offsets that no increment covers. Transaction markers and aborted records use up offsets without being
 * events: what a reader of committed records passes is closed. An event whose increment is still to come is waited
 * for; one whose increment cannot be expected any more is missing, and answers say so. Not thread-safe, but for
 * {@link #hasSettled}.
 */
final class GapCloser {

    private static final Logger LOG = LoggerFactory.getLogger(GapCloser.class);
    private static final long QUIET_NANOS = Duration.ofMillis(100).toNanos();

    /**
     * Since when a partition has been counted up to an offset.
     *
     * @param held whether it has been found that no reader can close what lies there: it is an event, or was perhaps
     */
    private record Stall(long through, long sinceNanos, boolean held) {}

    /**
     * Since when the increments of the events below {@code reach} have been waited for while that of a later event was
     * there; so that all gaps below it are given up at once, not one after the other.
     *
     * @param goal where the increments ended when the patience was over: none that was written before is unread once
     *     the feed has passed it
     */
    private record Wait(long reach, long sinceNanos, OptionalLong goal) {}

    private final Generation generation;
    private final IncrementsFeed feed;
    private final Duration patience;
    private final Map<Integer, Stall> stalls = new ConcurrentHashMap<>();
    private final Map<Integer, Wait> waits = new HashMap<>();

    /** @param patience how long the increment of an event is waited for, while later ones or its retention go by */
    GapCloser(Generation generation, IncrementsFeed feed, Duration patience) {
        this.generation = generation;
        this.feed = feed;
        this.patience = patience;
    }

    /**
     * Looks whether increments of a partition wait for what lies before them, or whether it has not progressed for a
     * moment though more has been committed.
     *
     * @param end the exclusive end of what has been committed
     * @return whether there was anything to close or to give up
     */
    boolean look(int partition, long end, CommittedLog log) {
        long through = generation.through(partition);
        Stall stall = stall(partition, through);
        boolean overdue = isOverdue(partition, through);
        // Where increments wait, time can tell no more than the broker.
        boolean due = generation.gap(partition).isPresent() || System.nanoTime() - stall.sinceNanos() > QUIET_NANOS;
        if (through >= end || !(overdue || due && !stall.held())) {
            return false;
        }
        Probe probe = log.probe(partition, through, end);
        if (probe.passed() > through) {
            generation.close(partition, probe.passed());
            return true;
        }
        boolean held = probe.event() || probe.start() > through;
        stalls.put(partition, new Stall(through, stall.sinceNanos(), held));
        return overdue && giveUp(partition, through, probe.start(), log);
    }

    /** Whether a partition has been counted up to {@code reach}, or as far as that can be before events are given up. */
    boolean hasSettled(int partition, long reach) {
        long through = generation.through(partition);
        Stall stall = stalls.get(partition);
        return through >= reach || stall != null && stall.held() && stall.through() == through;
    }

    private Stall stall(int partition, long through) {
        return stalls.compute(
                partition,
                (key, known) -> known != null && known.through() == through
                        ? known
                        : new Stall(through, System.nanoTime(), false));
    }

    private boolean isOverdue(int partition, long through) {
        Wait wait = wait(partition, through);
        if (System.nanoTime() - wait.sinceNanos() <= patience.toNanos()) {
            return false;
        }
        if (wait.goal().isEmpty()) {
            wait = new Wait(wait.reach(), wait.sinceNanos(), feed.end(partition));
            waits.put(partition, wait);
        }
        return wait.goal().isPresent()
                && feed.position(partition) >= wait.goal().getAsLong();
    }

    /** Where no increment waits, what retention may have removed is waited for since the partition stands still. */
    private Wait wait(int partition, long through) {
        Optional<Range> gap = generation.gap(partition);
        Wait known = waits.get(partition);
        boolean holds =
                known != null && gap.map(range -> range.to() < known.reach()).orElse(known.reach() == through + 1);
        if (holds) {
            return known;
        }
        long reach = gap.isPresent() ? generation.reach(partition) : through + 1;
        Wait begun = new Wait(reach, System.nanoTime(), OptionalLong.empty());
        waits.put(partition, begun);
        return begun;
    }

    /** @param start the first offset that the topic still holds */
    private boolean giveUp(int partition, long through, long start, CommittedLog log) {
        Optional<Range> gap = generation.gap(partition);
        if (start > through) {
            // Nobody can tell any more which of them were events.
            long end = Math.min(start, gap.map(Range::to).orElse(start));
            miss(partition, OffsetRanges.of(through, end), "the topic's retention has removed them");
            return true;
        }
        if (gap.isEmpty() || gap.get().from() != through) {
            return false;
        }
        Events events = log.events(partition, through, gap.get().to());
        if (!events.offsets().isEmpty()) {
            miss(partition, events.offsets(), "increments of later events are there");
        }
        generation.close(partition, events.passed());
        return events.passed() > through;
    }

    private void miss(int partition, OffsetRanges events, String why) {
        LOG.warn(
                "events {} of partition {} of log {} are missing: {}, and no increment of them has come for {} s",
                events,
                partition,
                generation.log(),
                why,
                patience.toSeconds());
        generation.miss(partition, events);
    }
}
