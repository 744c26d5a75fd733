package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Threshold;
import dev.tidemark.view.Pane;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * The windows that a threshold looks at: those that end with the newest whole pane, and with each pane of the time before
 * it for which the condition must have held.
 *
 * @param newest the end of the newest whole pane
 */
record Lookback(Pane pane, Threshold threshold, ZoneId zone, Instant newest) {

    /** @param until up to when answers are whole */
    static Lookback at(Pane pane, Threshold threshold, ZoneId zone, Instant until) {
        return new Lookback(pane, threshold, zone, pane.start(until, zone));
    }

    /** The windows' ends, the oldest first. */
    List<Instant> ends() {
        Deque<Instant> ends = new ArrayDeque<>();
        Instant first = before(newest, threshold.lasting());
        for (Instant end = newest; !end.isBefore(first); end = pane.start(end.minusMillis(1), zone)) {
            ends.addFirst(end);
        }
        return List.copyOf(ends);
    }

    /** The start of the window that ends at {@code end}. */
    Instant start(Instant end) {
        return before(end, threshold.window());
    }

    /** The end of the pane in which the newest window starts. */
    Instant startsBefore() {
        Instant start = start(newest);
        // Longer than any pane of an hour or a day, and shorter than two.
        Duration beyond = pane.isDay() ? Duration.ofHours(36) : pane.length();
        return pane.start(start.plus(beyond), zone);
    }

    /**
     * Since when a group must have had an event to be looked at: a window before the first of them, so that a group that
     * falls silent is seen to for as long as a window is.
     */
    Instant groupsSince() {
        return start(start(ends().get(0)));
    }

    private Instant before(Instant end, Duration length) {
        Instant before =
                pane.isDay() ? end.atZone(zone).minusDays(length.toDays()).toInstant() : end.minus(length);
        return pane.start(before, zone);
    }
}
