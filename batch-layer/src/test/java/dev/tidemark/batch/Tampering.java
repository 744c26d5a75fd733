package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.Cells;
import dev.tidemark.schema.Field;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.LocalDate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Changes what batch has written, as a fault or a stranger might. */
final class Tampering {

    private Tampering() {}

    /** Adds to a count in every cell of a view's published segment of a day. */
    static void add(Shop shop, String name, LocalDate day, String measure, long more) {
        DefinitionSet set = Definitions.resolve(shop.deployment).get(0).streamed();
        View view = set.view(name).orElseThrow();
        int at = view.measures().indexOf(view.measure(measure).orElseThrow());
        Field count = view.measures().get(at).aggregate().stored().get(0);
        String segment = shop.published().segmentsOf(name).get(day).id();
        Path table = shop.deployment.warehouse().segments(set, view);
        Dataset<Row> cells = shop.rows(table).where(col(Segments.SEGMENT).equalTo(segment));
        String column = Cells.stored(at, count);
        cells.withColumn(column, col(column).plus(lit(more)))
                .write()
                .format("delta")
                .mode("overwrite")
                .option("replaceWhere", Segments.SEGMENT + " = '" + segment + "'")
                .save(table.toString());
    }
}
