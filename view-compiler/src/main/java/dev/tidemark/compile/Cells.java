package dev.tidemark.compile;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.hll_sketch_agg;
import static org.apache.spark.sql.functions.kll_sketch_agg_bigint;
import static org.apache.spark.sql.functions.kll_sketch_agg_double;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.regr_sxx;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Average;
import dev.tidemark.view.aggregate.Count;
import dev.tidemark.view.aggregate.DistinctCount;
import dev.tidemark.view.aggregate.Extreme;
import dev.tidemark.view.aggregate.Outermost;
import dev.tidemark.view.aggregate.Percentile;
import dev.tidemark.view.aggregate.StandardDeviation;
import dev.tidemark.view.aggregate.Sum;
import dev.tidemark.view.aggregate.TopItems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * A view's cells, aggregated by Spark's own functions: columns {@code pane} (or {@code first} and {@code last}, the times
 * of the first and the last event of a session's fragment), {@code d0}…, and for measure {@code i} and each stored field of
 * its partial {@code m<i>_<field>}.
 */
public final class Cells {

    /** Beside a group's other columns: the bucket of what does not count, null for a cell. */
    public static final String BUCKET = "bucket";

    /** Beside a group's other columns: how many events it is made of. */
    public static final String EVENTS = "events";

    private static final String PANE = "pane";
    private static final String FIRST = "first";
    private static final String LAST = "last";

    private Cells() {}

    /** The column that says when a cell starts: its day is that of the cell. */
    public static String start(View view) {
        return view.session().isPresent() ? FIRST : PANE;
    }

    /** The columns that say when a cell is. */
    static List<String> times(View view) {
        return view.session().isPresent() ? List.of(FIRST, LAST) : List.of(PANE);
    }

    /**
     * All events of a view in one aggregation: its cells, and what does not count as a group for each bucket and each
     * combination of {@code apart}, so that counting those takes no pass of its own.
     *
     * <p>The columns are those of {@link #of}, {@link #BUCKET}, those of {@code apart} (null for a cell) and
     * {@link #EVENTS}.
     *
     * @param contributions rows with the fields of a contribution to the view, and what came beside the event, as
     *     {@link Contributions#ofPassing} makes them; with {@code event_time}, {@code log_id}, {@code partition} and
     *     {@code offset} if a measure is first or last, or the view has a pattern
     * @param apart columns beside the event that tell apart what does not count
     */
    public static Dataset<Row> groups(Dataset<Row> contributions, View view, List<String> apart) {
        List<Column> key = dimensions(view);
        key.addAll(positions(view));
        // What does not count is not left out of the input: Spark moves a filter of the input down to the scan and
        // evaluates the whole contribution once more for it. Where all counts, Spark sees it, and drops these.
        Column uncounted = col("bucket").notEqual(Bucket.COUNTED.name());
        key.add(when(uncounted, col("bucket")).as(BUCKET));
        for (String name : apart) {
            key.add(when(uncounted, col(name)).as(name));
        }
        List<Column> columns = partials(view);
        columns.add(count(lit(1)).as(EVENTS));
        if (view.session().isPresent()) {
            key.add(col(SessionFragments.DAY));
            key.add(col(SessionFragments.NUMBER));
            columns.add(min(PANE).as(FIRST));
            columns.add(max(PANE).as(LAST));
        } else {
            key.add(col(PANE));
        }
        return view.session()
                .map(session -> SessionFragments.numbered(contributions, session, dimensions(view)))
                .orElse(contributions)
                .groupBy(key.toArray(Column[]::new))
                .agg(columns.get(0), columns.subList(1, columns.size()).toArray(Column[]::new));
    }

    private static List<Column> dimensions(View view) {
        return IntStream.range(0, view.shape().dimensions().size())
                .mapToObj(i -> col("d" + i))
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /** What an increment says of an event anyhow, and no contribution repeats: of a step event its position. */
    private static List<Column> positions(View view) {
        List<Column> positions = new ArrayList<>();
        List<Field> key = view.key();
        for (int i = view.shape().dimensions().size(); i < key.size(); i++) {
            positions.add(when(
                            col("bucket").equalTo(Bucket.COUNTED.name()),
                            col(key.get(i).name()))
                    .cast(SparkTypes.of(key.get(i).type()))
                    .as("d" + i));
        }
        return positions;
    }

    /**
     * The cells among groups.
     *
     * @param first columns to keep beside those of the cells, before them
     */
    public static Dataset<Row> of(Dataset<Row> groups, View view, String... first) {
        Column[] columns = Stream.concat(
                        Arrays.stream(first), Arrays.stream(schema(view).fieldNames()))
                .map(functions::col)
                .toArray(Column[]::new);
        return groups.where(col(BUCKET).isNull()).select(columns);
    }

    /** The columns of {@link #of}. */
    public static StructType schema(View view) {
        StructType schema = new StructType();
        for (String time : times(view)) {
            schema = schema.add(time, DataTypes.TimestampType);
        }
        List<Field> key = view.key();
        for (int i = 0; i < key.size(); i++) {
            schema = schema.add("d" + i, SparkTypes.of(key.get(i).type()));
        }
        for (int i = 0; i < view.measures().size(); i++) {
            for (Field field : view.measures().get(i).aggregate().stored()) {
                schema = schema.add(stored(i, field), SparkTypes.of(field.type()));
            }
        }
        return schema;
    }

    /** The column of a stored field of a measure's partial. */
    public static String stored(int measure, Field field) {
        return "m" + measure + "_" + field.name();
    }

    private static List<Column> partials(View view) {
        List<Column> columns = new ArrayList<>();
        int input = 0;
        for (int i = 0; i < view.measures().size(); i++) {
            Measure measure = view.measures().get(i);
            Column value = measure.aggregate().input().isPresent() ? col("i" + input++) : null;
            List<Column> partial = partial(measure.aggregate(), value);
            List<Field> stored = measure.aggregate().stored();
            for (int f = 0; f < stored.size(); f++) {
                columns.add(
                        partial.get(f).cast(SparkTypes.of(stored.get(f).type())).as(stored(i, stored.get(f))));
            }
        }
        return columns;
    }

    private static List<Column> partial(Aggregate<?> aggregate, Column input) {
        if (aggregate instanceof Count) {
            return List.of(count(input == null ? lit(1) : input));
        }
        if (aggregate instanceof Extreme extreme) {
            return List.of(extreme.greatest() ? max(input) : min(input));
        }
        if (aggregate instanceof StandardDeviation) {
            return moments(input);
        }
        if (aggregate instanceof Outermost outermost) {
            return outermost(outermost, input);
        }
        if (aggregate instanceof DistinctCount) {
            return List.of(hll_sketch_agg(input, DistinctCount.LG_K));
        }
        if (aggregate instanceof Percentile percentile) {
            return List.of(
                    percentile.of().equals(ValueType.BIGINT)
                            ? kll_sketch_agg_bigint(input, Percentile.K)
                            : kll_sketch_agg_double(input, Percentile.K));
        }
        if (aggregate instanceof TopItems top) {
            Column items = Inputs.coerced(input, top.of(), top.tracked());
            return List.of(call_function("approx_top_k_accumulate", items, lit(TopItems.MAX_K))
                    .getField("sketch"));
        }
        if (aggregate instanceof Sum || aggregate instanceof Average) {
            boolean whole = aggregate.input().orElseThrow().equals(ValueType.BIGINT);
            // Spark's sum of bigint overflows; of a decimal(20,0), which every bigint fits, it cannot.
            return List.of(sum(whole ? input.cast(DataTypes.createDecimalType(20, 0)) : input), count(input));
        }
        throw new IllegalStateException("no Spark aggregate for " + aggregate);
    }

    /**
     * Equal numbers have that number as their mean and no distance from it, as they have where they are added one by one.
     * Spark divides and multiplies by counts where it merges, which leaves a trace of its rounding.
     */
    private static List<Column> moments(Column input) {
        Column equal = min(input).equalTo(max(input));
        // Not simply zero: what is not finite has no distance either.
        Column none = min(input).minus(min(input));
        return List.of(
                count(input),
                when(equal, min(input)).otherwise(avg(input)),
                when(equal, none).otherwise(regr_sxx(input, input)));
    }

    private static List<Column> outermost(Outermost outermost, Column input) {
        List<String> place = List.of("event_time", "log_id", "partition", "offset");
        List<Column> fields = new ArrayList<>();
        place.forEach(name -> fields.add(col(name)));
        fields.add(input.as("value"));
        Column occurred = struct(fields.toArray(Column[]::new));
        Column found = outermost.last() ? max(occurred) : min(occurred);
        List<Column> columns = new ArrayList<>();
        place.forEach(name -> columns.add(found.getField(name)));
        columns.add(found.getField("value"));
        return columns;
    }
}
