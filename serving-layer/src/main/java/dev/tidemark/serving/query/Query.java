package dev.tidemark.serving.query;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.query.QueryRequest.Fill;
import dev.tidemark.serving.query.QueryRequest.OrderRequest;
import dev.tidemark.serving.query.QueryRequest.WindowsRequest;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Measure;
import dev.tidemark.view.View;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A query whose every name and value fits its view.
 *
 * @param view the view
 * @param range the range; a window belongs to it if its start lies in it
 * @param windows the windows; none for one row a group
 * @param by the indices of the dimensions to group by
 * @param filters the filters, which all must hold
 * @param measures the indices of the measures
 * @param order the columns to order by before the default order
 * @param limit how many rows at most
 * @param fill what to say of windows and groups without events; empty for nothing
 */
public record Query(
        View view,
        TimeRange range,
        Optional<Windows> windows,
        List<Integer> by,
        List<Filter> filters,
        List<Integer> measures,
        List<Ordering> order,
        Optional<Integer> limit,
        Optional<Fill> fill) {

    /** A column to order by, as its index. */
    public record Ordering(int column, boolean descending) {}

    /**
     * The query that was asked.
     *
     * @param deployed the deployment's timezone
     * @throws dev.tidemark.serving.problem.HttpProblem if it does not fit the view
     */
    public static Query of(QueryRequest request, View view, ZoneId deployed, Instant now) {
        WindowsRequest windows = request.windows();
        ZoneId zone = windows.timezone().orElse(deployed);
        List<Integer> by = distinct(request.by()).stream()
                .map(name -> dimension("by", name, view))
                .toList();
        Query unordered = new Query(
                view,
                TimeRange.of(request.range(), view, Window.of(view.pane(), deployed), zone, now),
                windows.window().map(text -> Windows.parse(text, windows.every(), view.pane(), zone, deployed)),
                by,
                request.filters().stream()
                        .map(filter -> Filter.of(filter, view, zone))
                        .toList(),
                measures(request.measures(), view),
                List.of(),
                request.limit(),
                request.fill());
        unordered.requireRangeToFill();
        return unordered.ordered(request.order());
    }

    private void requireRangeToFill() {
        if (fill.isPresent()
                && windows.isPresent()
                && (range.from().isEmpty() || range.to().isEmpty())) {
            throw RequestFields.wrong(
                    "fill",
                    fill.get().name().toLowerCase(Locale.ROOT),
                    "fill together with from and to, or with last",
                    "fill is given without a range whose windows could be filled");
        }
    }

    private Query ordered(List<OrderRequest> wanted) {
        List<String> names = columns().stream()
                .filter(column -> column.role() != Column.Role.FINAL)
                .map(Column::name)
                .toList();
        List<Ordering> ordering = new ArrayList<>();
        for (OrderRequest order : wanted) {
            if (!names.contains(order.by())) {
                throw Names.unknown(
                        "order", order.by(), "order names '" + order.by() + "', which is no column here", names);
            }
            int index = names.indexOf(order.by());
            requireOrder(columns().get(index));
            ordering.add(new Ordering(index, order.descending()));
        }
        return new Query(view, range, windows, by, filters, measures, ordering, limit, fill);
    }

    private static void requireOrder(Column column) {
        if (!(column.type() instanceof ValueType)) {
            throw HttpProblem.field(
                    "order",
                    column.name(),
                    "a column with one value a row",
                    "order names '%s', which is a list of items: lists have no order; name a column with one value a row"
                            .formatted(column.name()));
        }
    }

    static int dimension(String field, String name, View view) {
        List<String> names = view.dimensions().stream().map(Field::name).toList();
        if (!names.contains(name)) {
            throw Names.unknown(field, name, "view %s has no dimension '%s'".formatted(view.name(), name), names);
        }
        return names.indexOf(name);
    }

    private static List<Integer> measures(List<String> wanted, View view) {
        List<String> names = view.measures().stream().map(Measure::name).toList();
        List<Integer> indices = new ArrayList<>();
        for (String name : wanted.isEmpty() ? names : distinct(wanted)) {
            if (!names.contains(name)) {
                throw Names.unknown(
                        "measures", name, "view %s has no measure '%s'".formatted(view.name(), name), names);
            }
            indices.add(names.indexOf(name));
        }
        return indices;
    }

    private static List<String> distinct(List<String> names) {
        return List.copyOf(new LinkedHashSet<>(names));
    }

    /** The answer's columns. */
    public List<Column> columns() {
        List<Column> columns = new ArrayList<>();
        if (windows.isPresent()) {
            columns.add(new Column("window_start", ValueType.TIMESTAMP, Column.Role.WINDOW));
            columns.add(new Column("window_end", ValueType.TIMESTAMP, Column.Role.WINDOW));
        }
        for (int index : by) {
            Field dimension = view.dimensions().get(index);
            columns.add(new Column(dimension.name(), dimension.type(), Column.Role.DIMENSION));
        }
        for (int index : measures) {
            Measure measure = view.measures().get(index);
            columns.add(new Column(measure.name(), measure.aggregate().result(), Column.Role.MEASURE));
        }
        columns.add(new Column("final", ValueType.BOOLEAN, Column.Role.FINAL));
        return columns;
    }

    /** The cells that it counts. */
    public Selection selection() {
        long from = range.from()
                .map(time -> windows.map(all -> all.startAtOrAfter(time)).orElse(time))
                .map(Micros::of)
                .orElse(Long.MIN_VALUE);
        long to = end().map(Micros::of).orElse(Long.MAX_VALUE);
        return new Selection(from, Math.max(from, to), Filter.all(filters));
    }

    /** The end of what it counts: of the last window that starts before the end of the range. */
    Optional<Instant> end() {
        return range.to().map(to -> windows.map(all -> all.end(all.start(to.minusNanos(1_000))))
                .orElse(to));
    }
}
