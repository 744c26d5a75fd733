package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.Cells;
import dev.tidemark.schema.Field;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDifference.Change;
import dev.tidemark.view.ViewDifference.Restated;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructField;

/**
 * A view as it was and as it is, and what both have.
 *
 * @param before as it is published; empty if it is not
 * @param after as it would be
 * @param redefined whether it is stated otherwise
 */
record ComparedViews(Optional<View> before, View after, boolean redefined) {

    /** Of a view and the sets that it is in; {@code before} is empty if the view is new. */
    static ComparedViews of(Optional<DefinitionSet> before, DefinitionSet after, String name) {
        View now = after.view(name).orElseThrow();
        Optional<View> then = before.flatMap(set -> set.view(name));
        boolean same = then.isPresent() && before.get().segmentsId(then.get()).equals(after.segmentsId(now));
        return new ComparedViews(then, now, !same);
    }

    /** Whether cells can be compared one by one. */
    boolean areComparable() {
        return before.isPresent()
                && before.get().key().equals(after.key())
                && before.get().definition().slicing().equals(after.definition().slicing());
    }

    /**
     * The later view with the measures alone that both have, of the same name and kind: all of its own, where there was none
     * before.
     */
    View common() {
        List<Measure> measures = after.measures().stream()
                .filter(measure -> before.isEmpty() || counterpart(measure).isPresent())
                .toList();
        return new View(after.definition(), after.dimensions(), measures, after.steps());
    }

    /** The measures that only one of them has, or each of another kind; none if there was no view before. */
    List<Restated> restated() {
        if (before.isEmpty()) {
            return List.of();
        }
        List<Restated> restated = new ArrayList<>();
        for (Measure measure : after.measures()) {
            if (before.get().measure(measure.name()).isEmpty()) {
                restated.add(new Restated(measure.name(), Change.ADDED));
            } else if (counterpart(measure).isEmpty()) {
                restated.add(new Restated(measure.name(), Change.OTHER_KIND));
            }
        }
        before.get().measures().stream()
                .filter(measure -> after.measure(measure.name()).isEmpty())
                .forEach(measure -> restated.add(new Restated(measure.name(), Change.REMOVED)));
        return restated;
    }

    private Optional<Measure> counterpart(Measure measure) {
        return before.flatMap(view -> view.measure(measure.name()))
                .filter(found -> found.aggregate().equals(measure.aggregate()));
    }

    /** Cells of the earlier view as if they were of the common one; without dimensions where those are others. */
    Dataset<Row> ofBefore(Dataset<Row> cells) {
        return projected(cells, before.orElse(after));
    }

    /** Cells of the later view as if they were of the common one. */
    Dataset<Row> ofAfter(Dataset<Row> cells) {
        return projected(cells, after);
    }

    private Dataset<Row> projected(Dataset<Row> cells, View of) {
        View common = common();
        List<Column> columns = new ArrayList<>();
        for (StructField column : Cells.schema(common).fields()) {
            if (!column.name().matches("m\\d+_.*")) {
                columns.add(placed(column, of).as(column.name()));
            }
        }
        for (int i = 0; i < common.measures().size(); i++) {
            int own = of.measures()
                    .indexOf(of.measure(common.measures().get(i).name()).orElseThrow());
            for (Field field : common.measures().get(i).aggregate().stored()) {
                columns.add(col(Cells.stored(own, field)).as(Cells.stored(i, field)));
            }
        }
        return cells.select(columns.toArray(Column[]::new));
    }

    /** A cell's time or dimension. */
    private Column placed(StructField column, View of) {
        if (areComparable()) {
            return col(column.name());
        }
        return column.name().startsWith("d") ? lit(null).cast(column.dataType()) : col(Cells.start(of));
    }
}
