package dev.tidemark.view;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.tidemark.view.aggregate.Equality;
import java.math.BigDecimal;
import java.time.LocalDate;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * How cells of a view differ from those that are published. Results are as JSON has them: decimals and times as texts,
 * counts and doubles as numbers, null where there is none.
 *
 * @param view the view
 * @param redefined whether it is stated otherwise than what is published
 * @param comparable whether cells could be compared one by one: whether both have the same dimensions and panes
 * @param restated the measures that were not compared, and why; all of a view that there would be no more
 * @param days what changes on each day on which something does, or that was computed
 * @param largest of each measure the cells that change most, the largest change first
 */
public record ViewDifference(
        String view,
        boolean redefined,
        boolean comparable,
        List<Restated> restated,
        List<Day> days,
        List<ChangedCell> largest) {

    /** Why a measure was not compared. */
    public enum Change {
        /** There was none of that name. */
        ADDED,
        /** There would be none of that name. */
        REMOVED,
        /** It would be of another kind: another function, or of another parameter or type. */
        OTHER_KIND;

        @JsonCreator
        static Change of(String name) {
            return valueOf(name.toUpperCase(Locale.ROOT));
        }

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A measure that was not compared. */
    public record Restated(String measure, Change change) {}

    public ViewDifference {
        restated = restated == null ? List.of() : List.copyOf(restated);
    }

    /** Of a view that there would be no more. */
    public static ViewDifference dropped(View view) {
        List<Restated> measures = view.measures().stream()
                .map(measure -> new Restated(measure.name(), Change.REMOVED))
                .toList();
        return new ViewDifference(view.name(), true, false, measures, List.of(), List.of());
    }

    /**
     * What changes on a day.
     *
     * @param day the day
     * @param cellsBefore how many cells are published
     * @param cellsAfter how many there would be
     * @param added how many of them have no counterpart before
     * @param removed how many of those before have none after
     * @param changed how many have another result in some measure, in its class of equality
     * @param measures the measures, of the day as a whole
     */
    public record Day(
            LocalDate day,
            long cellsBefore,
            long cellsAfter,
            long added,
            long removed,
            long changed,
            List<MeasureTotal> measures) {

        /** Whether nothing changes. */
        @JsonIgnore
        public boolean isSame() {
            return added == 0
                    && removed == 0
                    && changed == 0
                    && measures.stream().allMatch(MeasureTotal::isSame);
        }

        /** The greatest share by which a total changes, or the share of cells that do: that come, go, or have another result. */
        double share() {
            double cells = (double) (added + removed + changed) / Math.max(1, Math.max(cellsBefore, cellsAfter));
            return Math.max(
                    cells,
                    measures.stream().mapToDouble(MeasureTotal::share).max().orElse(0));
        }
    }

    /**
     * A measure over all cells of a day.
     *
     * @param measure its name
     * @param equality the class in which it is compared
     * @param cells how many cells have another result
     * @param same whether the totals count as the same
     * @param before the total that is published; null if there is none, or the view did not have the measure
     * @param after the total that would be
     */
    public record MeasureTotal(
            String measure, Equality equality, long cells, boolean same, Object before, Object after) {

        @JsonIgnore
        boolean isSame() {
            return same && cells == 0;
        }

        /** By what share of the total before it changes: one, if that cannot be said of a change. */
        double share() {
            if (same) {
                return 0;
            }
            double was = number(before);
            double is = number(after);
            boolean finite = Double.isFinite(was) && Double.isFinite(is) && was != 0;
            return finite ? Math.abs(is - was) / Math.abs(was) : 1;
        }

        private static double number(Object result) {
            if (result instanceof Number number) {
                return number.doubleValue();
            }
            try {
                return result instanceof String text ? new BigDecimal(text).doubleValue() : Double.NaN;
            } catch (NumberFormatException e) {
                return Double.NaN;
            }
        }
    }

    /**
     * A cell with another result in a measure.
     *
     * @param measure the measure
     * @param key when the cell is and the values of its dimensions, by name
     * @param before the published result; null if there is no such cell
     * @param after the result that would be; null if there would be no such cell
     */
    public record ChangedCell(String measure, Map<String, Object> key, Object before, Object after) {}

    /** The greatest share by which it changes anything of a day: one, if what it would be cannot be compared with what it is. */
    @JsonIgnore
    public double share() {
        return !restated.isEmpty()
                ? 1
                : days.stream().mapToDouble(Day::share).max().orElse(0);
    }

    /** Whether nothing changes. */
    @JsonIgnore
    public boolean isSame() {
        return restated.isEmpty() && days.stream().allMatch(Day::isSame);
    }
}
