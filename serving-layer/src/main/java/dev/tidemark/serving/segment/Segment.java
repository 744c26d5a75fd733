package dev.tidemark.serving.segment;

import dev.tidemark.view.Cell;
import dev.tidemark.view.View;
import dev.tidemark.view.aggregate.Sketched;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Batch's cells of one view and one day. Immutable but for its roll-ups, which it makes when they are first asked for;
 * shared by all publications that name it. Thread-safe.
 */
public final class Segment {

    private static final int CELL_BYTES = 80;
    private static final int PARTIAL_BYTES = 56;

    private final String id;
    /** Of a view without panes, as they are; empty without cells. */
    private final Optional<RollUp> cells;

    private final long bytes;

    private Segment(String id, Optional<RollUp> cells, long bytes) {
        this.id = id;
        this.cells = cells;
        this.bytes = bytes;
    }

    /**
     * A segment of a view of panes, with roll-ups to hours and to the day; or of a view of sessions or a pattern, whose
     * fragments and step events stay as they are.
     *
     * @param cells its cells
     * @param zone the timezone of the hours
     */
    public static Segment of(String id, View view, List<Cell> cells, ZoneId zone) {
        List<Cell> sorted = new ArrayList<>(cells);
        sorted.sort(Comparator.comparingLong(Cell::start));
        if (sorted.isEmpty()) {
            return new Segment(id, Optional.empty(), 0);
        }
        return new Segment(
                id,
                Optional.of(view.hasPanes() ? RollUp.ofDay(view, sorted, zone) : RollUp.asTheyAre(view, sorted)),
                sorted.stream().mapToLong(Segment::bytes).sum());
    }

    /** About how much memory a cell of a view takes, without what sketches hold. */
    static long cellBytes(View view) {
        return CELL_BYTES + (long) PARTIAL_BYTES * view.measures().size();
    }

    private static long bytes(Cell cell) {
        long bytes = CELL_BYTES;
        for (Object partial : cell.partials()) {
            bytes += PARTIAL_BYTES + (partial instanceof Sketched sketch ? sketch.bytes().length : 0);
        }
        return bytes;
    }

    /** About how much memory its cells take, without roll-ups. */
    public long bytes() {
        return bytes;
    }

    public String id() {
        return id;
    }

    /** Gives each selected cell to {@code taker}; in place of cells that are counted alike, what they are together. */
    public void select(Selection selection, Consumer<Cell> taker) {
        cells.ifPresent(all -> all.select(selection, taker));
    }
}
