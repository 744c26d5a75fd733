package dev.tidemark.serving.query;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ListType;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Match;
import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Matches as rows.
 *
 * @param view a view of a pattern
 * @param measures the indices of its measures that rows have
 */
public record MatchRows(View view, List<Integer> measures) {

    /** With all measures. */
    public static MatchRows of(View view) {
        return new MatchRows(
                view, IntStream.range(0, view.measures().size()).boxed().toList());
    }

    /** The rows' columns. */
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        columns.add(new Column("match_id", ValueType.STRING, Column.Role.MATCH));
        columns.add(new Column("match_start", ValueType.TIMESTAMP, Column.Role.WINDOW));
        columns.add(new Column("match_end", ValueType.TIMESTAMP, Column.Role.WINDOW));
        for (Field dimension : view.dimensions()) {
            columns.add(new Column(dimension.name(), dimension.type(), Column.Role.DIMENSION));
        }
        for (int index : measures) {
            Measure measure = view.measures().get(index);
            columns.add(new Column(measure.name(), measure.aggregate().result(), Column.Role.MEASURE));
        }
        columns.add(new Column("positions", new ListType(ValueType.STRING), Column.Role.MATCH));
        columns.add(new Column("final", ValueType.BOOLEAN, Column.Role.FINAL));
        return columns;
    }

    /**
     * A match's row: where and when it happened, and the dimensions and measures of the event that completed it.
     *
     * @param isFinal whether no event that comes in time may still change it
     */
    public Object[] row(Match match, boolean isFinal) {
        Cell last = match.last().cell();
        List<Object> row = new ArrayList<>();
        row.add(match.id(view.name()));
        row.add(Micros.instant(match.first().time()));
        row.add(Micros.instant(match.time()));
        row.addAll(dimensions(match));
        for (int index : measures) {
            row.add(view.measures().get(index).algebra().finish(last.partials()[index]));
        }
        row.add(match.positions().stream().map(Position::toString).toList());
        row.add(isFinal);
        return row.toArray();
    }

    /** The dimensions of the event that completed a match. */
    List<Object> dimensions(Match match) {
        return match.last().dimensions(view);
    }
}
