package dev.tidemark.serving.segment;

import dev.tidemark.view.Cell;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * Batch's cells of one view and one day, in the order of their starts. Immutable, and shared by all publications that
 * name it.
 *
 * @param id the segment's id
 * @param cells its cells
 */
public record Segment(String id, List<Cell> cells) {
    public Segment {
        List<Cell> sorted = new ArrayList<>(cells);
        sorted.sort(Comparator.comparingLong(Cell::start));
        cells = List.copyOf(sorted);
    }

    /** Gives each selected cell to {@code taker}. */
    public void select(Selection selection, Consumer<Cell> taker) {
        for (int i = firstAtOrAfter(selection.from()); i < cells.size(); i++) {
            Cell cell = cells.get(i);
            if (cell.start() >= selection.to()) {
                return;
            }
            if (selection.dimensions().test(cell.dimensions())) {
                taker.accept(cell);
            }
        }
    }

    private int firstAtOrAfter(long start) {
        int low = 0;
        int high = cells.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cells.get(middle).start() < start) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
