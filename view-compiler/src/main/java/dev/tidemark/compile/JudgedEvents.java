package dev.tidemark.compile;

import dev.tidemark.schema.Judge;
import dev.tidemark.schema.Judged;
import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.Judged.WellFormed;
import dev.tidemark.schema.Source;
import dev.tidemark.view.StoredSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.avro.Schema;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Kafka records, judged: the one place where bytes become events in Spark, for a batch and for a stream alike.
 *
 * <p>The result has the carried columns and then {@code verdict} ({@code ok} or {@code malformed}), {@code reason} and
 * {@code message} (null unless malformed), {@code event_time} and {@code event} (null if malformed).
 */
public final class JudgedEvents {

    /** The verdict on a well-formed event. */
    public static final String OK = "ok";

    /** The verdict on a malformed one. */
    public static final String MALFORMED = "malformed";

    private JudgedEvents() {}

    /**
     * Judges each record.
     *
     * @param records rows with at least {@code value} (binary) and {@code timestamp}
     * @param carried the columns of {@code records} to keep, in order
     */
    public static Dataset<Row> of(Dataset<Row> records, Source source, List<String> carried) {
        return of(records, source, source.schema(), carried);
    }

    /**
     * Judges records of the past by the present schema.
     *
     * @param writtenBy the schema that they were written by, where their bytes do not say it
     */
    public static Dataset<Row> of(Dataset<Row> records, Source source, Schema writtenBy, List<String> carried) {
        StructType schema = new StructType();
        for (String name : carried) {
            StructField field = records.schema().apply(name);
            schema = schema.add(field);
        }
        schema = schema.add("verdict", DataTypes.StringType, false)
                .add("reason", DataTypes.StringType)
                .add("message", DataTypes.StringType)
                .add("event_time", DataTypes.TimestampType)
                .add("event", SparkTypes.ofEvents(source.schema()));
        int[] columns = carried.stream().mapToInt(records.schema()::fieldIndex).toArray();
        Judging judging = new Judging(
                StoredSource.of(source),
                FormatHandle.of(source.format()),
                writtenBy.toString(),
                columns,
                records.schema().fieldIndex("value"),
                records.schema().fieldIndex("timestamp"));
        return records.mapPartitions(judging, Encoders.row(schema));
    }

    /** Runs in Spark's tasks. */
    private record Judging(
            StoredSource source, FormatHandle format, String writtenBy, int[] carried, int value, int timestamp)
            implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> records) {
            Source judged = source.toSource().in(format.format());
            Judge judge = new Judge(judged, new Schema.Parser().parse(writtenBy));
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return records.hasNext();
                }

                @Override
                public Row next() {
                    return judged(judge, records.next());
                }
            };
        }

        private Row judged(Judge judge, Row record) {
            List<Object> row = new ArrayList<>(carried.length + 5);
            for (int column : carried) {
                row.add(record.get(column));
            }
            Judged judged = judge.judge(
                    record.getAs(value), record.getInstant(timestamp).toEpochMilli());
            if (judged instanceof WellFormed good) {
                row.add(OK);
                row.add(null);
                row.add(null);
                row.add(good.eventTime());
                row.add(EventRows.of(good.event()));
            } else if (judged instanceof Malformed bad) {
                row.add(MALFORMED);
                row.add(bad.reason().name().toLowerCase(java.util.Locale.ROOT));
                row.add(bad.message());
                row.add(null);
                row.add(null);
            }
            return RowFactory.create(row.toArray());
        }
    }
}
