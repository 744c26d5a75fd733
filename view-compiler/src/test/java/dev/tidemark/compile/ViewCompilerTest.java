package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Layers;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Operator;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.Session;
import dev.tidemark.view.Steps.Comparison;
import dev.tidemark.view.Steps.Side;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ViewCompilerTest {

    private static final ZoneId UTC = ZoneId.of("UTC");

    @Test
    void expressionsHaveTheTypesThatSparkGivesThem() {
        ViewDefinition definition = Orders.view(
                "v",
                "amount > 0",
                "1m",
                Map.of("area", "upper(region)"),
                "count()",
                "sum(amount * 2)",
                "avg(amount)",
                "sum(n)",
                "max(x)",
                "min(cast(at as date))");
        View view = ViewCompiler.resolve(Orders.SOURCE, List.of(definition), UTC)
                .views()
                .get(0);
        assertEquals(List.of(new Field("area", ValueType.STRING)), view.dimensions());
        assertEquals(
                List.of("bigint", "decimal(38,2)", "decimal(16,6)", "bigint", "double", "date"),
                view.measures().stream()
                        .map(measure -> measure.aggregate().result().toString())
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "regio | regio",
                "sum(n) | not an expression over one event",
                "row_number() over (order by n) | not an expression over one event",
                "(select 1) | ",
                "rand() | not deterministic",
                "uuid() | not deterministic",
                "concat(uuid(), region) | not deterministic (Uuid)",
                "hash(*) | uses *; name the fields",
                "to_json(struct(*)) | uses *; name the fields",
                "timestamp 'now' | the time 'now', which depends on the present time",
                "timestamp /* when */ ' Today' | depends on the present time",
                "timestamp '12:30' | the time '12:30', which depends on the present time",
                "date 'yesterday' | depends on the present time",
                "at > cast('now' as timestamp) | depends on the present time",
                "cast(concat('to', 'morrow') as date) | depends on the present time",
                "to_date('today') | depends on the present time",
                "cast(text as timestamp) | use to_timestamp(string, format)",
                "try_cast(text as timestamp) | use to_timestamp(string, format)",
                "to_timestamp(text) | use to_timestamp(string, format)",
                "at > text | use to_timestamp(string, format)",
                "current_timestamp() | present time",
                "now() | present time",
                "current_date() | present time",
                "tags | accepted are boolean, integers, double",
                "region collate UTF8_LCASE | is of type string collate UTF8_LCASE; accepted are boolean",
                "region as r | without AS",
                "region + | ",
                "explode(tags) | "
            })
    void whatNoViewMayUseIsRefused(String expression, String message) {
        ViewDefinition view = Orders.view("v", null, "1m", Map.of("d", expression), "count()");
        InvalidViewsException refused = assertThrows(
                InvalidViewsException.class, () -> ViewCompiler.resolve(Orders.SOURCE, List.of(view), UTC));
        assertEquals("dimensions.d", refused.problems().get(0).field());
        assertTrue(refused.getMessage().contains(message == null ? "" : message), refused::getMessage);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "count(nope) | nope",
                "count(rand()) | not deterministic",
                "sum(sum(n)) | not an expression over one event: aggregates",
                "max(count(*)) | not an expression over one event: aggregates",
                "stddev(region) | stddev needs a number, but its argument is of type string",
                "first(tags) | accepted are boolean, integers, double",
                "approx_percentile(region, 0.5) | approx_percentile needs a number, but its argument is of type string",
                "approx_percentile(at, 0.5) | needs a number, but its argument is of type timestamp",
                "approx_percentile(avg(n), 0.5) | not an expression over one event: aggregates",
                "approx_count_distinct(tags) | accepted are boolean, integers, double",
                "approx_top_k(cast(text as binary), 3) | is of type binary; accepted are boolean"
            })
    void whatNoMeasureCanTakeIsRefused(String measure, String message) {
        ViewDefinition view = Orders.view("v", null, "1m", Map.of(), measure);
        InvalidViewsException refused = assertThrows(
                InvalidViewsException.class, () -> ViewCompiler.resolve(Orders.SOURCE, List.of(view), UTC));
        assertEquals("measures.m0", refused.problems().get(0).field());
        assertTrue(refused.getMessage().contains(message), refused::getMessage);
    }

    private static ViewDefinition pattern(String first, String second, String unless) {
        ViewDefinition panes = Orders.view("v", null, "1m", Map.of("region", "region"), "count()");
        Pattern pattern =
                new Pattern("region", List.of(first, second), Duration.ofMinutes(1), Optional.ofNullable(unless));
        return new ViewDefinition(
                "v", "", "orders", Layers.BOTH, Optional.empty(), pattern, panes.dimensions(), panes.measures());
    }

    @Test
    void whatStepsCompareIsCarriedInTheTypesInWhichSparkWouldCompareIt() {
        ViewDefinition definition = pattern(
                "amount < 1.00", "amount > 10 * step1.amount and step1.n = x and step1.text <> lower(region)", null);
        View view = ViewCompiler.resolve(Orders.SOURCE, List.of(definition), UTC)
                .views()
                .get(0);
        assertEquals(
                List.of("decimal(15,2)", "decimal(15,2)", "double", "double", "string", "string"),
                view.steps().orElseThrow().values().stream()
                        .map(Object::toString)
                        .toList());
        assertEquals(
                List.of(
                        new Comparison(new Side(1, 0), Operator.GREATER, new Side(0, 1)),
                        new Comparison(new Side(0, 2), Operator.EQUAL, new Side(1, 3)),
                        new Comparison(new Side(0, 4), Operator.DIFFERENT, new Side(1, 5))),
                view.steps().orElseThrow().comparisons());
        assertEquals(
                List.of("string", "bigint", "decimal(15,2)"),
                view.shape().dimensions().stream()
                        .map(field -> field.type().toString())
                        .limit(3)
                        .toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "steps | amount | true | step 1: 'amount' is of type decimal(12,2); a boolean is expected",
                "steps | nope > 1 | true | step 1: 'nope > 1': A column",
                "steps | n > 1 | n > step1.nope | step 2: 'n > step1.nope': A column",
                "steps | n > 1 | n > step2.n | names step2, which does not lie before it; known here are [step1]",
                "steps | n > step1.n | true | names step1, which does not lie before it; no step is known here",
                "steps | n > 1 | n > step0.n | names step0, which does not lie before it; known here are [step1]",
                "steps | n > 1 | n + step1.n > 3 | takes both events at once; accepted are comparisons (<, <=, >, >=, =, <>)",
                "steps | n > 1 | n > 1 or step1.n > 3 | takes both events at once",
                "steps | n > 1 | n <=> step1.n | takes both events at once",
                "steps | n > 1 | region collate UTF8_LCASE = step1.region | compares values of type string collate UTF8_LCASE",
                "steps | n > 1 | tags = step1.tags | compares values of type array<string>",
                "steps | n > 1 | at > step1.text | use to_timestamp(string, format)",
                "steps | rand() > 0.5 | true | step 1: 'rand() > 0.5' is not deterministic",
                "unless | n > 1 | true | unless: 'n > step1.n' names step1, which does not lie before it; no step is known"
            })
    void whatNoStepCanBeIsRefused(String field, String first, String second, String message) {
        ViewDefinition view = pattern(first, second, field.equals("unless") ? "n > step1.n" : null);
        InvalidViewsException refused = assertThrows(
                InvalidViewsException.class, () -> ViewCompiler.resolve(Orders.SOURCE, List.of(view), UTC));
        assertEquals("pattern." + field, refused.problems().get(0).field());
        assertTrue(refused.getMessage().contains(message), refused::getMessage);
    }

    @Test
    void incrementsCarryInputsInTheTypesThatAreCounted() {
        ViewDefinition definition = Orders.view(
                "v",
                null,
                "1m",
                Map.of(),
                "count(tags)",
                "stddev(n)",
                "first(amount)",
                "approx_count_distinct(at)",
                "approx_count_distinct(amount)",
                "approx_percentile(amount, 0.5)",
                "approx_percentile(cast(n as int), 0.5)",
                "approx_top_k(amount, 3)");
        View view = ViewCompiler.resolve(Orders.SOURCE, List.of(definition), UTC)
                .views()
                .get(0);
        assertEquals(
                List.of("boolean", "double", "decimal(12,2)", "bigint", "string", "double", "bigint", "decimal(12,2)"),
                view.shape().inputs().stream()
                        .map(input -> input.type().toString())
                        .toList());
        assertEquals(
                List.of(
                        "bigint",
                        "double",
                        "decimal(12,2)",
                        "bigint",
                        "bigint",
                        "double",
                        "bigint",
                        "array<struct<item:decimal(12,2),count:bigint>>"),
                view.measures().stream()
                        .map(measure -> measure.aggregate().result().toString())
                        .toList());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "at > timestamp '2026-01-01'",
                "at > '2026-01-01 00:00:00'",
                "to_timestamp(text, 'yyyy-MM-dd HH:mm')",
                "cast(text as date)",
                "date '2026-01-31'",
                "concat(text, 'now')"
            })
    void timesThatDoNotDependOnThePresentAreAccepted(String expression) {
        ViewDefinition view = Orders.view("v", null, "1m", Map.of("d", expression), "count()");
        assertEquals(
                1,
                ViewCompiler.resolve(Orders.SOURCE, List.of(view), UTC).views().size());
    }

    @Test
    void everyProblemOfEveryViewIsReportedAtOnce() {
        List<ViewDefinition> views = List.of(
                Orders.view("a", "region", "1m", Map.of("d", "nope"), "sum(region)", "sum(wide)"),
                Orders.view("b", null, "1m", Map.of(), "max(nope)"));
        InvalidViewsException refused =
                assertThrows(InvalidViewsException.class, () -> ViewCompiler.resolve(Orders.SOURCE, views, UTC));
        assertEquals(
                List.of("a where", "a dimensions.d", "a measures.m0", "a measures.m1", "b measures.m0"),
                refused.problems().stream()
                        .map(problem -> problem.view() + " " + problem.field())
                        .toList());
        assertTrue(refused.getMessage().contains("where: is of type string; a boolean is expected"));
        assertTrue(refused.getMessage().contains("sum needs a number, but its argument is of type string"));
        assertTrue(refused.getMessage().contains("cast it to decimal(28,2)"));
    }

    @Test
    void aProblemWithWhatSessionsAreByStandsWhereItIsStated() {
        assertEquals(List.of("session.by"), problemFields(sessions("user", Map.of("user", "user"))), "it is no field");
        assertEquals(List.of("dimensions.user"), problemFields(sessions("user", Map.of("user", "lower(user)"))));
        assertEquals(List.of(), problemFields(sessions("region", Map.of("region", "region"))));
    }

    private static ViewDefinition sessions(String by, Map<String, String> dimensions) {
        return new ViewDefinition(
                "visits",
                "",
                "orders",
                Layers.BOTH,
                Optional.empty(),
                new Session(by, Duration.ofMinutes(30), 1),
                dimensions,
                Map.of("orders", MeasureCall.parse("count()")));
    }

    private static List<String> problemFields(ViewDefinition view) {
        return ViewCompiler.problemsOf(view, Orders.SOURCE.schema(), List.of()).stream()
                .map(ViewProblem::field)
                .toList();
    }
}
