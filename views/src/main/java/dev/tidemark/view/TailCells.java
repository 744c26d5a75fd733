package dev.tidemark.view;

import dev.tidemark.schema.Contribution;
import dev.tidemark.view.aggregate.Occurrence;
import java.time.ZoneId;
import java.util.function.Consumer;

/**
 * One view's cells as its events arrive, in whatever order.
 *
 * <p>A mutable accumulator, not thread-safe; the cells it gives are replaced, never changed.
 */
sealed interface TailCells permits PaneCells, Fragments, NoCells {

    /**
     * The cells of no events.
     *
     * @param zone where a day begins and ends
     */
    static TailCells of(View view, ZoneId zone) {
        return view.session()
                .<TailCells>map(session -> new Fragments(view, session, zone))
                .orElseGet(() -> new PaneCells(view));
    }

    /**
     * Counts an event.
     *
     * @param changes takes the cell that is different by it, and the one that is gone
     */
    void count(Contribution event, Occurrence at, Changes changes);

    /** Takes in a cell that was given before, of a place where there is none. */
    void put(Cell cell);

    /** Gives the cells that start in [{@code from}, {@code to}) to {@code taker}. */
    void select(long from, long to, Consumer<Cell> taker);
}
