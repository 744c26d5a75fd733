package dev.tidemark.view;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * The cells of one view that have changed since some moment, as they are now, and those that are gone: a fragment whose
 * start has moved, or that is part of another one.
 *
 * <p>A mutable accumulator until whoever counts gives it away, not thread-safe.
 */
public final class Changes {

    /**
     * Which cell of a view.
     *
     * @param start its start, in microseconds of the epoch
     * @param dimensions its dimension values, in the view's order
     */
    public record Place(long start, List<Object> dimensions) {

        private static Place of(Cell cell) {
            return new Place(cell.start(), cell.dimensions());
        }
    }

    /** Null for a cell that is gone. */
    private final Map<Place, Cell> cells = new HashMap<>();

    private final boolean kept;

    private Changes(boolean kept) {
        this.kept = kept;
    }

    /** None yet. */
    static Changes none() {
        return new Changes(true);
    }

    /** For whom nobody asks. */
    static Changes forgotten() {
        return new Changes(false);
    }

    void changed(Cell cell) {
        if (kept) {
            cells.put(Place.of(cell), cell);
        }
    }

    void gone(Cell cell) {
        if (kept) {
            cells.put(Place.of(cell), null);
        }
    }

    /** How many cells have changed or are gone. */
    public int size() {
        return cells.size();
    }

    /** Gives those that have changed to {@code changed}, and those that are gone to {@code gone}. */
    public void forEach(BiConsumer<Place, Cell> changed, Consumer<Place> gone) {
        cells.forEach((place, cell) -> {
            if (cell == null) {
                gone.accept(place);
            } else {
                changed.accept(place, cell);
            }
        });
    }
}
