package dev.tidemark.view;

import dev.tidemark.view.Tail.LogPartition;
import java.util.Map;

/** A tail at some moment, as somebody has put it together from its slices. */
public interface KeptTail {

    /** Takes a cell. */
    interface CellTaker {

        /**
         * @param view its view, by its place in the set
         * @param cell the cell
         */
        void accept(int view, Cell cell);
    }

    /** What had been counted of each partition. */
    Map<LogPartition, Counted> partitions();

    /** Gives all cells of all views to {@code taker}, each once. */
    void forEach(CellTaker taker);
}
