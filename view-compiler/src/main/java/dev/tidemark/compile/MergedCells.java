package dev.tidemark.compile;

import static org.apache.spark.sql.functions.col;

import dev.tidemark.schema.Micros;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Session;
import dev.tidemark.view.StoredDefinitions;
import dev.tidemark.view.View;
import java.io.Serializable;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/**
 * Cells that were counted apart, as if they had been counted together: those of one key become one, by the same merge as in
 * every answer, and fragments of a session that lie no further apart than its gap are joined. Only cells of disjoint
 * coverage may be given.
 */
public final class MergedCells {

    private MergedCells() {}

    /**
     * Merges.
     *
     * @param cells rows with columns {@code beside} and then those of {@link Cells#schema}
     * @param set a set that the view is in
     * @param beside columns that tell cells apart too: of a session's fragments they must tell their days apart
     */
    public static Dataset<Row> of(Dataset<Row> cells, DefinitionSet set, View view, String... beside) {
        if (view.pattern().isPresent()) {
            // A step event is one event: no two are the same.
            return cells;
        }
        List<String> times = Cells.times(view);
        List<String> key = new ArrayList<>(List.of(beside));
        IntStream.range(0, view.key().size()).forEach(i -> key.add("d" + i));
        if (view.hasPanes()) {
            key.addAll(times);
        }
        List<String> order = new ArrayList<>(key);
        if (!view.hasPanes()) {
            order.addAll(times);
        }
        Merging merging = new Merging(Json.write(StoredDefinitions.of(set)), view.name(), beside.length);
        return cells.repartition(columns(key))
                .sortWithinPartitions(columns(order))
                .mapPartitions(merging, Encoders.row(cells.schema()));
    }

    private static Column[] columns(List<String> names) {
        return names.stream().map(name -> col(name)).toArray(Column[]::new);
    }

    /** Runs in Spark's tasks; a view travels as its file's JSON. */
    private record Merging(String definitions, String view, int beside)
            implements MapPartitionsFunction<Row, Row>, Serializable {

        @Override
        public Iterator<Row> call(Iterator<Row> cells) {
            View resolved = Json.read(definitions, StoredDefinitions.class, "the definition set")
                    .toSet()
                    .view(view)
                    .orElseThrow();
            return new Runs(cells, resolved, beside);
        }
    }

    /** Goes through ordered cells, and merges each run of them that belong together. */
    private static final class Runs implements Iterator<Row> {

        private final Iterator<Row> cells;
        private final View view;
        private final int beside;
        /** The first column after the times, and the first of the partials. */
        private final int dimensions;

        private final int partials;
        private Row next;

        Runs(Iterator<Row> cells, View view, int beside) {
            this.cells = cells;
            this.view = view;
            this.beside = beside;
            this.dimensions = beside + Cells.times(view).size();
            this.partials = dimensions + view.key().size();
            this.next = cells.hasNext() ? cells.next() : null;
        }

        @Override
        public boolean hasNext() {
            return next != null;
        }

        @Override
        public Row next() {
            if (next == null) {
                throw new NoSuchElementException();
            }
            List<Row> run = new ArrayList<>(2);
            Instant last = null;
            do {
                run.add(next);
                last = later(last, next);
                next = cells.hasNext() ? cells.next() : null;
            } while (next != null && belong(run.get(0), last, next));
            return run.size() == 1 ? run.get(0) : merged(run, last);
        }

        private Instant later(Instant last, Row cell) {
            if (view.hasPanes()) {
                return null;
            }
            Instant own = cell.getInstant(dimensions - 1);
            return last == null || own.isAfter(last) ? own : last;
        }

        private boolean belong(Row first, Instant last, Row cell) {
            return isSame(first, cell, 0, beside)
                    && isSame(first, cell, dimensions, partials)
                    && (view.hasPanes() ? isSame(first, cell, beside, dimensions) : goesOn(last, cell));
        }

        private boolean goesOn(Instant last, Row cell) {
            Session session = view.session().orElseThrow();
            return Micros.of(cell.getInstant(beside)) - Micros.of(last) <= session.gapMicros();
        }

        private static boolean isSame(Row one, Row other, int from, int to) {
            return IntStream.range(from, to).allMatch(i -> Objects.deepEquals(one.get(i), other.get(i)));
        }

        private Row merged(List<Row> run, Instant last) {
            Object[] row =
                    IntStream.range(0, partials).mapToObj(run.get(0)::get).toArray();
            if (!view.hasPanes()) {
                row[dimensions - 1] = last;
            }
            List<Object[]> loaded = run.stream().map(this::load).toList();
            Object[] sum = view.mergeAll(loaded);
            List<Measure> measures = view.measures();
            Stream<Object> stored = IntStream.range(0, sum.length)
                    .boxed()
                    .flatMap(i -> measures.get(i).algebra().store(sum[i]).stream());
            return RowFactory.create(Stream.concat(Arrays.stream(row), stored).toArray());
        }

        private Object[] load(Row cell) {
            return StoredPartials.load(view, cell, partials);
        }
    }
}
