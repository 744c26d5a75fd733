package dev.tidemark.deployment;

import java.time.Duration;
import java.util.List;

/**
 * When a view of panes sends an alert: a group of events fires once the condition has held, over the last window of that
 * length, at the end of each pane for so long.
 *
 * @param when the condition
 * @param window how long the windows are: whole panes
 * @param lasting for how long the condition must have held: whole panes, or zero to fire at the first
 * @param by the dimensions whose values make the groups; of none, there is one group
 */
public record Threshold(Condition when, Duration window, Duration lasting, List<String> by) {

    /** How many panes the window and the time that the condition must have held may have together: each is looked at. */
    static final int MOST_PANES = 10_000;

    public Threshold {
        by = List.copyOf(by);
    }
}
