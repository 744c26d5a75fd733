package dev.tidemark.compile;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.struct;

import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Judged events with what they take from reference tables: the one place where both layers join them.
 *
 * <p>It is a left join with a table of which a key has one row at most at any time, so each record stays one record, a
 * malformed one too, and records stay in their order.
 */
public final class EnrichedEvents {

    private static final String EVENT = "event";

    private EnrichedEvents() {}

    /**
     * The events with the columns of the rows that were valid at their times as further fields of {@code event}, and for
     * each reference table the column {@link #unknown}.
     *
     * @param judged rows with {@code event_time} and {@code event}
     * @param enrichments what to take, each from another table
     */
    public static Dataset<Row> of(Dataset<Row> judged, List<Enrichment> enrichments, ReferenceRows references) {
        if (enrichments.isEmpty()) {
            return judged;
        }
        Dataset<Row> joined = judged;
        List<Column> columns = beside(judged);
        List<Column> fields = fields(judged);
        for (Enrichment enrichment : enrichments) {
            Dataset<Row> rows = rows(references.of(judged.sparkSession(), enrichment), enrichment);
            joined = joined.join(broadcast(rows), isValid(enrichment), "left_outer");
            columns.add(isUnknown(enrichment).as(unknown(enrichment)));
            enrichment.columns().forEach(column -> fields.add(taken(enrichment, column)));
        }
        columns.add(struct(fields.toArray(Column[]::new)).as(EVENT));
        return joined.select(columns.toArray(Column[]::new));
    }

    /** The name of the column that says whether an event has a key that the table does not have at the event's time. */
    public static String unknown(Enrichment enrichment) {
        return "unknown to " + enrichment.reference();
    }

    private static List<Column> beside(Dataset<Row> judged) {
        return new ArrayList<>(Arrays.stream(judged.columns())
                .filter(name -> !name.equals(EVENT))
                .map(functions::col)
                .toList());
    }

    private static List<Column> fields(Dataset<Row> judged) {
        StructType event = (StructType) judged.schema().apply(EVENT).dataType();
        return new ArrayList<>(Arrays.stream(event.fieldNames())
                .map(name -> col(EVENT).getField(name).as(name))
                .toList());
    }

    /** The table's rows under names that nothing else has. */
    private static Dataset<Row> rows(Dataset<Row> rows, Enrichment enrichment) {
        List<Column> columns = new ArrayList<>();
        for (String name : List.of(ReferenceRows.KEY, ReferenceRows.VALID_FROM, ReferenceRows.VALID_TO)) {
            columns.add(col(name).as(name(name, enrichment)));
        }
        for (Field column : enrichment.columns()) {
            columns.add(col(ReferenceRows.COLUMNS).getField(column.name()).as(name(takenName(column), enrichment)));
        }
        return rows.select(columns.toArray(Column[]::new));
    }

    /** No name of a row's own column: a table may have a column {@code key}, of which sources take. */
    private static String takenName(Field column) {
        return ReferenceRows.COLUMNS + "." + column.name();
    }

    private static String name(String column, Enrichment enrichment) {
        return column + " of " + enrichment.reference();
    }

    private static Column column(String column, Enrichment enrichment) {
        return col("`" + name(column, enrichment) + "`");
    }

    private static Column taken(Enrichment enrichment, Field column) {
        return column(takenName(column), enrichment).as(column.name());
    }

    private static Column key(Enrichment enrichment) {
        return col(EVENT).getField(enrichment.key());
    }

    private static Column isValid(Enrichment enrichment) {
        Column from = column(ReferenceRows.VALID_FROM, enrichment);
        Column to = column(ReferenceRows.VALID_TO, enrichment);
        Column time = col("event_time");
        return key(enrichment)
                .equalTo(column(ReferenceRows.KEY, enrichment))
                .and(from.isNull().or(time.geq(from)))
                .and(to.isNull().or(time.lt(to)));
    }

    private static Column isUnknown(Enrichment enrichment) {
        return key(enrichment)
                .isNotNull()
                .and(column(ReferenceRows.KEY, enrichment).isNull());
    }
}
