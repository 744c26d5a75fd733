package dev.tidemark.view;

import dev.tidemark.schema.Contribution;
import dev.tidemark.view.aggregate.Occurrence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The cells of a view of panes. */
final class PaneCells implements TailCells {

    private final View view;

    /** By pane and dimension values. */
    private final NavigableMap<Long, Map<List<Object>, Object[]>> panes = new TreeMap<>();

    PaneCells(View view) {
        this.view = view;
    }

    @Override
    public void count(Contribution event, Occurrence at) {
        panes.computeIfAbsent(event.pane(), pane -> new HashMap<>())
                .compute(event.dimensions(), (key, cell) -> view.add(cell == null ? view.identity() : cell, event, at));
    }

    @Override
    public void select(long from, long to, Consumer<Cell> taker) {
        panes.subMap(from, to)
                .forEach((pane, cells) ->
                        cells.forEach((dimensions, partials) -> taker.accept(new Cell(pane, dimensions, partials))));
    }
}
