package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Enrichment;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Source;
import dev.tidemark.schema.ValueType;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.apache.avro.Schema;
import org.junit.jupiter.api.Test;

/** What decides what an event contributes is in the identity, and nothing else is. */
class DefinitionSetTest {

    private static final ZoneId UTC = ZoneId.of("UTC");
    private static final String SCHEMA =
            """
            {"type": "record", "name": "Order", "doc": "An order.", "fields": [
              {"name": "at", "doc": "When.", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "note", "type": {"type": "map", "values": "string"}, "default": {"doc": "none"}},
              {"name": "amount", "type": "int", "default": 1}]}""";
    private static final ViewDefinition ONE = view("one", "", "amount > 0", "1m", "count()");
    private static final ViewDefinition TWO = view("two", "", "amount > 0", "1h", "sum(amount)");
    private static final String ID = idOf(SCHEMA);

    private static Source source(String schema) {
        return new Source(
                "orders",
                "orders",
                new Schema.Parser().parse(schema),
                "at",
                Optional.empty(),
                Source.DEFAULT_ALLOWED_LATENESS,
                Source.DEFAULT_EARLIEST,
                Source.DEFAULT_HORIZON);
    }

    private static Source judging(Duration lateness, Instant earliest, Duration horizon) {
        Source same = source(SCHEMA);
        return new Source(
                same.name(), same.topic(), same.schema(), "at", Optional.empty(), lateness, earliest, horizon);
    }

    private static ViewDefinition view(String name, String description, String where, String pane, String measure) {
        return new ViewDefinition(
                name,
                description,
                "orders",
                Layers.BOTH,
                Optional.of(where),
                new Pane(Durations.parse(pane)),
                Map.of("size", "amount"),
                Map.of("it", MeasureCall.parse(measure)));
    }

    private static String idOf(String schema) {
        return DefinitionSet.idOf(source(schema), List.of(ONE, TWO), UTC);
    }

    private static String idWith(UnaryOperator<String> change) {
        return idOf(change.apply(SCHEMA));
    }

    private static String idOf(Source source, ViewDefinition... views) {
        return DefinitionSet.idOf(source, List.of(views), UTC);
    }

    @Test
    void wordsForReadersAndTheOrderOfFilesAreNotInIt() {
        assertEquals(
                ID, idWith(schema -> schema.replace("An order.", "One order.").replace("When.", "Then.")));
        assertEquals(ID, idWith(schema -> schema.replace("\n", " ")));
        assertEquals(ID, idOf(source(SCHEMA), TWO, ONE));
        assertEquals(ID, idOf(source(SCHEMA), view("one", "Described.", "amount > 0", "1m", "count()"), TWO));
    }

    @Test
    void theSchemaIsInIt() {
        assertNotEquals(ID, idWith(schema -> schema.replace("\"default\": 1", "\"default\": 2")));
        assertNotEquals(ID, idWith(schema -> schema.replace("\"doc\": \"none\"", "\"doc\": \"some\"")));
        assertNotEquals(ID, idWith(schema -> schema.replace("\"int\"", "\"long\"")));
        assertNotEquals(ID, idWith(schema -> schema.replace("timestamp-millis", "timestamp-micros")));
    }

    @Test
    void theJudgingRulesAndTheTimezoneAreInIt() {
        Duration lateness = Source.DEFAULT_ALLOWED_LATENESS;
        Instant earliest = Source.DEFAULT_EARLIEST;
        Duration horizon = Source.DEFAULT_HORIZON;
        assertEquals(ID, idOf(judging(lateness, earliest, horizon), ONE, TWO));
        assertNotEquals(ID, idOf(judging(lateness.plusMillis(1), earliest, horizon), ONE, TWO));
        assertNotEquals(ID, idOf(judging(lateness, earliest.plusMillis(1), horizon), ONE, TWO));
        assertNotEquals(ID, idOf(judging(lateness, earliest, horizon.plusMillis(1)), ONE, TWO));
        assertNotEquals(ID, DefinitionSet.idOf(source(SCHEMA), List.of(ONE, TWO), ZoneId.of("Asia/Tokyo")));
    }

    @Test
    void everyExpressionOfEveryViewIsInIt() {
        assertNotEquals(ID, idOf(source(SCHEMA), ONE));
        assertNotEquals(ID, idOf(source(SCHEMA), view("uno", "", "amount > 0", "1m", "count()"), TWO));
        assertNotEquals(ID, idOf(source(SCHEMA), view("one", "", "amount > 1", "1m", "count()"), TWO));
        assertNotEquals(ID, idOf(source(SCHEMA), view("one", "", "amount > 0", "5m", "count()"), TWO));
        assertNotEquals(ID, idOf(source(SCHEMA), view("one", "", "amount > 0", "1m", "max(amount)"), TWO));
    }

    /** By it segments and increments that exist are found. */
    @Test
    void viewsOfPanesHaveTheIdentityThatTheyHadBeforeThereWereSessions() {
        assertEquals("v1-a1293f33a8b53a6c", ID);
    }

    @Test
    void allThatDecidesSessionsIsInIt() {
        String id = idOf(source(SCHEMA), visits("size", "30m", 2));
        assertEquals(id, idOf(source(SCHEMA), visits("size", "1800s", 2)));
        assertNotEquals(id, idOf(source(SCHEMA), visits("size", "31m", 2)));
        assertNotEquals(id, idOf(source(SCHEMA), visits("size", "30m", 3)));
        assertNotEquals(id, idOf(source(SCHEMA), visits("note", "30m", 2)));
    }

    private static ViewDefinition visits(String by, String gap, int atMost) {
        return new ViewDefinition(
                "visits",
                "",
                "orders",
                Layers.BOTH,
                Optional.empty(),
                new Session(by, Session.gap(gap), atMost),
                new TreeMap<>(Map.of("size", "amount", "note", "'a'")),
                Map.of("it", MeasureCall.parse("count()")));
    }

    private static Enrichment sizes(long version, String content, Field... columns) {
        return new Enrichment("sizes", version, content, "amount", List.of(columns));
    }

    private static Source taking(Enrichment... enrichments) {
        return source(SCHEMA).enrichedBy(List.of(enrichments));
    }

    @Test
    void whatViewsTakeFromAReferenceTableIsInItByContent() {
        Field width = new Field("width", ValueType.DOUBLE);
        ViewDefinition wide = view("wide", "", "Width > 1", "1m", "count()");
        String id = idOf(taking(sizes(3, "abc", width)), wide, TWO);
        assertEquals(id, idOf(taking(sizes(4, "abc", width)), wide, TWO), "the same rows again");
        assertNotEquals(id, idOf(source(SCHEMA), wide, TWO));
        assertNotEquals(id, idOf(taking(sizes(3, "abd", width)), wide, TWO));
        assertNotEquals(id, idOf(taking(sizes(3, "abc", new Field("width", ValueType.BIGINT))), wide, TWO));
        assertNotEquals(id, idOf(taking(new Enrichment("sizes", 3, "abc", "size", List.of(width))), wide, TWO));
        Enrichment other = new Enrichment("colours", 0, "x", "note", List.of(new Field("colour", ValueType.STRING)));
        assertEquals(id, idOf(taking(other, sizes(3, "abc", width)), wide, TWO), "no view names a column of it");
    }

    @Test
    void whatNoViewTakesIsNotInIt() {
        Source source = taking(sizes(3, "abc", new Field("width", ValueType.DOUBLE)));
        assertEquals(ID, idOf(source, ONE, TWO));
        for (ViewDefinition view : List.of(
                view("v", "", "WIDTH > 1", "1m", "count()"),
                view("v", "", "`width`>1", "1m", "count()"),
                view("v", "", "true", "1m", "sum(width)"))) {
            assertEquals(source.enrichments(), view.enrichmentsOf(source), view::toString);
        }
        assertEquals(
                List.of(), view("v", "", "widths > a_width", "1m", "count()").enrichmentsOf(source));
    }

    @Test
    void aFileInTheWarehouseHoldsWhatIsTakenAndStaysAsItWasWithoutIt() {
        Source source = taking(sizes(3, "abc", new Field("width", ValueType.decimal(5, 2))));
        String json = Json.write(StoredSource.of(source));
        assertEquals(
                source.enrichments(),
                Json.read(json, StoredSource.class, "it").toSource().enrichments());
        String without = Json.write(StoredSource.of(source(SCHEMA)));
        assertTrue(!without.contains("enrich"), without);
        assertEquals(
                List.of(),
                Json.read(without, StoredSource.class, "it").toSource().enrichments());
    }

    @Test
    void aFileInTheWarehouseHoldsSessionsAndStaysAsItWasWithoutThem() {
        List<Field> dimensions = List.of(new Field("note", ValueType.STRING), new Field("size", ValueType.BIGINT));
        MeasureCall count = MeasureCall.parse("count()");
        View visits =
                new View(visits("size", "30m", 2), dimensions, List.of(new Measure("it", count, count.over(null))));
        DefinitionSet set = new DefinitionSet("v1-x", source(SCHEMA), UTC, List.of(visits));
        String json = Json.write(StoredDefinitions.of(set));
        assertEquals(
                set.views(),
                Json.read(json, StoredDefinitions.class, "it").toSet().views());
        View panes = new View(ONE, List.of(dimensions.get(1)), visits.measures());
        String before =
                Json.write(StoredDefinitions.of(new DefinitionSet("v1-x", source(SCHEMA), UTC, List.of(panes))));
        assertTrue(before.contains("\"pane\":\"1m\"") && !before.contains("session"), before);
    }
}
