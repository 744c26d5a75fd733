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
sealed interface TailCells permits PaneCells, Fragments {

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

    /** Counts an event. */
    void count(Contribution event, Occurrence at);

    /** Takes in a cell of other events of the view. */
    void add(Cell cell);

    /** Gives the cells that start in [{@code from}, {@code to}) to {@code taker}. */
    void select(long from, long to, Consumer<Cell> taker);

    /** Gives all cells to {@code taker}, those of earlier panes or days first. */
    default void forEach(Consumer<Cell> taker) {
        select(Long.MIN_VALUE, Long.MAX_VALUE, taker);
    }

    /** How many cells they are. */
    int size();
}
