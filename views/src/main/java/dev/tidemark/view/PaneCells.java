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

    private int size;

    PaneCells(View view) {
        this.view = view;
    }

    @Override
    public void count(Contribution event, Occurrence at, Changes changes) {
        Object[] partials =
                pane(event.pane()).compute(event.dimensions(), (key, before) -> view.add(orNew(before), event, at));
        changes.changed(new Cell(event.pane(), event.dimensions(), partials));
    }

    private Map<List<Object>, Object[]> pane(long start) {
        return panes.computeIfAbsent(start, pane -> new HashMap<>());
    }

    private Object[] orNew(Object[] cell) {
        if (cell == null) {
            size++;
            return view.identity();
        }
        return cell;
    }

    @Override
    public void put(Cell cell) {
        pane(cell.start()).put(cell.dimensions(), cell.partials());
        size++;
    }

    @Override
    public void select(long from, long to, Consumer<Cell> taker) {
        panes.subMap(from, to)
                .forEach((pane, cells) ->
                        cells.forEach((dimensions, partials) -> taker.accept(new Cell(pane, dimensions, partials))));
    }

    @Override
    public int size() {
        return size;
    }
}
