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

    private static final int MOST_AT_ONCE = 10_000;

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
        return of(cells, set, view, MOST_AT_ONCE);
    }

    /** @param most how many step events of a key are held before those that no further match can have are let go */
    static Dataset<Row> of(Dataset<Row> cells, DefinitionSet set, View view, int most) {
        String definitions = Json.write(StoredDefinitions.of(set));
        Dataset<Row> byKey = cells.repartition(cells.col("d0")).sortWithinPartitions("d0", "pane");
        return byKey.mapPartitions(new Finishing(definitions, view.name(), most), Encoders.row(schema(view)));
    }

    /** Runs in Spark's tasks; a view travels as its file's JSON. */
    private record Finishing(String definitions, String view, int most)
            implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> cells) {
            DefinitionSet set = Json.read(definitions, StoredDefinitions.class, "the definition set")
                    .toSet();
            return new Matching(set.view(view).orElseThrow(), set.zone(), cells, most);
        }
    }

    /**
     * Takes in the step events of a key as long as a match may have several of them, or as there are not too many, and then looks
     * for matches.
     */
    private static final class Matching implements Iterator<Row> {

        private final View view;
        private final ZoneId zone;
        private final long within;
        private final PatternMatcher matcher;
        private final Iterator<Row> cells;
        private final int most;
        private final Map<StepEvent, Row> chain = new HashMap<>();
        private final Deque<Row> matched = new ArrayDeque<>();
        private Optional<StepEvent> latest = Optional.empty();

        /** From when on events may complete matches that have not been found yet. */
        private long from = Long.MIN_VALUE;

        Matching(View view, ZoneId zone, Iterator<Row> cells, int most) {
            this.most = most;
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
            } else if (chain.size() >= most
                    && event.time() > latest.orElseThrow().time()) {
                matchBefore(event.time());
            }
            chain.put(event, row);
            latest = Optional.of(event);
        }

        private void match() {
            matcher.matches(chain.keySet(), from).forEach(match -> matched.add(row(match)));
            chain.clear();
            from = Long.MIN_VALUE;
        }

        /** All events before that time are there. */
        private void matchBefore(long time) {
            matcher.matches(chain.keySet(), from).forEach(match -> matched.add(row(match)));
            from = time;
            chain.keySet().removeIf(event -> event.time() < time - within);
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
            row.add(LocalDate.ofInstant(Micros.instant(match.time()), zone));
            row.add(match.id(view.name()));
            row.add(Micros.instant(match.first().time()));
            row.add(Micros.instant(match.time()));
            row.addAll(match.last().dimensions(view));
            row.addAll(FinishedCells.measures(view, last, 1 + view.key().size()));
            List<String> positions =
                    match.positions().stream().map(Position::toString).toList();
            row.add(CollectionConverters.asScala(positions).toSeq());
            return RowFactory.create(row.toArray());
        }
    }
}
