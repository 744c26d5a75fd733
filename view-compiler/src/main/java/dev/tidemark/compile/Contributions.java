package dev.tidemark.compile;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_trunc;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.timestamp_seconds;
import static org.apache.spark.sql.functions.unix_seconds;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Pane;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.TryEval;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.types.StructType;

/**
 * What each event contributes to each view, as Spark columns: the only place where a view becomes Spark expressions.
 * Both layers evaluate these columns, so that they cannot differ.
 *
 * <p>The result has a column {@code record} with what came beside the event, and for each view of the set, in order, a
 * column {@code v0}, {@code v1}, … of {@code struct<bucket, pane, d0…, i0…>}: bucket is {@link Bucket}'s name; pane,
 * dimensions and inputs are null unless it is {@code COUNTED}. The struct itself is null if the event is malformed.
 */
public final class Contributions {

    /** The column with what came beside the event. */
    static final String RECORD = "record";

    /** Columns beside the event's fields, for a while. With the blank they have the name of no field. */
    private static final String BESIDE = "beside the event";

    private static final String TIME = "event time";

    private Contributions() {}

    /** The name of the column of the view at {@code index} of its definition set. */
    public static String column(int index) {
        return "v" + index;
    }

    /**
     * The contributions of judged events.
     *
     * @param judged rows with {@code verdict}, {@code event_time} and {@code event}; the other columns go into
     *     {@code record}
     */
    public static Dataset<Row> of(Dataset<Row> judged, DefinitionSet set) {
        Column[] beside = java.util.Arrays.stream(judged.columns())
                .filter(name -> !name.equals("event"))
                .map(org.apache.spark.sql.functions::col)
                .toArray(Column[]::new);
        Dataset<Row> events = judged.select(
                col("event.*"), col("event_time").as(TIME), struct(beside).as(BESIDE));
        Inputs inputs = new Inputs((StructType) judged.schema().apply("event").dataType());
        List<Column> columns = new ArrayList<>();
        columns.add(col(quoted(BESIDE)).as(RECORD));
        for (int i = 0; i < set.views().size(); i++) {
            columns.add(contribution(set.views().get(i), inputs).as(column(i)));
        }
        return events.select(columns.toArray(Column[]::new));
    }

    private static String quoted(String column) {
        return "`" + column + "`";
    }

    private static Column contribution(View view, Inputs inputs) {
        Column counted = cell(view, inputs);
        Column evaluated = view.definition()
                .where()
                .map(where ->
                        when(coalesce(expr(where), lit(false)), counted).otherwise(without(view, Bucket.FILTERED)))
                .orElse(counted);
        Column failed = without(view, Bucket.FAILED);
        return when(col(quoted(BESIDE) + ".verdict").equalTo(JudgedEvents.OK), coalesce(attempt(evaluated), failed));
    }

    /** Null where evaluating the column throws: an overflow, a bad cast. */
    private static Column attempt(Column column) {
        return ExpressionUtils.column(new TryEval(ExpressionUtils.expression(column)));
    }

    private static Column cell(View view, Inputs inputs) {
        List<Column> fields = new ArrayList<>();
        fields.add(lit(Bucket.COUNTED.name()).as("bucket"));
        fields.add(pane(view.pane()).as("pane"));
        int dimension = 0;
        for (Field field : view.dimensions()) {
            fields.add(Inputs.value(view.definition().dimensions().get(field.name()), field.type())
                    .as("d" + dimension++));
        }
        int input = 0;
        for (Measure measure : view.measures()) {
            if (measure.call().input().isPresent()) {
                fields.add(inputs.of(measure).as("i" + input++));
            }
        }
        return struct(fields.toArray(Column[]::new));
    }

    private static Column without(View view, Bucket bucket) {
        List<Column> fields = new ArrayList<>();
        fields.add(lit(bucket.name()).as("bucket"));
        fields.add(nothing(ValueType.TIMESTAMP).as("pane"));
        for (int i = 0; i < view.dimensions().size(); i++) {
            fields.add(nothing(view.dimensions().get(i).type()).as("d" + i));
        }
        List<Field> inputs = view.shape().inputs();
        for (int i = 0; i < inputs.size(); i++) {
            fields.add(nothing(inputs.get(i).type()).as("i" + i));
        }
        return struct(fields.toArray(Column[]::new));
    }

    private static Column nothing(ValueType type) {
        return lit(null).cast(SparkTypes.of(type));
    }

    /** The start of the event's pane; calendar panes are those of the session's timezone, the deployment's. */
    private static Column pane(Pane pane) {
        if (pane.isDay()) {
            return date_trunc("DAY", col(quoted(TIME)));
        }
        if (pane.isCalendar()) {
            return date_trunc("HOUR", col(quoted(TIME)));
        }
        Column seconds = unix_seconds(col(quoted(TIME)));
        return timestamp_seconds(seconds.minus(pmod(seconds, lit(pane.length().getSeconds()))));
    }
}
