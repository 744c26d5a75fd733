package dev.tidemark.compile;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.schema.RankedItemsType;
import dev.tidemark.schema.ResultType;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import dev.tidemark.view.Measure;
import dev.tidemark.view.StoredDefinitions;
import dev.tidemark.view.View;
import dev.tidemark.view.aggregate.Aggregate;
import dev.tidemark.view.aggregate.Count;
import dev.tidemark.view.aggregate.Extreme;
import dev.tidemark.view.aggregate.Sum;
import java.io.Serializable;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A view's cells as readable rows: {@code day}, {@code window_start} (the pane; of a session's fragment {@code first_event}
 * and {@code last_event}), the dimensions and the finished measures under their own names. Finished by the same code as in every answer, except where there is nothing to finish.
 */
public final class FinishedCells {

    private FinishedCells() {}

    /** The columns of the readable table. */
    public static StructType schema(View view) {
        StructType schema = new StructType().add("day", DataTypes.DateType, false);
        for (String time : times(view)) {
            schema = schema.add(time, DataTypes.TimestampType, false);
        }
        for (Field dimension : view.dimensions()) {
            schema = schema.add(dimension.name(), SparkTypes.of(dimension.type()));
        }
        return withMeasures(schema, view);
    }

    /** The columns with those of the finished measures after them. */
    static StructType withMeasures(StructType schema, View view) {
        StructType all = schema;
        for (Measure measure : view.measures()) {
            all = all.add(measure.name(), resultType(measure));
        }
        return all;
    }

    private static List<String> times(View view) {
        return view.session().isPresent() ? List.of("first_event", "last_event") : List.of("window_start");
    }

    /** A sum of integers may leave the range of a bigint, so its column is a decimal without a fraction. */
    private static DataType resultType(Measure measure) {
        ResultType result = measure.aggregate().result();
        if (measure.aggregate() instanceof Sum && result.equals(ValueType.BIGINT)) {
            return DataTypes.createDecimalType(ValueType.MAX_PRECISION, 0);
        }
        if (result instanceof RankedItemsType ranked) {
            StructType item =
                    new StructType().add("item", SparkTypes.of(ranked.item())).add("count", DataTypes.LongType, false);
            return DataTypes.createArrayType(item, false);
        }
        return SparkTypes.of((ValueType) result);
    }

    /**
     * Finishes cells.
     *
     * @param cells rows with {@code day} and then the columns of {@link Cells#schema}
     */
    public static Dataset<Row> of(Dataset<Row> cells, DefinitionSet set, View view) {
        StructType schema = schema(view);
        if (view.measures().stream().map(Measure::aggregate).allMatch(FinishedCells::isStoredAsFinished)) {
            return cells.toDF(schema.fieldNames());
        }
        String definitions = Json.write(StoredDefinitions.of(set));
        return cells.mapPartitions(new Finishing(definitions, view.name()), Encoders.row(schema));
    }

    /** Then no row has to leave Spark's own form, which takes most of the time where there is little else to do. */
    private static boolean isStoredAsFinished(Aggregate<?> aggregate) {
        return aggregate instanceof Count || aggregate instanceof Extreme;
    }

    /** Runs in Spark's tasks; a view travels as its file's JSON. */
    private record Finishing(String definitions, String view) implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> cells) {
            View resolved = Json.read(definitions, StoredDefinitions.class, "the definition set")
                    .toSet()
                    .view(view)
                    .orElseThrow();
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return cells.hasNext();
                }

                @Override
                public Row next() {
                    return finish(resolved, cells.next());
                }
            };
        }

        private static Row finish(View view, Row cell) {
            List<Object> row = new ArrayList<>();
            int column = 0;
            for (; column < 1 + times(view).size() + view.dimensions().size(); column++) {
                row.add(cell.get(column));
            }
            row.addAll(measures(view, cell, column));
            return RowFactory.create(row.toArray());
        }
    }

    /**
     * A cell's finished measures.
     *
     * @param first the column of the first partial's first field
     */
    static List<Object> measures(View view, Row cell, int first) {
        List<Object> finished = new ArrayList<>();
        Object[] partials = StoredPartials.load(view, cell, first);
        for (int i = 0; i < partials.length; i++) {
            finished.add(value(view.measures().get(i).algebra().finish(partials[i])));
        }
        return finished;
    }

    private static Object value(Object result) {
        if (result instanceof List<?> ranked) {
            List<Row> rows = ranked.stream()
                    .map(each -> (RankedItem) each)
                    .map(each -> RowFactory.create(each.item(), each.count()))
                    .toList();
            return CollectionConverters.asScala(rows).toSeq();
        }
        return result instanceof BigInteger whole ? new BigDecimal(whole) : result;
    }
}
