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
import dev.tidemark.view.Pane;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.Session;
import dev.tidemark.view.View;
import dev.tidemark.view.aggregate.Values;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.stream.IntStream;

/**
 * A query whose every name and value fits its view.
 *
 * @param view the view
 * @param range the range; a window or a session belongs to it if its start lies in it, a match if its end does
 * @param windows the windows; none for one row a group, of sessions, and for one row a match
 * @param by the indices of the dimensions to group by; of sessions, and for one row a match, all
 * @param filters the filters, which all must hold
 * @param measures the indices of the measures
 * @param order the columns to order by before the default order
 * @param limit how many rows at most
 * @param fill what to say of windows and groups without events; empty for nothing
 * @param zone the deployment's timezone
 * @param listsMatches whether each row is a match
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
        Optional<Fill> fill,
        ZoneId zone,
        boolean listsMatches) {

    /** Of which windows of matches have to be unions. */
    static final Pane FINEST = new Pane(Duration.ofSeconds(1));

    /** What sessions and matches have for panes: they may be at any time. */
    private static final Window ANY_TIME = new Window.Fixed(Duration.of(1, ChronoUnit.MICROS));

    /** A column to order by, as its index. */
    public record Ordering(int column, boolean descending) {}

    /**
     * The query that was asked.
     *
     * @param deployed the deployment's timezone
     * @throws dev.tidemark.serving.problem.HttpProblem if it does not fit the view
     */
    public static Query of(QueryRequest request, View view, ZoneId deployed, Instant now) {
        view.session().ifPresent(session -> requireOfSessions(request, view));
        WindowsRequest windows = request.windows();
        boolean listsMatches = view.pattern().isPresent()
                && windows.window().isEmpty()
                && request.by().isEmpty();
        if (listsMatches) {
            refuse("fill", request.fill().map(Query::name), view, "match");
        }
        Pane pane = view.hasPanes() ? view.pane() : FINEST;
        ZoneId zone = windows.timezone().orElse(deployed);
        Window panes = view.hasPanes() ? Window.of(pane, deployed) : ANY_TIME;
        Query unordered = new Query(
                view,
                TimeRange.of(request.range(), view, panes, zone, now),
                windows.window().map(text -> Windows.parse(text, windows.every(), pane, zone, deployed)),
                listsMatches || view.session().isPresent() ? all(view) : by(request.by(), view),
                request.filters().stream()
                        .map(filter -> Filter.of(filter, view, zone))
                        .toList(),
                measures(request.measures(), view),
                List.of(),
                request.limit(),
                request.fill(),
                deployed,
                listsMatches);
        unordered.requireRangeToFill();
        return unordered.ordered(request.order());
    }

    /** A row is a session, whatever the query: nothing divides its time, and nothing is grouped. */
    private static void requireOfSessions(QueryRequest request, View view) {
        refuse("window", request.windows().window(), view, "session");
        refuse("fill", request.fill().map(Query::name), view, "session");
        refuse("by", request.by().stream().reduce((one, other) -> one + "," + other), view, "session");
    }

    private static String name(Fill fill) {
        return fill.name().toLowerCase(Locale.ROOT);
    }

    private static void refuse(String field, Optional<String> found, View view, String row) {
        found.ifPresent(text -> {
            throw RequestFields.wrong(
                    field,
                    text,
                    "a query without " + field,
                    "%s is %s, but each row of view %s is one %s".formatted(field, text, view.name(), row));
        });
    }

    private static List<Integer> all(View view) {
        return IntStream.range(0, view.dimensions().size()).boxed().toList();
    }

    private static List<Integer> by(List<String> names, View view) {
        return distinct(names).stream().map(name -> dimension("by", name, view)).toList();
    }

    private void requireRangeToFill() {
        if (fill.isPresent()
                && windows.isPresent()
                && (range.from().isEmpty() || range.to().isEmpty())) {
            throw RequestFields.wrong(
                    "fill",
                    name(fill.get()),
                    "fill together with from and to, or with last",
                    "fill is given without a range whose windows could be filled");
        }
    }

    private Query ordered(List<OrderRequest> wanted) {
        List<String> names = columns().stream()
                .filter(column -> column.role() != Column.Role.FINAL && column.role() != Column.Role.OPEN)
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
        return new Query(view, range, windows, by, filters, measures, ordering, limit, fill, zone, listsMatches);
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
        if (listsMatches) {
            return matchRows().columns();
        }
        List<Column> columns = new ArrayList<>();
        boolean ofSessions = view.session().isPresent();
        if (ofSessions || windows.isPresent()) {
            String time = ofSessions ? "session" : "window";
            columns.add(new Column(time + "_start", ValueType.TIMESTAMP, Column.Role.WINDOW));
            columns.add(new Column(time + "_end", ValueType.TIMESTAMP, Column.Role.WINDOW));
        }
        for (int index : by) {
            Field dimension = view.dimensions().get(index);
            columns.add(new Column(dimension.name(), dimension.type(), Column.Role.DIMENSION));
        }
        for (int index : measures) {
            Measure measure = view.measures().get(index);
            columns.add(new Column(measure.name(), measure.aggregate().result(), Column.Role.MEASURE));
        }
        columns.add(
                ofSessions
                        ? new Column("open", ValueType.BOOLEAN, Column.Role.OPEN)
                        : new Column("final", ValueType.BOOLEAN, Column.Role.FINAL));
        return columns;
    }

    /** What rows of matches are made of. */
    MatchRows matchRows() {
        return new MatchRows(view, measures);
    }

    /** The rows in the order that is wanted, as many as are wanted. */
    List<Object[]> arranged(List<Object[]> rows) {
        Comparator<Object[]> wanted = rowOrder();
        List<Object[]> arranged = limit.filter(most -> most < rows.size())
                .map(most -> first(most, rows, wanted))
                .orElse(rows);
        arranged.sort(wanted);
        return arranged;
    }

    /** The first so many in an order, in none. Most rows of many are compared once: with the last of those so far. */
    private static List<Object[]> first(int most, List<Object[]> rows, Comparator<Object[]> wanted) {
        PriorityQueue<Object[]> first = new PriorityQueue<>(wanted.reversed());
        for (Object[] row : rows) {
            if (first.size() < most) {
                first.add(row);
            } else if (wanted.compare(row, first.element()) < 0) {
                first.remove();
                first.add(row);
            }
        }
        return new ArrayList<>(first);
    }

    private Comparator<Object[]> rowOrder() {
        List<Comparator<Object[]>> all = new ArrayList<>();
        for (Ordering ordering : order) {
            Comparator<Object[]> column = comparing(ordering.column());
            all.add(ordering.descending() ? column.reversed() : column);
        }
        List<Column> columns = columns();
        for (int i = 0; i < columns.size(); i++) {
            if (columns.get(i).role() == Column.Role.WINDOW || columns.get(i).role() == Column.Role.DIMENSION) {
                all.add(comparing(i));
            }
        }
        if (listsMatches) {
            all.add(comparing(0));
        }
        return all.stream().reduce(Comparator::thenComparing).orElse((one, other) -> 0);
    }

    private static Comparator<Object[]> comparing(int column) {
        return (one, other) -> Values.compare(one[column], other[column]);
    }

    /**
     * The cells that it counts; of sessions as many around them as it takes to know where those begin and end, and of matches
     * as many before them as those may begin.
     */
    public Selection selection() {
        if (view.pattern().isPresent()) {
            return before(view.pattern().get());
        }
        return view.session().map(this::around).orElseGet(this::counted);
    }

    /** An event that does not complete a match need not be what is asked for, but has its key. */
    private Selection before(Pattern pattern) {
        Selection counted = counted();
        long from = counted.from() == Long.MIN_VALUE ? counted.from() : counted.from() - pattern.withinMicros();
        List<Filter> ofKey =
                filters.stream().filter(filter -> filter.dimension() == 0).toList();
        return new Selection(from, counted.to(), Filter.all(ofKey), (first, last) -> false);
    }

    private Selection around(Session session) {
        int days = session.daysAround();
        long from = range.from().map(time -> day(time, -days)).orElse(Long.MIN_VALUE);
        long to = range.to().map(time -> day(time, days + 1)).orElse(Long.MAX_VALUE);
        return new Selection(from, to, Filter.all(filters), (first, last) -> false);
    }

    /** The beginning of the day that many days after that of {@code time}. */
    private long day(Instant time, int later) {
        return Micros.of(LocalDate.ofInstant(time, zone)
                .plusDays(later)
                .atStartOfDay(zone)
                .toInstant());
    }

    /** The cells that it counts, as if there were panes. */
    public Selection counted() {
        long from = range.from()
                .map(time -> windows.map(all -> all.startAtOrAfter(time)).orElse(time))
                .map(Micros::of)
                .orElse(Long.MIN_VALUE);
        long to = end().map(Micros::of).orElse(Long.MAX_VALUE);
        return new Selection(from, Math.max(from, to), Filter.all(filters), this::isUndivided);
    }

    private boolean isUndivided(long first, long last) {
        return windows.map(all -> !all.boundaryBetween(Micros.instant(first), Micros.instant(last)))
                .orElse(true);
    }

    /** The end of what it counts: of the last window that starts before the end of the range. */
    public Optional<Instant> end() {
        return range.to().map(to -> windows.map(all -> all.end(all.start(to.minusNanos(1_000))))
                .orElse(to));
    }
}
