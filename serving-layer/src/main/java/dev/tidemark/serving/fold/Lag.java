package dev.tidemark.serving.fold;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;

/**
 * How far an answer is behind the log: remembers where the log ended when, until that has been counted. Thread-safe.
 */
public final class Lag {

    private static final int REMEMBERED = 1_000;
    private static final Duration SPACING = Duration.ofMillis(50);

    /** An observation older than this says nothing of the present. */
    private static final Duration STALE = Duration.ofSeconds(1);

    private record Observation(Instant time, Map<Integer, Long> ends) {

        boolean reachedBy(Map<Integer, Long> throughs) {
            return ends.entrySet().stream().allMatch(end -> throughs.getOrDefault(end.getKey(), 0L) >= end.getValue());
        }

        long recordsBeyond(Map<Integer, Long> throughs) {
            return ends.entrySet().stream()
                    .mapToLong(end -> Math.max(0, end.getValue() - throughs.getOrDefault(end.getKey(), 0L)))
                    .sum();
        }
    }

    /**
     * How far behind.
     *
     * @param records how many offsets the observed ends are ahead
     * @param time how long ago everything in the log at that time had been counted; zero if nothing more is known
     */
    public record Behind(long records, Duration time) {}

    private final Deque<Observation> unreached = new ArrayDeque<>();
    private Observation newest;
    private Instant reached;
    private Duration spacing = SPACING;

    /** @param start when the log was first looked at */
    Lag(Instant start) {
        this.newest = new Observation(start, Map.of());
        this.reached = start;
    }

    /** Takes in where the log ends now. */
    synchronized void observe(Instant time, Map<Integer, Long> ends) {
        newest = new Observation(time, ends);
        if (unreached.isEmpty()) {
            spacing = SPACING;
        }
        if (unreached.isEmpty() || !time.isBefore(unreached.peekLast().time().plus(spacing))) {
            unreached.addLast(newest);
        }
        if (unreached.size() > REMEMBERED) {
            thinOut();
        }
    }

    /** Where the log ended when last looked at. */
    public synchronized Map<Integer, Long> ends() {
        return newest.ends();
    }

    /** How far {@code throughs}, the exclusive ends of what was counted by partition, are behind. */
    public synchronized Behind behind(Map<Integer, Long> throughs, Instant now) {
        while (!unreached.isEmpty() && unreached.peekFirst().reachedBy(throughs)) {
            reached = unreached.pollFirst().time();
        }
        boolean current = newest.reachedBy(throughs)
                && Duration.between(newest.time(), now).compareTo(STALE) < 0;
        Duration behind = current ? Duration.ZERO : Duration.between(reached, now);
        return new Behind(newest.recordsBeyond(throughs), behind.isNegative() ? Duration.ZERO : behind);
    }

    /** The longer the lag, the coarser it is known. */
    private void thinOut() {
        spacing = spacing.multipliedBy(2);
        Iterator<Observation> all = unreached.iterator();
        for (boolean drop = false; all.hasNext(); drop = !drop) {
            all.next();
            if (drop) {
                all.remove();
            }
        }
    }
}
