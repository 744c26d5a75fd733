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
    public void count(Contribution event, Occurrence at) {
        pane(event.pane()).compute(event.dimensions(), (key, cell) -> view.add(orNew(cell), event, at));
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
    public void add(Cell cell) {
        pane(cell.start()).compute(cell.dimensions(), (key, known) -> {
            size += known == null ? 1 : 0;
            return known == null ? cell.partials() : view.merge(known, cell.partials());
        });
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
