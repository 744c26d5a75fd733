package dev.tidemark.view;

import java.util.List;

/**
 * One cell of a view: of a pane, or a fragment of a session.
 *
 * @param start the start of its pane, or the time of the fragment's first event, in microseconds of the epoch
 * @param last the time of the fragment's last event; of a pane its start
 * @param dimensions the dimension values, in the view's order
 * @param partials the measures' partials, in the view's order; never changed
 */
public record Cell(long start, long last, List<Object> dimensions, Object[] partials) {

    /** Of a pane. */
    public Cell(long pane, List<Object> dimensions, Object[] partials) {
        this(pane, pane, dimensions, partials);
    }
}
