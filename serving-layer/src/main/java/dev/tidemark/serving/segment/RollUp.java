package dev.tidemark.serving.segment;

import dev.tidemark.schema.Micros;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Pane;
import dev.tidemark.view.View;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * The cells of a stretch of time, and what those of equal dimension values are together: a cell that starts where the first
 * of all does. A day's is made of its hours'.
 *
 * <p>What they are together is made when it is first asked for, and kept if it is at most half as many: else it would take
 * memory and save little. So the roll-ups of a segment are never more than its cells. Thread-safe.
 */
final class RollUp {

    private static final Pane HOUR = new Pane(Duration.ofHours(1));

    private final View view;

    /** At least one, in the order of their starts. */
    private final List<Cell> cells;

    /** What it is made of, in order; empty if of cells. */
    private final List<RollUp> parts;

    /** What all are together. Null until it is asked for; empty if it does not pay. */
    private volatile Optional<List<Cell>> rolled;

    private RollUp(View view, List<Cell> cells, List<RollUp> parts) {
        this.view = view;
        this.cells = cells;
        this.parts = parts;
    }

    /** Of cells that stay as they are. */
    static RollUp asTheyAre(View view, List<Cell> cells) {
        RollUp asTheyAre = new RollUp(view, cells, List.of());
        asTheyAre.rolled = Optional.empty();
        return asTheyAre;
    }

    /** Of a day and its hours. */
    static RollUp ofDay(View view, List<Cell> cells, ZoneId zone) {
        List<RollUp> hours = new ArrayList<>();
        int from = 0;
        while (from < cells.size()) {
            int to = from;
            long hour = hour(cells.get(from), zone);
            while (to < cells.size() && hour(cells.get(to), zone) == hour) {
                to++;
            }
            hours.add(new RollUp(view, cells.subList(from, to), List.of()));
            from = to;
        }
        return new RollUp(view, cells, hours);
    }

    private static long hour(Cell cell, ZoneId zone) {
        return Micros.of(HOUR.start(Micros.instant(cell.start()), zone));
    }

    /** Gives each selected cell to {@code taker}; in place of cells that are counted alike, what they are together. */
    void select(Selection selection, Consumer<Cell> taker) {
        if (last() < selection.from() || first() >= selection.to()) {
            return;
        }
        if (selection.takesWhole(first(), last())) {
            rolledOrEach(cell -> {
                if (selection.dimensions().test(cell.dimensions())) {
                    taker.accept(cell);
                }
            });
        } else if (parts.isEmpty()) {
            within(selection, taker);
        } else {
            parts.forEach(part -> part.select(selection, taker));
        }
    }

    private void within(Selection selection, Consumer<Cell> taker) {
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

    /** Gives what it stands for, as few cells as there are. */
    private void rolledOrEach(Consumer<Cell> taker) {
        Optional<List<Cell>> together = rolled();
        if (together.isPresent()) {
            together.get().forEach(taker);
        } else {
            each(taker);
        }
    }

    private void each(Consumer<Cell> taker) {
        if (parts.isEmpty()) {
            cells.forEach(taker);
        } else {
            parts.forEach(part -> part.rolledOrEach(taker));
        }
    }

    private Optional<List<Cell>> rolled() {
        if (rolled == null) {
            synchronized (this) {
                if (rolled == null) {
                    rolled = roll();
                }
            }
        }
        return rolled;
    }

    private Optional<List<Cell>> roll() {
        if (!pays()) {
            return Optional.empty();
        }
        Map<List<Object>, List<Object[]>> groups = new LinkedHashMap<>();
        each(cell -> groups.computeIfAbsent(cell.dimensions(), key -> new ArrayList<>())
                .add(cell.partials()));
        List<Cell> together = new ArrayList<>(groups.size());
        groups.forEach((dimensions, partials) -> together.add(new Cell(first(), dimensions, view.mergeAll(partials))));
        return Optional.of(together);
    }

    private boolean pays() {
        if (first() == last()) {
            return false;
        }
        Set<List<Object>> groups = new HashSet<>();
        int[] given = new int[1];
        each(cell -> {
            groups.add(cell.dimensions());
            given[0]++;
        });
        return groups.size() * 2 <= given[0];
    }

    private long first() {
        return cells.get(0).start();
    }

    private long last() {
        return cells.get(cells.size() - 1).start();
    }
}
