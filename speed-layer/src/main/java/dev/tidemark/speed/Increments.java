package dev.tidemark.speed;

import dev.tidemark.compile.Contributions;
import dev.tidemark.compile.EarlierIds;
import dev.tidemark.compile.EnrichedEvents;
import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.CellShape;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.RecordOrigin;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import dev.tidemark.view.StoredDefinitions;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.util.TaskCompletionListener;

/**
 * Events of one source as records of its increments topic: one each, into the partition of the same number. What is not
 * counted by all views and what is late is also copied to the source's other topics.
 */
final class Increments {

    private static final StructType RECORD = new StructType()
            .add("topic", DataTypes.StringType, false)
            .add("partition", DataTypes.IntegerType, false)
            .add("value", DataTypes.BinaryType, false);

    private static final List<String> CARRIED = List.of("partition", "offset", "timestamp", "key", "value", "headers");

    private Increments() {}

    /**
     * The records for Spark's Kafka sink, from those of its Kafka source.
     *
     * @param references what the events are joined with
     */
    static Dataset<Row> of(Deployment deployment, Dataset<Row> events, SpeedSource source, ReferenceRows references) {
        HashMap<String, Object> kafka = new HashMap<>(deployment.kafkaClient());
        Source read = source.source();
        EarlierIds earlier =
                new LogIds(source.log().id(), read.topic(), source.set().id(), SeenIds.IN_MEMORY, kafka);
        Dataset<Row> judged = JudgedEvents.of(events, read, CARRIED, earlier);
        Dataset<Row> enriched = EnrichedEvents.of(judged, source.set().enrichments(), references);
        Dataset<Row> contributions = Contributions.of(enriched, source.set());
        String definitions = Json.write(StoredDefinitions.of(source.set()));
        Emitting emitting = new Emitting(
                deployment.name(), source.log().id(), source.incrementsTopic(), definitions, source.copies(), kafka);
        return contributions.mapPartitions(emitting, Encoders.row(RECORD));
    }

    /**
     * Runs in Spark's tasks, each of which reads one partition in the order of its offsets.
     *
     * @param copies whether dead letters and late events are copied
     */
    private record Emitting(
            String deployment,
            String log,
            String topic,
            String definitions,
            boolean copies,
            HashMap<String, Object> kafka)
            implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> events) {
            DefinitionSet set = Json.read(definitions, StoredDefinitions.class, "the definition set")
                    .toSet();
            Optional<BesideTopics> beside = copies ? Optional.of(new BesideTopics(kafka)) : Optional.empty();
            beside.ifPresent(topics ->
                    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) task -> topics.close()));
            return new EmittingTask(deployment, log, topic, set, beside, events);
        }
    }

    private static final class EmittingTask implements Iterator<Row> {

        private final String log;
        private final String topic;
        private final DefinitionSet set;
        private final List<CellShape> shapes;
        private final IncrementFormat format;
        private final Optional<BesideTopics> beside;
        private final Iterator<Row> events;
        private final List<Unknown> unknown;
        private int partition = -1;
        private long next;

        EmittingTask(
                String deployment,
                String log,
                String topic,
                DefinitionSet set,
                Optional<BesideTopics> beside,
                Iterator<Row> events) {
            this.log = log;
            this.topic = topic;
            this.set = set;
            this.shapes = set.shapes();
            this.format = new IncrementFormat(shapes);
            this.beside = beside;
            this.events = events;
            // What is outgoing is streamed beside what replaces it: its events are counted there.
            this.unknown = beside.isPresent()
                    ? set.enrichments().stream()
                            .map(taken -> Unknown.of(deployment, set.source(), taken))
                            .toList()
                    : List.of();
        }

        /** The column that says whether an event has a key that a reference table does not have, and their count. */
        private record Unknown(String column, LongAdder count) {

            static Unknown of(String deployment, Source source, Enrichment taken) {
                return new Unknown(
                        EnrichedEvents.unknown(taken), UnknownKeys.of(deployment, source.name(), taken.reference()));
            }
        }

        @Override
        public boolean hasNext() {
            boolean more = events.hasNext();
            if (!more) {
                beside.ifPresent(BesideTopics::finish);
            }
            return more;
        }

        @Override
        public Row next() {
            Row event = events.next();
            Row record = event.getStruct(0);
            Position position = new Position(log, record.getInt(0), record.getLong(1));
            long timestamp = record.getInstant(2).toEpochMilli();
            long eventTime = eventTime(record);
            String verdict = record.getAs("verdict");
            boolean late = verdict.equals(JudgedEvents.OK) && set.source().isLate(timestamp, eventTime);
            if (verdict.equals(JudgedEvents.OK)) {
                countUnknown(record);
            }
            List<Contribution> contributions = contributions(event, verdict, late);
            beside.ifPresent(topics -> {
                topics.beforeNext();
                copy(topics, record, position, verdict, contributions, late);
            });
            Increment increment = new Increment(position, coveredFrom(position), timestamp, eventTime, contributions);
            return RowFactory.create(topic, position.partition(), format.write(increment));
        }

        private void countUnknown(Row record) {
            for (Unknown key : unknown) {
                if (record.<Boolean>getAs(key.column())) {
                    key.count().increment();
                }
            }
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

        private List<Contribution> contributions(Row event, String verdict, boolean late) {
            Optional<Bucket> aside = aside(verdict, late);
            if (aside.isPresent()) {
                return Collections.nCopies(shapes.size(), Contribution.none(aside.get()));
            }
            List<Contribution> contributions = new ArrayList<>(shapes.size());
            for (int view = 0; view < shapes.size(); view++) {
                contributions.add(contribution(shapes.get(view), event.getStruct(1 + view)));
            }
            return contributions;
        }

        /** Where an event is in every view, whatever the view says. */
        private Optional<Bucket> aside(String verdict, boolean late) {
            return switch (verdict) {
                case JudgedEvents.MALFORMED -> Optional.of(Bucket.MALFORMED);
                case JudgedEvents.DUPLICATE -> Optional.of(Bucket.DUPLICATE);
                default -> late ? Bucket.ofLate(set.source().lateEvents()) : Optional.empty();
            };
        }

        private static Contribution contribution(CellShape shape, Row row) {
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

        private void copy(
                BesideTopics topics,
                Row record,
                Position position,
                String verdict,
                List<Contribution> contributions,
                boolean late) {
            boolean malformed = verdict.equals(JudgedEvents.MALFORMED);
            List<String> failing = failing(contributions);
            if (!malformed && !late && failing.isEmpty()) {
                return;
            }
            long timestamp = record.getInstant(2).toEpochMilli();
            RecordOrigin origin = new RecordOrigin(set.source().topic(), position, timestamp);
            Beside copied = new Beside(
                    origin, record.getAs("key"), record.getAs("value"), record.isNullAt(5) ? null : record.getList(5));
            if (malformed) {
                topics.send(copied.deadLetter(record.getAs("reason"), record.getAs("message"), List.of()));
            }
            if (!failing.isEmpty()) {
                topics.send(copied.deadLetter(DeadLetter.EXPRESSION, DeadLetter.failing(failing), failing));
            }
            if (late) {
                topics.send(copied.late(
                        Source.lateness(timestamp, eventTime(record)).toMillis()));
            }
        }

        /** The views that an expression fails for: for nearly all events none, which is to cost nothing. */
        private List<String> failing(List<Contribution> contributions) {
            List<String> failing = List.of();
            for (int view = 0; view < contributions.size(); view++) {
                if (contributions.get(view).bucket() == Bucket.FAILED) {
                    failing = failing.isEmpty() ? new ArrayList<>() : failing;
                    failing.add(set.views().get(view).name());
                }
            }
            return failing;
        }
    }
}
