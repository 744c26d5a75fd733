package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
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
}
