package dev.tidemark.compile;

import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;

/** The partials of a cell in Spark's columns. */
public final class StoredPartials {

    private StoredPartials() {}

    /**
     * A cell's partials, in the view's order.
     *
     * @param first the column of the first partial's first field
     */
    public static Object[] load(View view, Row cell, int first) {
        Object[] partials = new Object[view.measures().size()];
        int column = first;
        for (int i = 0; i < partials.length; i++) {
            Measure measure = view.measures().get(i);
            List<Object> stored = new ArrayList<>();
            for (int f = 0; f < measure.aggregate().stored().size(); f++) {
                stored.add(cell.get(column++));
            }
            partials[i] = measure.algebra().load(stored);
        }
        return partials;
    }
}
