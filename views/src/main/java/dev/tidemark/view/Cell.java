package dev.tidemark.view;

import java.util.List;

/**
 * One cell of a view: of a pane, a fragment of a session, or of one step event of a pattern.
 *
 * @param start the start of its pane, or the time of the fragment's first event or of the step event, in microseconds of the epoch
 * @param last the time of the fragment's last event; of others their start
 * @param dimensions the values of {@link View#key}, in order: the dimensions, and what a step event has beside them
 * @param partials the measures' partials, in the view's order; never changed
 */
public record Cell(long start, long last, List<Object> dimensions, Object[] partials) {

    /** Of a pane. */
    public Cell(long pane, List<Object> dimensions, Object[] partials) {
        this(pane, pane, dimensions, partials);
    }
}
