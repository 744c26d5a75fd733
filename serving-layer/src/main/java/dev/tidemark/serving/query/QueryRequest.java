package dev.tidemark.serving.query;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A query as it was asked, its form known to be right but not yet compared with the view.
 *
 * @param view the view's name
 * @param range the range of event time
 * @param windows the windows' texts
 * @param by the dimensions to group by, empty for one row a window
 * @param filters which all must hold
 * @param measures the measures wanted; empty for all
 * @param order the order wanted, empty for the default
 * @param limit how many rows at most
 * @param fill what to say of windows and groups without events; empty for nothing
 * @param publication as of which publication's cut; empty for as fresh as there is
 * @param conditions when to answer at all
 * @param decimalsAsNumbers whether decimals are JSON numbers, not strings
 */
public record QueryRequest(
        String view,
        Range range,
        WindowsRequest windows,
        List<String> by,
        List<FilterRequest> filters,
        List<String> measures,
        List<OrderRequest> order,
        Optional<Integer> limit,
        Optional<Fill> fill,
        Optional<Long> publication,
        Conditions conditions,
        boolean decimalsAsNumbers) {

    /** The longest {@code wait}. */
    private static final Duration MAX_WAIT = Duration.ofSeconds(60);

    /** Conditions that ask how far the log is counted. */
    static final List<String> OF_THE_PRESENT = List.of("at_least", "wait", "max_lag");

    /** The range as its texts. */
    public record Range(Optional<String> from, Optional<String> to, Optional<String> last) {}

    /**
     * The windows as their texts.
     *
     * @param window how long they are; empty for none
     * @param every how often one begins; empty for where the last has ended
     * @param timezone whose days and hours they follow, and times without an offset; empty for the deployment's
     */
    public record WindowsRequest(Optional<String> window, Optional<String> every, Optional<ZoneId> timezone) {}

    /** What measures say of no events: zero where they are numbers, or null. */
    public enum Fill {
        ZERO,
        NULL
    }

    /**
     * Under which conditions an answer is wanted.
     *
     * @param atLeast exclusive ends by topic and partition that it shall have counted
     * @param waitFor how long it may wait for that
     * @param maxLag how far behind it may be
     * @param onlyFinal whether an answer is wanted only if it is final
     * @param returnMissing whether an answer that misses positions is wanted
     */
    public record Conditions(
            Map<String, Map<Integer, Long>> atLeast,
            Duration waitFor,
            Optional<Duration> maxLag,
            boolean onlyFinal,
            boolean returnMissing) {}

    /**
     * The query in a JSON object.
     *
     * @throws dev.tidemark.serving.problem.HttpProblem if a field is unknown or malformed
     */
    public static QueryRequest parse(JsonNode json) {
        RequestFields fields = RequestFields.of(json);
        requireOfOneTime(fields);
        return new QueryRequest(
                fields.required("view"),
                range(fields),
                windows(fields),
                fields.texts("by"),
                fields.objects("filter", "op", "in").stream()
                        .map(FilterRequest::parse)
                        .toList(),
                fields.texts("measures"),
                fields.objects("order", "by").stream().map(OrderRequest::parse).toList(),
                fields.positive("limit"),
                fill(fields),
                fields.number("publication"),
                conditions(fields),
                fields.oneOf("decimals", "string", "number").equals("number"));
    }

    /** What follows the log has no meaning where an answer ends at a cut. */
    private static void requireOfOneTime(RequestFields fields) {
        if (!fields.has("publication")) {
            return;
        }
        for (String field : OF_THE_PRESENT) {
            if (fields.has(field)) {
                throw RequestFields.wrong(
                        field,
                        fields.json().get(field),
                        "either " + field + ", or publication",
                        field
                                + " is given together with publication, whose answer ends at its cut whatever came since");
            }
        }
    }

    private static WindowsRequest windows(RequestFields fields) {
        Optional<String> window = fields.text("window");
        Optional<String> every = fields.text("every");
        if (every.isPresent() && window.isEmpty()) {
            throw RequestFields.wrong("every", every.get(), "window, or nothing", "every is given without a window");
        }
        return new WindowsRequest(window, every, fields.text("timezone").map(Times::zone));
    }

    private static Optional<Fill> fill(RequestFields fields) {
        return switch (fields.oneOf("fill", "none", "zero", "null")) {
            case "zero" -> Optional.of(Fill.ZERO);
            case "null" -> Optional.of(Fill.NULL);
            default -> Optional.empty();
        };
    }

    private static Range range(RequestFields fields) {
        Range range = new Range(fields.text("from"), fields.text("to"), fields.text("last"));
        if (range.last().isPresent() && (range.from().isPresent() || range.to().isPresent())) {
            throw RequestFields.wrong(
                    "last",
                    range.last().get(),
                    "either last, or from and to",
                    "last is given together with from or to");
        }
        return range;
    }

    private static Conditions conditions(RequestFields fields) {
        Duration wait = fields.duration("wait").orElse(Duration.ZERO);
        if (wait.compareTo(MAX_WAIT) > 0) {
            throw RequestFields.wrong("wait", wait.toSeconds() + "s", "at most 60s", "wait is longer than 60s");
        }
        Map<String, Map<Integer, Long>> atLeast = fields.offsets("at_least");
        if (!wait.isZero() && atLeast.isEmpty()) {
            throw RequestFields.wrong(
                    "wait",
                    fields.text("wait").orElseThrow(),
                    "wait together with at_least",
                    "wait is given without at_least");
        }
        return new Conditions(
                atLeast,
                wait,
                fields.duration("max_lag"),
                fields.oneOf("finality", "any", "final").equals("final"),
                fields.oneOf("on_missing", "refuse", "return").equals("return"));
    }

    /**
     * One element of {@code filter}.
     *
     * @param dimension the dimension's name
     * @param op which test: {@code in}, {@code not_in}, {@code is_null} or {@code range}
     * @param values the values of {@code in} and {@code not_in}
     * @param from the least value of {@code range}
     * @param to the first value after {@code range}
     */
    public record FilterRequest(
            String dimension, String op, List<String> values, Optional<String> from, Optional<String> to) {

        private static FilterRequest parse(ObjectNode json) {
            RequestFields fields = new RequestFields("filter", json);
            fields.requireOnly(List.of("dimension", "op", "values", "from", "to"));
            FilterRequest filter = new FilterRequest(
                    fields.required("dimension"),
                    fields.oneOf("op", "in", "not_in", "is_null", "range"),
                    fields.texts("values"),
                    fields.text("from"),
                    fields.text("to"));
            filter.requireOperands();
            return filter;
        }

        private void requireOperands() {
            boolean list = op.equals("in") || op.equals("not_in");
            boolean range = op.equals("range");
            if (list != !values.isEmpty() || range != (from.isPresent() || to.isPresent())) {
                String accepted = list ? "values" : range ? "from (inclusive), to (exclusive), or both" : "no operand";
                throw RequestFields.wrong(
                        "filter",
                        toString(),
                        accepted,
                        "filter on " + dimension + ": op " + op + " needs other operands");
            }
        }
    }

    /** One element of {@code order}: a column, and whether the greatest comes first. */
    public record OrderRequest(String by, boolean descending) {

        private static OrderRequest parse(ObjectNode json) {
            RequestFields fields = new RequestFields("order", json);
            fields.requireOnly(List.of("by", "descending"));
            return new OrderRequest(
                    fields.required("by"),
                    fields.oneOf("descending", "false", "true").equals("true"));
        }
    }
}
