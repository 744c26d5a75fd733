package dev.tidemark.view;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Events of a key that follow each other: one that fits each step, in order. What is stored are step events, cells of one
 * event each that fits a step or cancels; they are matched when a query asks ({@link PatternMatcher}).
 *
 * @param by the dimension whose events they are
 * @param steps what fits each step, Spark SQL predicates; a later one may compare with {@code step1.field} and so on
 * @param within how long before the last event of a match its first one may be
 * @param unless what cancels if it happens between a match's first event and its last; empty if nothing does
 */
public record Pattern(String by, List<String> steps, Duration within, Optional<String> unless) implements Slicing {

    /** Who asks for one day of matches reads as much before it. */
    private static final Duration LONGEST = Duration.ofDays(7);

    private static final int MOST_STEPS = 16;

    public Pattern {
        steps = List.copyOf(steps);
        if (steps.size() < 2 || steps.size() > MOST_STEPS) {
            throw new IllegalArgumentException(
                    "a pattern of " + steps.size() + " steps; accepted are 2 to " + MOST_STEPS);
        }
        requireWithin(within);
    }

    private static void requireWithin(Duration within) {
        if (within.isZero() || within.isNegative() || within.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("within is " + Durations.format(within)
                    + "; accepted are durations from 1ms to " + Durations.format(LONGEST) + ", such as 1m");
        }
    }

    /**
     * The duration that {@code text} states.
     *
     * @throws IllegalArgumentException if it states none that a pattern may have
     */
    public static Duration within(String text) {
        Duration within = Durations.parse(text);
        requireWithin(within);
        return within;
    }

    @Override
    public String field() {
        return "pattern";
    }

    @Override
    public Map<String, Object> stated() {
        Map<String, Object> stated =
                new TreeMap<>(Map.of("by", by, "steps", steps, "within", Durations.format(within)));
        unless.ifPresent(text -> stated.put("unless", text));
        return stated;
    }

    /** {@link #within} in microseconds. */
    public long withinMicros() {
        return within.toNanos() / 1_000;
    }

    @Override
    public String toString() {
        return "{by: " + by + ", steps: " + steps + ", within: " + Durations.format(within)
                + unless.map(text -> ", unless: " + text).orElse("") + "}";
    }
}
