package dev.tidemark.serving.fold;

import dev.tidemark.serving.fold.CommittedLog.Probe;
import dev.tidemark.view.OffsetRanges.Range;
import dev.tidemark.view.Tail.Progress;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides about offsets that no increment covers. Transaction markers and aborted records use up offsets without being
 * events: what a reader of committed records passes is closed. An event whose increment is still to come is waited
 * for; one whose increment cannot be expected any more is missing, and answers say so. Not thread-safe.
 */
final class GapCloser {

    private static final Logger LOG = LoggerFactory.getLogger(GapCloser.class);
    private static final long QUIET_NANOS = Duration.ofMillis(100).toNanos();

    private record Stall(long through, long sinceNanos, boolean event) {}

    private final Generation generation;
    private final IncrementsFeed feed;
    private final Duration patience;
    private final Map<Integer, Stall> stalls = new HashMap<>();

    /** @param patience how long the increment of an event is waited for, while later ones or its retention go by */
    GapCloser(Generation generation, IncrementsFeed feed, Duration patience) {
        this.generation = generation;
        this.feed = feed;
        this.patience = patience;
    }

    /**
     * Looks at each partition that has not progressed for a moment though more has been committed.
     *
     * @param ends the exclusive ends of what has been committed
     * @return whether there was anything to close or to give up
     */
    boolean look(Map<Integer, Long> ends, CommittedLog log) {
        boolean changed = false;
        for (Map.Entry<Integer, Progress> entry : generation.progress().entrySet()) {
            int partition = entry.getKey();
            long through = entry.getValue().through();
            Stall stall = stalls.get(partition);
            long now = System.nanoTime();
            if (stall == null || stall.through() != through) {
                stalls.put(partition, new Stall(through, now, false));
            } else if (through < ends.getOrDefault(partition, 0L) && now - stall.sinceNanos() > QUIET_NANOS) {
                changed |= resolve(partition, stall, ends.get(partition), log);
            }
        }
        return changed;
    }

    private boolean resolve(int partition, Stall stall, long end, CommittedLog log) {
        boolean tooLong = System.nanoTime() - stall.sinceNanos() > patience.toNanos();
        if (stall.event() && !tooLong) {
            return false;
        }
        Probe probe = log.probe(partition, stall.through(), end);
        if (probe.passed() > stall.through()) {
            generation.close(partition, probe.passed());
            return true;
        }
        stalls.put(partition, new Stall(stall.through(), stall.sinceNanos(), probe.event()));
        boolean readToTheEnd = feed.drainedAt() > stall.sinceNanos();
        return tooLong && readToTheEnd && giveUp(partition, stall.through(), probe);
    }

    private boolean giveUp(int partition, long through, Probe probe) {
        Optional<Range> gap = generation.gap(partition);
        boolean trimmed = probe.start() > through;
        if (!trimmed && gap.isEmpty()) {
            return false;
        }
        long end = Math.min(
                trimmed ? probe.start() : Long.MAX_VALUE, gap.map(Range::to).orElse(Long.MAX_VALUE));
        LOG.warn(
                "events [{}, {}) of partition {} of log {} are missing: {}, and no increment of them has come for {} s",
                through,
                end,
                partition,
                generation.log(),
                trimmed ? "the topic's retention has removed them" : "increments of later events are there",
                patience.toSeconds());
        generation.miss(partition, end);
        return true;
    }
}
