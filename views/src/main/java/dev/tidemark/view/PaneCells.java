package dev.tidemark.view;

import dev.tidemark.schema.Contribution;
import dev.tidemark.view.aggregate.Occurrence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/** The cells of a view of panes; or of step events, each as if in a pane of one microsecond. */
final class PaneCells implements TailCells {

    private final View view;

    /** By pane and dimension values. */
    private final NavigableMap<Long, Map<List<Object>, Cell>> panes = new TreeMap<>();

    PaneCells(View view) {
        this.view = view;
    }

    @Override
    public void count(Contribution event, Occurrence at, Changes changes) {
        List<Object> place = view.keyOf(event.dimensions(), at.position());
        changes.changed(
                pane(event.pane()).compute(place, (key, cell) -> with(orNew(cell, event.pane(), place), event, at)));
    }

    private Map<List<Object>, Cell> pane(long start) {
        return panes.computeIfAbsent(start, pane -> new HashMap<>());
    }

    private Cell orNew(Cell cell, long pane, List<Object> place) {
        return cell == null ? new Cell(pane, place, view.identity()) : cell;
    }

    private Cell with(Cell cell, Contribution event, Occurrence at) {
        return new Cell(cell.start(), cell.dimensions(), view.add(cell.partials(), event, at));
    }

    @Override
    public void put(Cell cell) {
        pane(cell.start()).put(cell.dimensions(), cell);
    }

    @Override
    public void select(long from, long to, Consumer<Cell> taker) {
        panes.subMap(from, to).values().forEach(cells -> cells.values().forEach(taker));
    }
}
