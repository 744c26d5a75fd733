package dev.tidemark.serving.fold;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Map;
import java.util.Optional;

/**
 * How far an answer is behind the log: remembers where the log ended when, until that has been counted. Thread-safe.
 */
public final class Lag {

    private static final int REMEMBERED = 1_000;
    private static final Duration SPACING = Duration.ofMillis(50);

    /** An observation older than this says nothing of the present. */
    private static final Duration STALE = Duration.ofSeconds(1);

    private record Observation(Instant time, Map<Integer, Long> ends) {

        boolean isCurrent(Instant now) {
            return Duration.between(time, now).compareTo(STALE) < 0;
        }

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
     * @param records how many offsets the observed ends are ahead; zero before the first look at them
     * @param time how long ago everything in the log at that time had been counted; zero if nothing more is known
     */
    public record Behind(long records, Duration time) {}

    private final Deque<Observation> unreached = new ArrayDeque<>();
    private Optional<Observation> newest = Optional.empty();
    private Instant reached;
    private Duration spacing = SPACING;

    /** @param start since when the log is followed: until it has been seen, everything is behind since then */
    Lag(Instant start) {
        this.reached = start;
    }

    /** Takes in where the log ends now. */
    synchronized void observe(Instant time, Map<Integer, Long> ends) {
        Observation seen = new Observation(time, ends);
        newest = Optional.of(seen);
        if (unreached.isEmpty()) {
            spacing = SPACING;
        }
        if (unreached.isEmpty() || !time.isBefore(unreached.peekLast().time().plus(spacing))) {
            unreached.addLast(seen);
        }
        if (unreached.size() > REMEMBERED) {
            thinOut();
        }
    }

    /** Whether it has been seen where the log ends. */
    public synchronized boolean isKnown() {
        return newest.isPresent();
    }

    /** Where the log ended when last looked at; of no partition before the first look. */
    public synchronized Map<Integer, Long> ends() {
        return newest.map(Observation::ends).orElse(Map.of());
    }

    /** How far {@code throughs}, the exclusive ends of what was counted by partition, are behind. */
    public synchronized Behind behind(Map<Integer, Long> throughs, Instant now) {
        while (!unreached.isEmpty() && unreached.peekFirst().reachedBy(throughs)) {
            reached = unreached.pollFirst().time();
        }
        boolean current = newest.map(seen -> seen.isCurrent(now) && seen.reachedBy(throughs))
                .orElse(false);
        Duration behind = current ? Duration.ZERO : Duration.between(reached, now);
        long records = newest.map(seen -> seen.recordsBeyond(throughs)).orElse(0L);
        return new Behind(records, behind.isNegative() ? Duration.ZERO : behind);
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
