package dev.tidemark.batch;

import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDifference;
import dev.tidemark.view.ViewDifference.MeasureTotal;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/** Adds up how the cells of one day differ. A mutable accumulator, not thread-safe. */
final class DayTally {

    /** Merged at once, since each merge of two sketches would copy one. */
    private static final int AT_ONCE = 256;

    private final View view;
    private final List<Object[]> before = new ArrayList<>();
    private final List<Object[]> after = new ArrayList<>();
    private final long[] cellsOfMeasure;
    private long cellsBefore;
    private long cellsAfter;
    private long added;
    private long removed;
    private long changed;

    DayTally(View view) {
        this.view = view;
        this.cellsOfMeasure = new long[view.measures().size()];
    }

    /** A cell that has no counterpart on the other side. */
    void addAlone(Object[] partials, boolean isBefore) {
        if (isBefore) {
            removed++;
            cellsBefore++;
        } else {
            added++;
            cellsAfter++;
        }
        merge(isBefore ? before : after, partials);
        for (int i = 0; i < cellsOfMeasure.length; i++) {
            cellsOfMeasure[i]++;
        }
    }

    /**
     * A cell of both sides.
     *
     * @param measures whether each measure has another result
     */
    void add(Object[] was, Object[] is, boolean[] measures) {
        cellsBefore++;
        cellsAfter++;
        boolean any = false;
        for (int i = 0; i < measures.length; i++) {
            any |= measures[i];
            cellsOfMeasure[i] += measures[i] ? 1 : 0;
        }
        changed += any ? 1 : 0;
        merge(before, was);
        merge(after, is);
    }

    private void merge(List<Object[]> side, Object[] partials) {
        side.add(partials);
        if (side.size() == AT_ONCE) {
            Object[] merged = view.mergeAll(side);
            side.clear();
            side.add(merged);
        }
    }

    ViewDifference.Day result(LocalDate day) {
        Object[] was = total(before);
        Object[] is = total(after);
        List<MeasureTotal> totals = new ArrayList<>();
        for (int i = 0; i < was.length; i++) {
            Measure measure = view.measures().get(i);
            totals.add(new MeasureTotal(
                    measure.name(),
                    measure.aggregate().equality(),
                    cellsOfMeasure[i],
                    measure.algebra().agrees(was[i], is[i]),
                    PlainResult.of(measure.algebra().finish(was[i])),
                    PlainResult.of(measure.algebra().finish(is[i]))));
        }
        return new ViewDifference.Day(day, cellsBefore, cellsAfter, added, removed, changed, totals);
    }

    private Object[] total(List<Object[]> side) {
        return side.isEmpty() ? view.identity() : view.mergeAll(side);
    }
}
