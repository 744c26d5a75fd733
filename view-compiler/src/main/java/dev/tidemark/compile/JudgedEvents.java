package dev.tidemark.compile;

import dev.tidemark.schema.Judge;
import dev.tidemark.schema.Judged;
import dev.tidemark.schema.Judged.Duplicate;
import dev.tidemark.schema.Judged.Malformed;
import dev.tidemark.schema.Judged.WellFormed;
import dev.tidemark.schema.PartitionJudge;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.StoredSource;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import org.apache.avro.Schema;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Kafka records, judged: the one place where bytes become events in Spark, for a batch and for a stream alike.
 *
 * <p>The result has the carried columns and then {@code verdict} ({@code ok}, {@code malformed} or {@code duplicate}),
 * {@code reason} (null unless malformed), {@code message} (null if ok), {@code event_time} and {@code event} (null if
 * malformed).
 *
 * <p>Of a source whose ids count once, the records of a partition must come in the order of their offsets within a task;
 * {@code partition} and {@code offset}, and {@code log_id} if the records have it, say where they are.
 */
public final class JudgedEvents {

    /** The verdict on a well-formed event. */
    public static final String OK = "ok";

    /** The verdict on a malformed one. */
    public static final String MALFORMED = "malformed";

    /** The verdict on a well-formed event whose id an earlier one has. */
    public static final String DUPLICATE = "duplicate";

    private JudgedEvents() {}

    /**
     * Judges each record.
     *
     * @param records rows with at least {@code value} (binary) and {@code timestamp}
     * @param carried the columns of {@code records} to keep, in order
     * @param earlier where a task finds the ids before its first record
     */
    public static Dataset<Row> of(Dataset<Row> records, Source source, List<String> carried, EarlierIds earlier) {
        return of(records, source, List.of(new WrittenBy(source.schema(), Cut.NONE)), carried, earlier);
    }

    /**
     * The schema that records were written by, where their bytes do not say it.
     *
     * @param end up to where they were
     */
    public record WrittenBy(Schema schema, Cut end) {}

    /**
     * Judges records of the past by the present schema.
     *
     * @param writtenBy the schemas that they were written by, in the order of their ends; the last has none
     */
    public static Dataset<Row> of(
            Dataset<Row> records, Source source, List<WrittenBy> writtenBy, List<String> carried, EarlierIds earlier) {
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
                writtenBy.stream().map(Part::of).toArray(Part[]::new),
                columns,
                RecordColumns.of(records.schema()),
                earlier);
        return records.mapPartitions(judging, Encoders.row(schema));
    }

    /** Records up to {@code ends}, by log and partition, and the JSON of their schema. */
    private record Part(String schema, HashMap<String, HashMap<Integer, Long>> ends) implements Serializable {

        static Part of(WrittenBy writtenBy) {
            HashMap<String, HashMap<Integer, Long>> ends = new HashMap<>();
            writtenBy.end().logs().forEach((log, partitions) -> ends.put(log, new HashMap<>(partitions)));
            return new Part(writtenBy.schema().toString(), ends);
        }

        boolean holds(String log, int partition, long offset) {
            return offset < ends.getOrDefault(log, new HashMap<>()).getOrDefault(partition, 0L);
        }
    }

    /** The judges of records that were written by different schemas. */
    private static final class Judges {

        private final Part[] parts;
        private final Judge[] judges;

        Judges(Source source, Part[] parts) {
            this.parts = parts;
            this.judges = new Judge[parts.length];
            for (int i = 0; i < parts.length; i++) {
                judges[i] = new Judge(source, new Schema.Parser().parse(parts[i].schema()));
            }
        }

        Judge of(RecordColumns columns, Row record) {
            for (int i = 0; i < judges.length - 1; i++) {
                if (parts[i].holds(columns.log(record), columns.partition(record), columns.offset(record))) {
                    return judges[i];
                }
            }
            return judges[judges.length - 1];
        }
    }

    /** The places of a record's columns; -1 of those that it does not have. */
    private record RecordColumns(int log, int partition, int offset, int value, int timestamp) implements Serializable {

        static RecordColumns of(StructType records) {
            List<String> names = List.of(records.fieldNames());
            return new RecordColumns(
                    names.indexOf("log_id"),
                    names.indexOf("partition"),
                    names.indexOf("offset"),
                    records.fieldIndex("value"),
                    records.fieldIndex("timestamp"));
        }

        byte[] value(Row record) {
            return record.getAs(value);
        }

        /** Kafka's are whole milliseconds; an imported row's is its event's time, which does not lie beyond this. */
        long timestamp(Row record) {
            return record.getInstant(timestamp).plusNanos(999_999).toEpochMilli();
        }

        String log(Row record) {
            return log < 0 ? "" : record.getString(log);
        }

        int partition(Row record) {
            return record.getInt(partition);
        }

        long offset(Row record) {
            return record.getLong(offset);
        }
    }

    /** Runs in Spark's tasks. */
    private record Judging(
            StoredSource source,
            FormatHandle format,
            Part[] parts,
            int[] carried,
            RecordColumns columns,
            EarlierIds earlier)
            implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> records) {
            Source judged = source.toSource().in(format.format());
            Judges judges = new Judges(judged, parts);
            if (judged.deduplication().isEmpty()) {
                return new Each(this, judges, records);
            }
            InOrder inOrder = new InOrder(this, judged, judges, records);
            // A task that fails or is killed never comes to the end of its records.
            TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> inOrder.giveUp());
            return inOrder;
        }

        private Row row(Row record, Judged judged) {
            List<Object> row = new ArrayList<>(carried.length + 5);
            for (int column : carried) {
                row.add(record.get(column));
            }
            if (judged instanceof WellFormed good) {
                add(row, OK, null, null, good);
            } else if (judged instanceof Duplicate again) {
                add(row, DUPLICATE, null, "the event at offset " + again.repeats() + " has its id", again.event());
            } else if (judged instanceof Malformed bad) {
                add(row, MALFORMED, bad.reason().name().toLowerCase(Locale.ROOT), bad.message(), null);
            }
            return RowFactory.create(row.toArray());
        }

        private static void add(List<Object> row, String verdict, String reason, String message, WellFormed event) {
            row.add(verdict);
            row.add(reason);
            row.add(message);
            row.add(event == null ? null : event.eventTime());
            row.add(event == null ? null : EventRows.of(event.event()));
        }
    }

    /** Records that are judged by themselves. */
    private record Each(Judging judging, Judges judges, Iterator<Row> records) implements Iterator<Row> {

        @Override
        public boolean hasNext() {
            return records.hasNext();
        }

        @Override
        public Row next() {
            Row record = records.next();
            RecordColumns columns = judging.columns();
            Judge judge = judges.of(columns, record);
            return judging.row(record, judge.judge(columns.value(record), columns.timestamp(record)));
        }
    }

    /** Records whose ids count once: partition after partition, each in the order of its offsets. */
    private static final class InOrder implements Iterator<Row> {

        private final Judging judging;
        private final RecordColumns columns;
        private final Source source;
        private final Judges judges;
        private final Iterator<Row> records;
        private PartitionJudge inOrder;
        private String log;
        private int partition;
        private long next;

        InOrder(Judging judging, Source source, Judges judges, Iterator<Row> records) {
            this.judging = judging;
            this.columns = judging.columns();
            this.source = source;
            this.judges = judges;
            this.records = records;
        }

        @Override
        public boolean hasNext() {
            boolean more = records.hasNext();
            if (!more) {
                end();
            }
            return more;
        }

        @Override
        public Row next() {
            Row record = records.next();
            long offset = columns.offset(record);
            long timestamp = columns.timestamp(record);
            Judge judge = judges.of(columns, record);
            begin(columns.log(record), new EarlierIds.Record(columns.partition(record), offset, timestamp), judge);
            next = offset + 1;
            return judging.row(record, inOrder.judge(judge, columns.value(record), timestamp, offset));
        }

        private void begin(String recordLog, EarlierIds.Record record, Judge judge) {
            if (inOrder == null || partition != record.partition() || !recordLog.equals(log)) {
                end();
                log = recordLog;
                partition = record.partition();
                inOrder = new PartitionJudge(source, judging.earlier().before(source, judge, record));
            } else if (record.offset() < next) {
                throw new IllegalStateException("offset %d of partition %d came after offset %d"
                        .formatted(record.offset(), partition, next - 1));
            }
        }

        private void end() {
            if (inOrder != null) {
                SeenIds ids = inOrder.ids();
                inOrder = null;
                judging.earlier().keep(partition, next, ids);
            }
        }

        /** Closes the ids that were not handed on. */
        private void giveUp() {
            if (inOrder != null) {
                inOrder.ids().close();
                inOrder = null;
            }
        }
    }
}
