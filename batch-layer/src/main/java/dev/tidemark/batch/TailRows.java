package dev.tidemark.batch;

import dev.tidemark.compile.Cells;
import dev.tidemark.schema.Micros;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Tail;
import dev.tidemark.view.View;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;

/** The cells of a tail as Spark's rows. */
final class TailRows {

    private final View view;
    private final List<Cell> cells = new ArrayList<>();

    TailRows(Tail tail, View view) {
        this.view = view;
        tail.select(view.name(), Long.MIN_VALUE, Long.MAX_VALUE, cells::add);
    }

    /** The days that have cells. */
    SortedSet<LocalDate> days(ZoneId zone) {
        SortedSet<LocalDate> days = new TreeSet<>();
        cells.forEach(cell -> days.add(LocalDate.ofInstant(Micros.instant(cell.start()), zone)));
        return days;
    }

    /** Rows with the columns of {@link Cells#schema}. */
    Dataset<Row> rows(SparkSession spark) {
        return spark.createDataFrame(cells.stream().map(this::row).toList(), Cells.schema(view));
    }

    private Row row(Cell cell) {
        List<Object> row = new ArrayList<>();
        row.add(Micros.instant(cell.start()));
        if (view.session().isPresent()) {
            row.add(Micros.instant(cell.last()));
        }
        row.addAll(cell.dimensions());
        for (int i = 0; i < cell.partials().length; i++) {
            Measure measure = view.measures().get(i);
            row.addAll(measure.algebra().store(cell.partials()[i]));
        }
        return RowFactory.create(row.toArray());
    }
}
