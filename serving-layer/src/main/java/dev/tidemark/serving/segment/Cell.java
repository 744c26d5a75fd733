package dev.tidemark.serving.segment;

import java.util.List;

/**
 * One cell of a view.
 *
 * @param pane the start of its pane, in microseconds of the epoch
 * @param dimensions the dimension values, in the view's order
 * @param partials the measures' partials, in the view's order; never changed
 */
public record Cell(long pane, List<Object> dimensions, Object[] partials) {}
