package dev.tidemark.compile;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.view.Cell;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import dev.tidemark.view.Match;
import dev.tidemark.view.PatternMatcher;
import dev.tidemark.view.StepEvent;
import dev.tidemark.view.StoredDefinitions;
import dev.tidemark.view.View;
import java.io.Serializable;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.jdk.javaapi.CollectionConverters;

/**
 * A pattern's matches as readable rows: {@code day} (of the event that completed it), {@code match_id}, {@code match_start},
 * {@code match_end}, the dimensions and the finished measures under their own names, {@code positions}. Found by the same code
 * as in every answer.
 */
public final class FinishedMatches {

    private FinishedMatches() {}

    /** The columns of the readable table. */
    static StructType schema(View view) {
        StructType schema = new StructType()
                .add("day", DataTypes.DateType, false)
                .add("match_id", DataTypes.StringType, false)
                .add("match_start", DataTypes.TimestampType, false)
                .add("match_end", DataTypes.TimestampType, false);
        for (Field dimension : view.dimensions()) {
            schema = schema.add(dimension.name(), SparkTypes.of(dimension.type()));
        }
        return FinishedCells.withMeasures(schema, view)
                .add("positions", DataTypes.createArrayType(DataTypes.StringType, false), false);
    }

    /**
     * The matches among step events.
     *
     * @param cells rows with the columns of {@link Cells#schema}
     */
    public static Dataset<Row> of(Dataset<Row> cells, DefinitionSet set, View view) {
        String definitions = Json.write(StoredDefinitions.of(set));
        Dataset<Row> byKey = cells.repartition(cells.col("d0")).sortWithinPartitions("d0", "pane");
        return byKey.mapPartitions(new Finishing(definitions, view.name()), Encoders.row(schema(view)));
    }

    /** Runs in Spark's tasks; a view travels as its file's JSON. */
    private record Finishing(String definitions, String view) implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> cells) {
            DefinitionSet set = Json.read(definitions, StoredDefinitions.class, "the definition set")
                    .toSet();
            return new Matching(set.view(view).orElseThrow(), set.zone(), cells);
        }
    }

    /** Takes in the step events of a key as long as a match may have several of them, and then looks for matches. */
    private static final class Matching implements Iterator<Row> {

        private final View view;
        private final ZoneId zone;
        private final long within;
        private final PatternMatcher matcher;
        private final Iterator<Row> cells;
        private final Map<StepEvent, Row> chain = new HashMap<>();
        private final Deque<Row> matched = new ArrayDeque<>();
        private Optional<StepEvent> latest = Optional.empty();

        Matching(View view, ZoneId zone, Iterator<Row> cells) {
            this.view = view;
            this.zone = zone;
            this.within = view.pattern().orElseThrow().withinMicros();
            this.matcher = new PatternMatcher(view);
            this.cells = cells;
        }

        @Override
        public boolean hasNext() {
            while (matched.isEmpty() && cells.hasNext()) {
                take(cells.next());
            }
            if (matched.isEmpty()) {
                match();
            }
            return !matched.isEmpty();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            return matched.remove();
        }

        private void take(Row row) {
            StepEvent event = event(row);
            boolean goesOn = latest.map(
                            before -> before.by().equals(event.by()) && event.time() - before.time() <= within)
                    .orElse(true);
            if (!goesOn) {
                match();
            }
            chain.put(event, row);
            latest = Optional.of(event);
        }

        private void match() {
            matcher.matches(chain.keySet()).forEach(match -> matched.add(row(match)));
            chain.clear();
        }

        private StepEvent event(Row row) {
            List<Object> key = new ArrayList<>();
            for (int i = 0; i < view.key().size(); i++) {
                key.add(row.get(1 + i));
            }
            return StepEvent.of(view, new Cell(Micros.of(row.getInstant(0)), key, new Object[0]));
        }

        private Row row(Match match) {
            Row last = chain.get(match.last());
            List<Object> row = new ArrayList<>();
            row.add(LocalDate.ofInstant(Micros.instant(match.last().time()), zone));
            row.add(match.id(view.name()));
            row.add(Micros.instant(match.first().time()));
            row.add(Micros.instant(match.last().time()));
            for (int i = 0; i < view.dimensions().size(); i++) {
                row.add(last.get(1 + i));
            }
            row.addAll(FinishedCells.measures(view, last, 1 + view.key().size()));
            List<String> positions =
                    match.positions().stream().map(Position::toString).toList();
            row.add(CollectionConverters.asScala(positions).toSeq());
            return RowFactory.create(row.toArray());
        }
    }
}
