package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import dev.tidemark.view.aggregate.Count;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QueryTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant NOW = Instant.parse("2026-03-29T10:02:30Z");
    private static final View VIEW = view();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // parameter | value | field | what the detail says
                "form | x | form | did you mean 'from'?",
                "measure | orders | measure | did you mean 'measures'?",
                "whatever | x | whatever | accepted are view, from, to",
                "from | yesterday | from | an ISO-8601 time, such as",
                "from | 2026-03-29T10:02:30Z | from | the nearest are 2026-03-29T10:00:00Z and 2026-03-29T10:05:00Z",
                "to | 2026-03-29T10:02:30Z | to | the nearest are 2026-03-29T10:00:00Z and 2026-03-29T10:05:00Z",
                "last | 7m | last | a multiple of the pane, 5m",
                "from | -0001-12-31 | from | a time in the years 0 to 9999",
                "to | +10000-01-02 | to | a time in the years 0 to 9999",
                "last | 999999w | last | which is too long",
                "last | 999999999w | last | which is too long",
                "last | long | last | such as 500ms, 30s",
                "last | 0s | last | a multiple of the pane",
                "window | 7m | window | any multiple of 5m",
                "every | 5m | every | without a window",
                "by | regio | by | did you mean 'region'?",
                "by | customer | by | accepted are region, ok, amount, day, seen, size, weight",
                "filter[regio] | EU | filter | did you mean 'region'?",
                "filter[ok] | maybe | filter[ok] | true or false",
                "filter[size] | many | filter[size] | a whole number",
                "filter[weight] | heavy | filter[weight] | a number",
                "filter[amount] | 1.005 | filter[amount] | at most 2 digits after the point",
                "filter[day] | 1 May | filter[day] | a date, such as",
                "filter[seen] | noon | filter[seen] | an ISO-8601 time",
                "filter | region | filter | filter[DIMENSION]=VALUE",
                "measures | order | measures | did you mean 'orders'?",
                "order | -revenu | order | accepted are orders",
                "order | top | order | 'top', which is a list of items",
                "limit | 0 | limit | a whole number from 1 on",
                "limit | ten | limit | a whole number from 1 on",
                "at_least | {} x | at_least | at_least is no JSON",
                "at_least | {\"orders\":{\"x\":1}} | at_least | the exclusive end by topic and partition",
                "at_least | {\"orders\":1} | at_least | the exclusive end by topic and partition",
                "wait | 2 | wait | such as 500ms, 30s",
                "wait | 2m | wait | at most 60s",
                "wait | 2s | wait | wait is given without at_least",
                "filter[amount] | 1e20000000 | filter[amount] | at most 8 digits before",
                "filter[amount] | 1e-20000000 | filter[amount] | at most 2 digits after the point",
                "filter[amount] | 123456789.00 | filter[amount] | at most 8 digits before",
                "max_lag | soon | max_lag | such as 500ms, 30s",
                "on_missing | ignore | on_missing | [refuse, return]",
                "decimals | float | decimals | [string, number]",
                "timezone | Berlin | timezone | such as Europe/Berlin",
                "fill | one | fill | [none, zero, null]",
                "publication | 0 | publication | a whole number from 1 on",
                "publication | newest | publication | a whole number from 1 on",
                "finality | maybe | finality | [any, final]",
            })
    void saysWhichFieldIsWrongAndWhatWouldBeAccepted(String name, String value, String field, String detail) {
        HttpProblem problem = assertThrows(HttpProblem.class, () -> query(Map.of(name, List.of(value))));
        assertEquals(400, problem.status());
        assertEquals(field, problem.toJson().get("field"));
        assertTrue(problem.getMessage().contains(detail), problem.getMessage());
        assertTrue(problem.toJson().containsKey("found") && problem.toJson().containsKey("accepted"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"at_least | {\"orders\":{\"0\":1}}", "wait | 2s", "max_lag | 1s"})
    void anAnswerOfThePastDoesNotFollowTheLog(String name, String value) {
        HttpProblem problem =
                assertThrows(HttpProblem.class, () -> query(Map.of("publication", List.of("3"), name, List.of(value))));
        assertEquals(400, problem.status());
        assertEquals(name, problem.toJson().get("field"));
        assertTrue(problem.getMessage().contains("whose answer ends at its cut"), problem.getMessage());
    }

    @RepeatedTest(20)
    void aLimitGivesTheFirstRowsOfTheWholeOrder(RepetitionInfo repetition) {
        Random random = new Random(repetition.getCurrentRepetition());
        List<Object[]> rows = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            rows.add(new Object[] {"region" + i, (long) random.nextInt(4), false});
        }
        Map<String, List<String>> asked =
                Map.of("by", List.of("region"), "measures", List.of("orders"), "order", List.of("-orders"));
        List<Object[]> all = query(asked).arranged(new ArrayList<>(rows));
        for (int limit : new int[] {1, 5, 29, 30, 31}) {
            Map<String, List<String>> limited = new HashMap<>(asked);
            limited.put("limit", List.of(Integer.toString(limit)));
            assertEquals(all.subList(0, Math.min(limit, 30)), query(limited).arranged(new ArrayList<>(rows)));
        }
    }

    @Test
    void refusesWhatDoesNotGoTogether() {
        assertRefused("last", "last", "1h", "to", "2026-03-29");
        assertRefused("to", "from", "2026-03-29", "to", "2026-03-29");
        assertRefused("every", "window", "5m", "every", "1h");
        assertRefused("every", "window", "1mo", "every", "5m");
        assertRefused("every", "window", "300mo", "every", "5m");
        assertRefused("fill", "window", "1h", "fill", "zero");
        HttpProblem twice = assertThrows(HttpProblem.class, () -> query(Map.of("limit", List.of("1", "2"))));
        assertEquals("limit", twice.toJson().get("field"));
    }

    @Test
    void refusesFiltersThatLackTheirOperands() {
        for (String filter : List.of(
                "{'dimension':'region','op':'in'}",
                "{'dimension':'region','op':'range'}",
                "{'dimension':'region','op':'is_null','values':['x']}",
                "{'dimension':'region','op':'in','values':['x'],'from':'y'}",
                "{'dimension':'region','op':'like','values':['x']}",
                "{'dimension':'region','values':[null]}",
                "{'dimension':'region','value':'x'}",
                "{'op':'is_null'}",
                "'region'")) {
            HttpProblem problem =
                    assertThrows(HttpProblem.class, () -> post("{'view':'revenue','filter':[" + filter + "]}"), filter);
            assertTrue(problem.getMessage().contains("filter"), problem.getMessage());
        }
        assertThrows(HttpProblem.class, () -> post("{'view':'revenue','order':[{'by':'orders','desc':true}]}"));
        assertThrows(HttpProblem.class, () -> post("{}"));
        assertThrows(HttpProblem.class, () -> post("[]"));
    }

    @Test
    void filterValuesHaveTheTypeOfTheirDimension() {
        assertEquals(new Filter.In(2, java.util.Set.of(new BigDecimal("1.50")), true), filter("amount", "1.5"));
        assertEquals(new Filter.In(1, java.util.Set.of(true), true), filter("ok", "TRUE"));
        assertEquals(new Filter.In(3, java.util.Set.of(LocalDate.of(2026, 5, 1)), true), filter("day", "2026-05-01"));
        assertEquals(
                new Filter.In(4, java.util.Set.of(Instant.parse("2026-05-01T10:00:00Z")), true),
                filter("seen", "2026-05-01T12:00:00+02:00"));
        assertEquals(new Filter.In(5, java.util.Set.of(7L), true), filter("size", "7"));
        assertEquals(new Filter.In(6, java.util.Set.of(0.5), true), filter("weight", "0.5"));
    }

    @Test
    void zeroesThatSayNothingAreNoDigits() {
        assertEquals(new Filter.In(2, java.util.Set.of(new BigDecimal("100.00")), true), filter("amount", "1e2"));
        assertEquals(new Filter.In(2, java.util.Set.of(new BigDecimal("0.50")), true), filter("amount", "0.50000"));
        assertEquals(new Filter.In(2, java.util.Set.of(new BigDecimal("0.00")), true), filter("amount", "0e20000000"));
    }

    @Test
    void onlyIsNullAcceptsANull() {
        List<Object> none = Arrays.asList(null, null, null, null, null, null, null);
        assertTrue(new Filter.IsNull(0).test(none));
        assertTrue(!new Filter.In(0, java.util.Set.of("EU"), false).test(none));
        assertTrue(!new Filter.Between(0, Optional.of("A"), Optional.empty()).test(none));
    }

    @Test
    void datesAndTimesWithoutOffsetAreMeantInTheDeploymentsTimezone() {
        Query query = query(Map.of("from", List.of("2026-03-29"), "to", List.of("2026-03-29T12:00:00")));
        assertEquals(Instant.parse("2026-03-28T23:00:00Z"), query.range().from().orElseThrow());
        assertEquals(Instant.parse("2026-03-29T10:00:00Z"), query.range().to().orElseThrow());
    }

    @Test
    void rangesReachAsFarAsEventsDo() {
        Query query = query(Map.of("from", List.of("0001-01-01T00:00:00Z"), "to", List.of("9999-12-31T00:00:00Z")));
        assertEquals(-62_135_596_800_000_000L, query.selection().from());
        assertEquals(253_402_214_400_000_000L, query.selection().to());
        assertEquals(
                -62_135_596_800_000_000L,
                query(Map.of("from", List.of("0001-01-01T00:00:00Z"), "window", List.of("15m")))
                        .selection()
                        .from());
    }

    @Test
    void lastEndsAtTheNextPaneAndCountsCalendarDays() {
        Query hour = query(Map.of("last", List.of("1h")));
        assertEquals(Instant.parse("2026-03-29T10:05:00Z"), hour.range().to().orElseThrow());
        assertEquals(Instant.parse("2026-03-29T09:05:00Z"), hour.range().from().orElseThrow());
        Query day = query(Map.of("last", List.of("1d")));
        assertEquals(
                Duration.ofHours(23),
                Duration.between(
                        day.range().from().orElseThrow(), day.range().to().orElseThrow()));
    }

    @Test
    void aWindowBelongsIfItsStartLiesInTheRange() {
        Selection selection = query(Map.of(
                        "from", List.of("2026-03-02T10:05:00Z"),
                        "to", List.of("2026-03-02T12:05:00Z"),
                        "window", List.of("1h")))
                .selection();
        assertEquals(Micros.of(Instant.parse("2026-03-02T11:00:00Z")), selection.from());
        assertEquals(Micros.of(Instant.parse("2026-03-02T13:00:00Z")), selection.to());
        Selection empty = query(Map.of(
                        "from", List.of("2026-03-02T10:05:00Z"),
                        "to", List.of("2026-03-02T10:10:00Z"),
                        "window", List.of("1h")))
                .selection();
        assertEquals(empty.from(), empty.to());
    }

    @Test
    void anOffsetsPlusMayArriveAsASpace() {
        Query query = query(Map.of("from", List.of("2026-03-29"), "timezone", List.of(" 05:30")));
        assertEquals(Instant.parse("2026-03-28T18:30:00Z"), query.range().from().orElseThrow());
    }

    @Test
    void overlappingWindowsCountAsFarAsTheLastOfThemReaches() {
        Selection selection = query(Map.of(
                        "from", List.of("2026-03-02T10:05:00Z"),
                        "to", List.of("2026-03-02T12:05:00Z"),
                        "window", List.of("1h"),
                        "every", List.of("10m")))
                .selection();
        assertEquals(Micros.of(Instant.parse("2026-03-02T10:10:00Z")), selection.from());
        assertEquals(Micros.of(Instant.parse("2026-03-02T13:00:00Z")), selection.to());
    }

    @Test
    void aTimezoneOfTheQuerysOwnSaysWhereItsDaysBegin() {
        Query query = query(Map.of(
                "from", List.of("2026-03-29"),
                "to", List.of("2026-03-29T12:00:00"),
                "timezone", List.of("Asia/Kolkata"),
                "window", List.of("1d")));
        assertEquals(Instant.parse("2026-03-28T18:30:00Z"), query.range().from().orElseThrow());
        assertEquals(
                Micros.of(Instant.parse("2026-03-28T18:30:00Z")),
                query.selection().from());
        assertEquals(
                Micros.of(Instant.parse("2026-03-29T18:30:00Z")),
                query.selection().to());
    }

    @Test
    void addressesAndBodiesSayTheSame() throws Exception {
        Map<String, List<String>> parameters = new LinkedHashMap<>();
        parameters.put("by", List.of("region,ok"));
        parameters.put("window", List.of("1h"));
        parameters.put("every", List.of("1h"));
        parameters.put("filter[region]", List.of("EU", "US"));
        parameters.put("measures", List.of("orders"));
        parameters.put("order", List.of("-orders,region"));
        parameters.put("limit", List.of("3"));
        parameters.put("timezone", List.of("Asia/Kolkata"));
        parameters.put("fill", List.of("null"));
        parameters.put("from", List.of("2026-03-02"));
        parameters.put("to", List.of("2026-03-03"));
        parameters.put("finality", List.of("final"));
        parameters.put("at_least", List.of("{\"orders\":{\"0\":7}}"));
        parameters.put("wait", List.of("2s"));
        parameters.put("max_lag", List.of("5s"));
        parameters.put("on_missing", List.of("return"));
        parameters.put("decimals", List.of("number"));
        assertEquals(
                UrlQuery.parse("revenue", parameters),
                request("{'view':'revenue','by':['region','ok'],'window':'1h','every':'1h',"
                        + "'filter':[{'dimension':'region','op':'in','values':['EU','US']}],'measures':['orders'],"
                        + "'order':[{'by':'orders','descending':true},{'by':'region'}],'limit':3,"
                        + "'timezone':'Asia/Kolkata','fill':'null','from':'2026-03-02','to':'2026-03-03',"
                        + "'finality':'final',"
                        + "'at_least':{'orders':{'0':7}},'wait':'2s','max_lag':'5s','on_missing':'return',"
                        + "'decimals':'number'}"));
    }

    private static void assertRefused(String field, String one, String first, String other, String second) {
        HttpProblem problem =
                assertThrows(HttpProblem.class, () -> query(Map.of(one, List.of(first), other, List.of(second))));
        assertEquals(field, problem.toJson().get("field"));
    }

    private static Filter filter(String dimension, String value) {
        return query(Map.of("filter[" + dimension + "]", List.of(value)))
                .filters()
                .get(0);
    }

    private static Query query(Map<String, List<String>> parameters) {
        return Query.of(UrlQuery.parse("revenue", parameters), VIEW, BERLIN, NOW);
    }

    private static void post(String json) throws Exception {
        Query.of(request(json), VIEW, BERLIN, NOW);
    }

    private static QueryRequest request(String json) throws Exception {
        return QueryRequest.parse(new ObjectMapper().readTree(json.replace('\'', '"')));
    }

    private static View view() {
        List<Field> dimensions = List.of(
                new Field("region", ValueType.STRING),
                new Field("ok", ValueType.BOOLEAN),
                new Field("amount", ValueType.decimal(10, 2)),
                new Field("day", ValueType.DATE),
                new Field("seen", ValueType.TIMESTAMP),
                new Field("size", ValueType.BIGINT),
                new Field("weight", ValueType.DOUBLE));
        Map<String, String> expressions = new LinkedHashMap<>();
        dimensions.forEach(field -> expressions.put(field.name(), field.name()));
        MeasureCall count = MeasureCall.parse("count()");
        MeasureCall top = MeasureCall.parse("approx_top_k(region, 3)");
        return new View(
                new ViewDefinition(
                        "revenue",
                        "",
                        "orders",
                        Layers.BOTH,
                        Optional.empty(),
                        new Pane(Durations.parse("5m")),
                        expressions,
                        new TreeMap<>(Map.of("orders", count, "top", top))),
                dimensions,
                List.of(
                        new Measure("orders", count, new Count()),
                        new Measure("top", top, top.over(ValueType.STRING))));
    }
}
