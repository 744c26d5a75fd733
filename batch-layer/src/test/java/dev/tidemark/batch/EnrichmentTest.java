package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.compile.Contributions;
import dev.tidemark.compile.EnrichedEvents;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceChange;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Views over what events take from a reference table: the same in both layers, and switched as a changed view is. */
class EnrichmentTest {

    private static final Instant FIRST = Instant.parse("2001-01-01T00:00:00Z");
    private static final List<String> REGIONS = List.of("EU", "US", "APAC", "MARS", "\"");
    private static final int EVENTS = 600;

    @TempDir
    Path folder;

    private EnrichedShop files;

    @BeforeEach
    void aShop() throws IOException {
        files = new EnrichedShop(folder);
    }

    /** A row of the reference table, valid in {@code [from, to)}. */
    private record Area(String region, String area, BigDecimal tax, Instant from, Instant to) {

        boolean is(Order order) {
            return region.equals(order.region())
                    && !order.at().isBefore(from)
                    && order.at().isBefore(to);
        }

        String csv() {
            return String.join(
                    ",", quoted(region), area, tax == null ? "" : tax.toString(), from.toString(), to.toString());
        }

        private static String quoted(String text) {
            return "\"" + text.replace("\"", "\"\"") + "\"";
        }
    }

    private record Order(String region, Instant at, BigDecimal amount, int quantity) {

        String json() {
            String key = region == null ? "null" : "\"" + region.replace("\"", "\\\"") + "\"";
            return "{\"id\": 1, \"at\": \"%s\", \"region\": %s, \"amount\": %s, \"quantity\": %d}"
                    .formatted(at, key, amount, quantity);
        }
    }

    /** What the view {@code taxes} comes to in one pane. */
    private record Taxes(long orders, long known, BigDecimal taxes, long least) {

        static Taxes of(Order order, BigDecimal tax) {
            BigDecimal due = tax == null ? null : order.amount().multiply(tax);
            return new Taxes(1, tax == null ? 0 : 1, due, order.quantity());
        }

        Taxes plus(Taxes other) {
            BigDecimal sum = taxes == null || other.taxes == null
                    ? (taxes == null ? other.taxes : taxes)
                    : taxes.add(other.taxes);
            return new Taxes(orders + other.orders, known + other.known, sum, Math.min(least, other.least));
        }
    }

    private static List<Area> areas(Random random) {
        List<Area> areas = new ArrayList<>();
        for (String region : REGIONS) {
            Instant from = FIRST;
            while (!region.equals("MARS") && from.isBefore(FIRST.plus(20, ChronoUnit.HOURS))) {
                Instant to = from.plus(1 + random.nextInt(300), ChronoUnit.MINUTES);
                BigDecimal tax = random.nextInt(5) == 0 ? null : BigDecimal.valueOf(random.nextInt(300), 3);
                areas.add(new Area(region, "area" + random.nextInt(3), tax, from, to));
                // Sometimes nothing is valid for a while.
                from = random.nextBoolean() ? to : to.plus(random.nextInt(100), ChronoUnit.MINUTES);
            }
        }
        Collections.shuffle(areas, random);
        return areas;
    }

    private static Order order(Random random, List<Area> areas) {
        Area some = areas.get(random.nextInt(areas.size()));
        Instant edge = random.nextBoolean() ? some.from() : some.to();
        Instant at = random.nextInt(3) == 0
                ? edge.plusMillis(random.nextInt(3) - 1)
                : FIRST.plusMillis(random.nextInt(86_400_000));
        String region = random.nextInt(10) == 0 ? null : REGIONS.get(random.nextInt(REGIONS.size()));
        return new Order(region, at, BigDecimal.valueOf(random.nextInt(100_000), 2), random.nextInt(100));
    }

    @Test
    void bothLayersAgreeWithAPlainLookup() throws IOException {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Area> areas = areas(random);
        files.csv(areas.stream().map(Area::csv).toArray(String[]::new));
        files.load();
        Shop shop = files.shop();
        Map<List<Object>, Taxes> expected = new HashMap<>();
        for (int partition = 0; partition < 2; partition++) {
            List<String> lines = new ArrayList<>();
            for (int i = 0; i < EVENTS / 2; i++) {
                Order order = order(random, areas);
                lines.add(random.nextInt(20) == 0 ? "nonsense" : order.json());
                if (!lines.get(i).equals("nonsense")) {
                    add(expected, order, areas);
                }
            }
            shop.send(partition, lines.toArray(String[]::new));
        }
        shop.archive();
        shop.recompute();
        assertEquals(expected, readable(shop));
        assertEquals(expected, streamed(shop));
    }

    private static void add(Map<List<Object>, Taxes> cells, Order order, List<Area> areas) {
        Area area = areas.stream().filter(row -> row.is(order)).findFirst().orElse(null);
        BigDecimal tax = area == null ? null : area.tax();
        if (tax == null || tax.signum() > 0) {
            List<Object> cell = new ArrayList<>();
            cell.add(order.at().truncatedTo(ChronoUnit.HOURS));
            cell.add(area == null ? null : area.area());
            cells.merge(cell, Taxes.of(order, tax), Taxes::plus);
        }
    }

    private static Map<List<Object>, Taxes> readable(Shop shop) {
        Map<List<Object>, Taxes> cells = new HashMap<>();
        for (Row row : shop.rows(shop.deployment.warehouse().view("taxes")).collectAsList()) {
            List<Object> cell = new ArrayList<>(List.of(row.getInstant(1)));
            cell.add(row.getAs("area"));
            cells.put(cell, new Taxes(row.getAs("orders"), row.getAs("known"), row.getAs("taxes"), row.getAs("least")));
        }
        return cells;
    }

    /** What the speed layer evaluates, of the same judged events. */
    private static Map<List<Object>, Taxes> streamed(Shop shop) {
        DefinitionSet set = Definitions.resolve(shop.deployment).get(0).streamed();
        Dataset<Row> judged = shop.rows(shop.master().table()).select("verdict", "event_time", "event");
        ReferenceRows references = references(shop);
        List<Row> rows = Contributions.of(EnrichedEvents.of(judged, set.enrichments(), references), set)
                .collectAsList();
        assertEquals(EVENTS, rows.size());
        int view = 1 + set.views().indexOf(set.view("taxes").orElseThrow());
        Map<List<Object>, Taxes> cells = new HashMap<>();
        for (Row row : rows) {
            Row contribution = row.getStruct(view);
            if (contribution != null && contribution.getString(0).equals("COUNTED")) {
                List<Object> cell = new ArrayList<>(List.of(contribution.getInstant(1)));
                cell.add(contribution.get(2));
                cells.merge(cell, taxes(contribution), Taxes::plus);
            }
        }
        return cells;
    }

    private static Taxes taxes(Row contribution) {
        long known = contribution.isNullAt(3) ? 0 : 1;
        return new Taxes(1, known, contribution.getDecimal(4), contribution.getLong(5));
    }

    private static ReferenceRows references(Shop shop) {
        return new ReferenceRows(shop.deployment.warehouse()::reference, shop.deployment.warehouse()::versionOf);
    }

    @Test
    void aNewVersionSwitchesTheViewsThatUseItAndNoOther() throws IOException {
        files.csv("EU,Europe,0.190,,");
        files.load();
        Shop before = files.shop();
        before.send(
                0,
                Shop.order(1, "2001-01-01T10:00:01Z", "EU", "100.00", 3),
                Shop.order(2, "2001-01-02T10:00:01Z", "US", "10.00", 1));
        before.archive();
        before.recompute();
        Publication one = before.published();
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,Europe,1,1,19.00000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,null,1,0,null,1]"),
                before.readable("taxes"));

        files.csv("EU,Europe,0.200,,", "US,States,0.100,,");
        assertFalse(before.recompute().published(), "what is loaded counts");
        files.load();
        Shop after = files.shop();
        List<SourceChange> changes = SourceChange.of(after.deployment);
        assertEquals(
                List.of("enrich.regions is [area, tax] by region, version 1, was [area, tax] by region, version 0"),
                changes.get(0).changes());
        after.recompute();
        Publication two = after.published();
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,Europe,1,1,20.00000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,States,1,1,1.00000,1]"),
                after.readable("taxes"));
        LocalDate day = LocalDate.of(2001, 1, 1);
        assertNotEquals(id(one, "taxes", day), id(two, "taxes", day));
        assertEquals(id(one, "revenue", day), id(two, "revenue", day), "it uses nothing of the table");
        assertEquals(
                1,
                after.deployment
                        .warehouse()
                        .publishedDefinitions("orders", two.source("orders").orElseThrow())
                        .get(0)
                        .enrichments()
                        .get(0)
                        .version());
        assertFalse(after.recompute().published(), "once is enough");

        files.csv("EU,Europe,0.190,,");
        assertEquals(2, files.load().version());
        RefusedException refused =
                assertThrows(RefusedException.class, () -> files.shop().recompute());
        assertTrue(refused.getMessage().contains("recompute --revert"), refused::getMessage);
    }

    private static String id(Publication publication, String view, LocalDate day) {
        return publication.segmentsOf(view).get(day).id();
    }

    @Test
    void theJoinReadsNoFieldThatTheViewDoesNotUse() throws IOException {
        files.csv("EU,Europe,0.190,,");
        files.load();
        Shop shop = files.shop();
        shop.send(0, Shop.order(1, "2001-01-01T10:00:01Z", "EU", "100.00", 3));
        shop.archive();
        DefinitionSet set = Definitions.resolve(shop.deployment).get(0).streamed();
        Dataset<Row> judged = shop.rows(shop.master().table()).select("verdict", "event_time", "event");
        ReferenceRows references = references(shop);
        Dataset<Row> enriched = EnrichedEvents.of(judged, set.enrichments(), references);
        String plan = Contributions.ofPassing(enriched, set.view("taxes").orElseThrow(), true)
                .queryExecution()
                .executedPlan()
                .toString();
        assertTrue(plan.contains("BroadcastHashJoin"), plan);
        assertTrue(plan.contains("event:struct<region:string,amount:decimal(10,2),quanti"), plan);
    }

    @Tag("thorough")
    @Test
    void recomputeLoadsWhatWasNeverLoaded() throws IOException {
        files.csv("EU,Europe,0.190,,");
        Shop shop = files.shop();
        shop.send(0, Shop.order(1, "2001-01-01T10:00:01Z", "EU", "100.00", 3));
        String config = files.path("tidemark.yaml").toString();
        assertEquals(0, BatchMain.run("check", "-c", config));
        assertEquals(0, BatchMain.run("archive", "-c", config));
        assertEquals(0, BatchMain.run("recompute", "-c", config));
        assertEquals(0, BatchMain.run("check", "--diff", "-c", config));
        assertEquals(
                List.of("[2001-01-01,2001-01-01T10:00:00Z,Europe,1,1,19.00000,3]"),
                files.shop().readable("taxes"));
    }

    @Tag("thorough")
    @Test
    void eventsThatFailOverWhatTheyTakeAreDeadLetters() throws IOException {
        files.write(
                "views/taxes.yaml",
                """
                name: taxes
                source: orders
                pane: 1h
                measures: {parts: sum(quantity div cast(tax * 1000 as int))}
                """);
        files.csv("EU,Europe,0.000,,", "US,States,0.100,,");
        files.load();
        Shop shop = files.shop();
        shop.send(
                0,
                Shop.order(1, "2001-01-01T10:00:01Z", "EU", "100.00", 3),
                Shop.order(2, "2001-01-01T10:00:01Z", "US", "100.00", 300));
        shop.archive();
        shop.recompute();
        assertEquals(List.of("[2001-01-01,2001-01-01T10:00:00Z,3]"), shop.readable("taxes"));
        List<Row> letters = shop.rows(shop.deployment.warehouse().deadLetters()).collectAsList();
        assertEquals(1, letters.size());
        assertEquals("taxes", letters.get(0).getAs("view"));
        assertEquals(0L, letters.get(0).<Long>getAs("offset"));
    }

    @Test
    void aPatternMayUseWhatItsEventsTake() throws IOException {
        files.write(
                "views/taxes.yaml",
                """
                name: taxes
                source: orders
                pattern: {by: id, steps: ["tax > 0.1", "tax is null"], within: 1h}
                measures: {frauds: count()}
                """);
        files.csv("EU,Europe,0.190,,", "US,States,0.100,,");
        files.load();
        Shop shop = files.shop();
        shop.send(
                0,
                Shop.order(1, "2001-01-01T10:00:01Z", "EU", "100.00", 3),
                Shop.order(1, "2001-01-01T10:00:02Z", "US", "100.00", 3),
                Shop.order(1, "2001-01-01T10:00:03Z", "MARS", "100.00", 3));
        shop.archive();
        shop.recompute();
        assertEquals(
                2,
                shop.published()
                        .segmentsOf("taxes")
                        .get(LocalDate.of(2001, 1, 1))
                        .cells(),
                "that of US fits no step");
    }
}
