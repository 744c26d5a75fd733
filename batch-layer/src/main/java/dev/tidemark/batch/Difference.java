package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.Cells;
import dev.tidemark.compile.StoredPartials;
import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDifference;
import dev.tidemark.view.ViewDifference.ChangedCell;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * How two sets of cells differ, each measure in its class of equality. Spark brings cells of one key together; they are gone
 * through here, one after the other, in memory that does not grow with their number.
 */
final class Difference {

    /** How many changed cells are told of each measure. */
    private static final int LARGEST = 5;

    private static final String SIDE = "side";
    private static final int BEFORE = 0;
    private static final int AFTER = 1;

    private final ComparedViews views;
    private final View view;
    private final ZoneId zone;
    private final Map<LocalDate, DayTally> days = new TreeMap<>();
    private final List<PriorityQueue<Change>> largest;

    /**
     * A cell that changes.
     *
     * @param by how much the measure changes
     */
    private record Change(double by, ChangedCell cell) {}

    private Difference(ComparedViews views, SortedSet<LocalDate> days, ZoneId zone) {
        this.views = views;
        this.view = views.common();
        this.zone = zone;
        days.forEach(day -> this.days.put(day, new DayTally(view)));
        this.largest = view.measures().stream()
                .map(measure -> new PriorityQueue<>(Comparator.comparingDouble(Change::by)))
                .toList();
    }

    /**
     * Compares.
     *
     * @param days the days that are compared, whether or not they have cells
     * @param before cells of the one view, as {@link Cells#schema} has them
     * @param after cells of the other
     */
    static ViewDifference between(
            ComparedViews views, SortedSet<LocalDate> days, ZoneId zone, Dataset<Row> before, Dataset<Row> after) {
        Difference difference = new Difference(views, days, zone);
        difference.read(before, after);
        return difference.result();
    }

    private void read(Dataset<Row> before, Dataset<Row> after) {
        Dataset<Row> both = side(views.ofBefore(before), BEFORE).unionByName(side(views.ofAfter(after), AFTER));
        List<String> key = key();
        Iterator<Row> rows = (key.isEmpty()
                        ? both
                        : both.repartition(columns(key.stream()))
                                .sortWithinPartitions(columns(Stream.concat(key.stream(), Stream.of(SIDE)))))
                .toLocalIterator();
        Row pending = null;
        while (rows.hasNext()) {
            Row row = rows.next();
            if (pending != null && views.areComparable() && isSameKey(pending, row)) {
                add(pending, row);
                pending = null;
            } else {
                addAlone(pending);
                pending = row;
            }
        }
        addAlone(pending);
    }

    private static Dataset<Row> side(Dataset<Row> cells, int side) {
        return cells.withColumn(SIDE, lit(side));
    }

    private static Column[] columns(Stream<String> names) {
        return names.map(name -> col(name)).toArray(Column[]::new);
    }

    /** What tells a cell apart: when it is, and its dimensions. */
    private List<String> key() {
        return views.areComparable() ? List.of(Cells.schema(view).fieldNames()).subList(0, partials()) : List.of();
    }

    private int times() {
        return view.session().isPresent() ? 2 : 1;
    }

    private int partials() {
        return times() + view.key().size();
    }

    private boolean isSameKey(Row one, Row other) {
        return !one.getAs(SIDE).equals(other.getAs(SIDE))
                && IntStream.range(0, partials()).allMatch(i -> Objects.deepEquals(one.get(i), other.get(i)));
    }

    private DayTally day(Row cell) {
        Instant start = cell.getInstant(0);
        return days.computeIfAbsent(LocalDate.ofInstant(start, zone), day -> new DayTally(view));
    }

    private void addAlone(Row cell) {
        if (cell == null) {
            return;
        }
        boolean before = cell.<Integer>getAs(SIDE) == BEFORE;
        Object[] own = StoredPartials.load(view, cell, partials());
        day(cell).addAlone(own, before);
        if (views.areComparable()) {
            for (int i = 0; i < own.length; i++) {
                Object result = view.measures().get(i).algebra().finish(own[i]);
                keep(i, cell, before ? result : null, before ? null : result);
            }
        }
    }

    private void add(Row before, Row after) {
        Object[] was = StoredPartials.load(view, before, partials());
        Object[] is = StoredPartials.load(view, after, partials());
        boolean[] changed = new boolean[was.length];
        for (int i = 0; i < was.length; i++) {
            Measure measure = view.measures().get(i);
            changed[i] = !measure.algebra().agrees(was[i], is[i]);
            if (changed[i]) {
                keep(
                        i,
                        before,
                        measure.algebra().finish(was[i]),
                        measure.algebra().finish(is[i]));
            }
        }
        day(before).add(was, is, changed);
    }

    private void keep(int measure, Row cell, Object before, Object after) {
        double by = Math.abs(PlainResult.number(after) - PlainResult.number(before));
        PriorityQueue<Change> kept = largest.get(measure);
        if (kept.size() < LARGEST || kept.peek().by() < by) {
            String name = view.measures().get(measure).name();
            kept.add(new Change(by, new ChangedCell(name, keyOf(cell), PlainResult.of(before), PlainResult.of(after))));
            if (kept.size() > LARGEST) {
                kept.remove();
            }
        }
    }

    private Map<String, Object> keyOf(Row cell) {
        Map<String, Object> key = new LinkedHashMap<>();
        if (view.session().isPresent()) {
            key.put("first_event", PlainResult.of(cell.get(0)));
            key.put("last_event", PlainResult.of(cell.get(1)));
        } else {
            key.put(view.hasPanes() ? "window_start" : "event_time", PlainResult.of(cell.get(0)));
        }
        for (int i = 0; i < view.key().size(); i++) {
            key.put(view.key().get(i).name(), PlainResult.of(cell.get(times() + i)));
        }
        return key;
    }

    private ViewDifference result() {
        List<ViewDifference.Day> told = new ArrayList<>();
        days.forEach((day, tally) -> told.add(tally.result(day)));
        List<ChangedCell> cells = largest.stream()
                .flatMap(kept -> kept.stream()
                        .sorted(Comparator.comparingDouble(Change::by).reversed()))
                .map(Change::cell)
                .toList();
        return new ViewDifference(view.name(), views.redefined(), views.areComparable(), views.restated(), told, cells);
    }
}
