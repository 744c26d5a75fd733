package dev.tidemark.compile;

import static org.apache.spark.sql.functions.col;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.view.Cell;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.View;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The events of one partition as both layers have them: Spark's cells below a cut, and the tail from it on. */
final class BothLayers {

    private static final String LOG = "log";
    private static final StructType KAFKA = new StructType()
            .add("log_id", DataTypes.StringType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("timestamp", DataTypes.TimestampType)
            .add("value", DataTypes.BinaryType);

    private final DefinitionSet set;
    private final View view;
    private final Dataset<Row> judged;
    private final List<Row> streamed;

    private BothLayers(DefinitionSet set, Dataset<Row> judged) {
        this.set = set;
        this.view = set.views().get(0);
        this.judged = judged;
        this.streamed = Contributions.of(judged, set).orderBy("record.offset").collectAsList();
    }

    /**
     * Of events at the offsets from zero on.
     *
     * @param set one view of {@link Orders#SOURCE}
     * @param recorded when all of them were
     */
    static BothLayers of(DefinitionSet set, List<String> events, Instant recorded) {
        List<Row> rows = new ArrayList<>();
        for (String event : events) {
            rows.add(RowFactory.create(LOG, 0, (long) rows.size(), recorded, event.getBytes(StandardCharsets.UTF_8)));
        }
        List<String> carried = List.of("log_id", "partition", "offset");
        Dataset<Row> judged = JudgedEvents.of(
                        interpreting(set).createDataFrame(rows, KAFKA), Orders.SOURCE, carried, EarlierIds.NONE)
                .cache();
        return new BothLayers(set, judged);
    }

    /** Compiling Spark's generated code for each cut takes longer than these few events take. */
    private static SparkSession interpreting(DefinitionSet set) {
        SparkSession session = Orders.spark(set.zone()).newSession();
        Map.of(
                        "spark.sql.session.timeZone",
                        set.zone().getId(),
                        "spark.sql.shuffle.partitions",
                        "1",
                        "spark.sql.codegen.wholeStage",
                        "false",
                        "spark.sql.codegen.factoryMode",
                        "NO_CODEGEN")
                .forEach(session.conf()::set);
        return session;
    }

    /** What passes the view's filter. */
    Dataset<Row> contributions() {
        return Contributions.ofPassing(judged, view, true);
    }

    /** Spark's cells of the events below a cut. */
    Dataset<Row> cellsBelow(long cut) {
        return Cells.of(Cells.groups(contributions().where(col("offset").lt(cut)), view, List.of()), view);
    }

    /** The cells of both layers. */
    List<Cell> cells(long cut) {
        List<Cell> cells = tail(cut);
        int times = Cells.times(view).size();
        int key = view.key().size();
        for (Row row : cellsBelow(cut).collectAsList()) {
            Object[] partials = new Object[view.measures().size()];
            int column = times + key;
            for (int m = 0; m < partials.length; m++) {
                Measure measure = view.measures().get(m);
                int end = column + measure.aggregate().stored().size();
                partials[m] = measure.algebra().load(values(row, column, end));
                column = end;
            }
            cells.add(new Cell(
                    Micros.of(row.getInstant(0)),
                    Micros.of(row.getInstant(times - 1)),
                    values(row, times, times + key),
                    partials));
        }
        return cells;
    }

    private List<Cell> tail(long cut) {
        Tail tail = new Tail(set);
        tail.start(new LogPartition(LOG, 0), cut, cut);
        for (Row row : streamed) {
            Row record = row.getStruct(0);
            long offset = record.getAs("offset");
            tail.add(new Increment(
                    new Position(LOG, 0, offset),
                    offset,
                    0,
                    Micros.of(record.getAs("event_time")),
                    List.of(contribution(row.getStruct(1)))));
        }
        List<Cell> cells = new ArrayList<>();
        tail.select(view.name(), Long.MIN_VALUE, Long.MAX_VALUE, cells::add);
        return cells;
    }

    private Contribution contribution(Row row) {
        Bucket bucket = Bucket.valueOf(row.getString(0));
        int inputs = 2 + view.shape().dimensions().size();
        return bucket == Bucket.COUNTED
                ? new Contribution(
                        bucket, Micros.of(row.getInstant(1)), values(row, 2, inputs), values(row, inputs, row.size()))
                : Contribution.none(bucket);
    }

    private static List<Object> values(Row row, int from, int to) {
        List<Object> values = new ArrayList<>();
        for (int i = from; i < to; i++) {
            values.add(row.get(i));
        }
        return values;
    }
}
