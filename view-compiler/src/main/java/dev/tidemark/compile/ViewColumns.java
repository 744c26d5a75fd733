package dev.tidemark.compile;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.date_trunc;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.timestamp_seconds;
import static org.apache.spark.sql.functions.unix_seconds;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.schema.ValueType.Kind;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Pane;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.expressions.TryEval;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * The columns of views over judged events. Expressions see the event's fields under their own names; what came beside
 * the event has a name that no field has.
 */
final class ViewColumns {

    /** With the blank they have the name of no field. */
    private static final String BESIDE = "beside the event";

    private static final String TIME = "event time";

    /**
     * The longest text, in bytes of UTF-8, that is a dimension or a measure's input: an event's values for all views have
     * to fit into one increment, whatever somebody sends.
     */
    static final int MAX_TEXT_BYTES = 64 << 10;

    private final Dataset<Row> events;
    private final List<String> besideNames;
    private final Expressions expressions;
    private final Inputs inputs;

    /** @param judged rows with {@code verdict}, {@code event_time} and {@code event} */
    ViewColumns(Dataset<Row> judged) {
        this.besideNames = Arrays.stream(judged.columns())
                .filter(name -> !name.equals("event"))
                .toList();
        Column[] beside = besideNames.stream().map(functions::col).toArray(Column[]::new);
        this.events = judged.select(
                col("event.*"), col("event_time").as(TIME), struct(beside).as(BESIDE));
        this.expressions =
                new Expressions((StructType) judged.schema().apply("event").dataType());
        this.inputs = new Inputs(expressions);
    }

    /** The rows that these are columns of. */
    Dataset<Row> events() {
        return events;
    }

    /** What came beside the event, as one struct. */
    Column record() {
        return col(quoted(BESIDE));
    }

    /** What came beside the event, each under its own name. */
    List<Column> beside() {
        return besideNames.stream()
                .map(name -> record().getField(name).as(name))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    List<String> besideNames() {
        return besideNames;
    }

    Column isWellFormed() {
        return record().getField("verdict").equalTo(JudgedEvents.OK);
    }

    private static String quoted(String column) {
        return "`" + column + "`";
    }

    /** Whether the view looks at the event: its filter holds, and it fits a step if there are any; null where that fails. */
    Column passes(View view) {
        Column where = view.definition().where().map(this::passes).orElse(lit(true));
        return steps(view).map(steps -> attempt(where.and(steps.fitsAny()))).orElse(where);
    }

    private Optional<StepColumns> steps(View view) {
        return view.pattern().map(pattern -> new StepColumns(pattern, view, expressions));
    }

    private Column passes(String where) {
        Column passes = coalesce(expr(where), lit(false));
        return expressions.cannotFail(where) ? passes : attempt(passes);
    }

    /** What a well-formed event contributes, with its bucket. */
    Column contribution(View view) {
        if (!view.definition().filters()) {
            return ofPassing(view);
        }
        Column passes = passes(view);
        return when(passes, ofPassing(view))
                .when(passes.isNull(), without(view, Bucket.FAILED))
                .otherwise(without(view, Bucket.FILTERED));
    }

    /** What a well-formed event contributes that passes the filter. */
    Column ofPassing(View view) {
        Column cell = struct(cell(view).toArray(Column[]::new));
        if (cannotFail(view)) {
            return cell;
        }
        Column fitting = texts(view).stream()
                .map(ViewColumns::fits)
                .reduce(Column::and)
                .map(fit -> when(fit, cell))
                .orElse(cell);
        return coalesce(expressionsCannotFail(view) ? fitting : attempt(fitting), without(view, Bucket.FAILED));
    }

    private static Column fits(Column text) {
        return coalesce(octet_length(text).leq(lit(MAX_TEXT_BYTES)), lit(true));
    }

    /** Null where evaluating the column throws: an overflow, a bad cast. */
    private static Column attempt(Column column) {
        return ExpressionUtils.column(new TryEval(ExpressionUtils.expression(column)));
    }

    /** Whether no dimension and no measure's input fails on any event, nor may be too long. */
    boolean cannotFail(View view) {
        return texts(view).isEmpty() && expressionsCannotFail(view);
    }

    /** Whether no expression of a dimension and of a measure's input fails on any event; of what steps compare it is not known. */
    boolean expressionsCannotFail(View view) {
        return view.pattern().isEmpty()
                && view.dimensions().stream()
                        .map(field -> view.definition().dimensions().get(field.name()))
                        .allMatch(expressions::cannotFail)
                && view.measures().stream().allMatch(inputs::cannotFail);
    }

    /** The dimensions and measures' inputs that are texts. */
    private List<Column> texts(View view) {
        List<Column> texts = new ArrayList<>();
        for (Field field : view.dimensions()) {
            if (field.type().kind() == Kind.STRING) {
                texts.add(Inputs.value(view.definition().dimensions().get(field.name()), field.type()));
            }
        }
        steps(view).ifPresent(steps -> texts.addAll(steps.texts()));
        for (Measure measure : view.measures()) {
            if (measure.aggregate()
                    .input()
                    .filter(type -> type.kind() == Kind.STRING)
                    .isPresent()) {
                texts.add(inputs.of(measure));
            }
        }
        return texts;
    }

    /**
     * What an event that counts contributes: {@code bucket}, {@code pane}, {@code d0}…, {@code i0}…. In a view without panes
     * the pane is the event's own time.
     */
    List<Column> cell(View view) {
        List<Column> fields = new ArrayList<>();
        fields.add(lit(Bucket.COUNTED.name()).as("bucket"));
        fields.add((view.hasPanes() ? pane(view.pane()) : col(quoted(TIME))).as("pane"));
        List<Column> dimensions = new ArrayList<>();
        for (Field field : view.dimensions()) {
            dimensions.add(Inputs.value(view.definition().dimensions().get(field.name()), field.type()));
        }
        steps(view).ifPresent(steps -> dimensions.addAll(steps.carried()));
        for (int i = 0; i < dimensions.size(); i++) {
            fields.add(dimensions.get(i).as("d" + i));
        }
        int input = 0;
        for (Measure measure : view.measures()) {
            if (measure.call().input().isPresent()) {
                fields.add(inputs.of(measure).as("i" + input++));
            }
        }
        return fields;
    }

    private static Column without(View view, Bucket bucket) {
        List<Column> fields = new ArrayList<>();
        fields.add(lit(bucket.name()).as("bucket"));
        fields.add(nothing(ValueType.TIMESTAMP).as("pane"));
        List<Field> dimensions = view.shape().dimensions();
        for (int i = 0; i < dimensions.size(); i++) {
            fields.add(nothing(dimensions.get(i).type()).as("d" + i));
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
