package dev.tidemark.speed;

import dev.tidemark.compile.Contributions;
import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.CellShape;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import dev.tidemark.view.StoredDefinitions;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Events of one source as records of its increments topic: one each, into the partition of the same number. */
final class Increments {

    private static final StructType RECORD = new StructType()
            .add("topic", DataTypes.StringType, false)
            .add("partition", DataTypes.IntegerType, false)
            .add("value", DataTypes.BinaryType, false);

    private Increments() {}

    /** The records for Spark's Kafka sink, from those of its Kafka source. */
    static Dataset<Row> of(Dataset<Row> events, SpeedSource source) {
        Dataset<Row> judged = JudgedEvents.of(events, source.source(), List.of("partition", "offset", "timestamp"));
        Dataset<Row> contributions = Contributions.of(judged, source.set());
        String definitions = Json.write(StoredDefinitions.of(source.set()));
        Emitting emitting = new Emitting(source.log().id(), source.incrementsTopic(), definitions);
        return contributions.mapPartitions(emitting, Encoders.row(RECORD));
    }

    /** Runs in Spark's tasks, each of which reads one partition in the order of its offsets. */
    private record Emitting(String log, String topic, String definitions)
            implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> events) {
            DefinitionSet set = Json.read(definitions, StoredDefinitions.class, "the definition set")
                    .toSet();
            return new EmittingTask(log, topic, set, events);
        }
    }

    private static final class EmittingTask implements Iterator<Row> {

        private final String log;
        private final String topic;
        private final List<CellShape> shapes;
        private final IncrementFormat format;
        private final Iterator<Row> events;
        private int partition = -1;
        private long next;

        EmittingTask(String log, String topic, DefinitionSet set, Iterator<Row> events) {
            this.log = log;
            this.topic = topic;
            this.shapes = set.shapes();
            this.format = new IncrementFormat(shapes);
            this.events = events;
        }

        @Override
        public boolean hasNext() {
            return events.hasNext();
        }

        @Override
        public Row next() {
            Row event = events.next();
            Row record = event.getStruct(0);
            Position position = new Position(log, record.getInt(0), record.getLong(1));
            List<Contribution> contributions = new ArrayList<>(shapes.size());
            for (int view = 0; view < shapes.size(); view++) {
                contributions.add(contribution(shapes.get(view), event.getStruct(1 + view)));
            }
            long timestamp = record.getInstant(2).toEpochMilli();
            Increment increment =
                    new Increment(position, coveredFrom(position), timestamp, eventTime(record), contributions);
            return RowFactory.create(topic, position.partition(), format.write(increment));
        }

        private static long eventTime(Row record) {
            Instant time = record.getAs("event_time");
            return time == null ? 0 : Micros.of(time);
        }

        /** A task's first event covers itself alone: what lies before it is not this task's to say. */
        private long coveredFrom(Position position) {
            long from = position.partition() == partition ? next : position.offset();
            partition = position.partition();
            next = position.offset() + 1;
            return from;
        }

        private static Contribution contribution(CellShape shape, Row row) {
            if (row == null) {
                return Contribution.none(Bucket.MALFORMED);
            }
            Bucket bucket = Bucket.valueOf(row.getString(0));
            if (bucket != Bucket.COUNTED) {
                return Contribution.none(bucket);
            }
            long pane = Micros.of(row.getInstant(1));
            int inputs = 2 + shape.dimensions().size();
            return new Contribution(
                    bucket,
                    pane,
                    values(row, 2, inputs),
                    values(row, inputs, inputs + shape.inputs().size()));
        }

        private static List<Object> values(Row row, int from, int to) {
            List<Object> values = new ArrayList<>(to - from);
            for (int i = from; i < to; i++) {
                values.add(row.get(i));
            }
            return values;
        }
    }
}
