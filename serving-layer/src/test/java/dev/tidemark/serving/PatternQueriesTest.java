package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matches over HTTP: of the same events on both sides of the cut, in no order, and across midnights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PatternQueriesTest {

    private static final int EVENTS = 200;
    private static final Instant FROM = Instant.parse("2026-03-28T23:50:00Z");
    private static final Duration LENGTH = Duration.ofMinutes(20);
    private static final Duration WITHIN = Duration.ofMinutes(1);

    private Shop shop;
    private ServingLayer serving;
    private Client client;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        shop = Shop.ofFrauds(directory);
        for (int i = 0; i < EVENTS; i++) {
            // Many are exactly a minute apart.
            Instant time = FROM.plus(Duration.ofSeconds(10L * random.nextInt((int) LENGTH.toSeconds() / 10)));
            String amount =
                    List.of("0.50", "600.00", "700.25", "20.00", "13.00").get(random.nextInt(5));
            shop.sellAndCount(0, time, random.nextBoolean() ? "EU" : "US", amount);
            if (i == EVENTS / 2) {
                shop.publish(Map.of(0, (long) i));
            }
        }
        serving = shop.serve();
        client = Client.ready(serving);
    }

    @AfterAll
    void stop() {
        serving.close();
        shop.close();
    }

    /** A match of the shop's events. */
    private record Fraud(Sale first, Sale last) {

        String line() {
            return "%s %s %s %s %s"
                    .formatted(
                            first.time(),
                            last.time(),
                            last.region(),
                            last.amount(),
                            List.of(first.position(), last.position()));
        }
    }

    /** The matches, from the plain events. */
    private List<Fraud> expected() {
        List<Fraud> frauds = new ArrayList<>();
        for (String region : List.of("EU", "US")) {
            List<Sale> ordered = shop.sales.stream()
                    .filter(sale -> sale.region().equals(region))
                    .sorted(Comparator.comparing(Sale::at))
                    .toList();
            Sale test = null;
            for (Sale sale : ordered) {
                if (sale.fits() == 1) {
                    test = sale;
                } else if (sale.fits() == 4) {
                    test = null;
                } else if (sale.fits() == 2
                        && test != null
                        && !test.time().plus(WITHIN).isBefore(sale.time())) {
                    frauds.add(new Fraud(test, sale));
                }
            }
        }
        return frauds;
    }

    private TreeSet<String> lines(List<Fraud> frauds) {
        return frauds.stream().map(Fraud::line).collect(Collectors.toCollection(TreeSet::new));
    }

    private static TreeSet<String> found(JsonNode rows) {
        TreeSet<String> found = new TreeSet<>();
        for (JsonNode row : rows) {
            List<String> positions = new ArrayList<>();
            row.get("positions").forEach(position -> positions.add(position.asText()));
            found.add("%s %s %s %s %s"
                    .formatted(
                            row.get("match_start").asText(),
                            row.get("match_end").asText(),
                            row.get("region").asText(),
                            row.get("revenue").asText(),
                            positions));
        }
        return found;
    }

    private Client.Reply frauds(String parameters) throws Exception {
        Client.Reply reply = client.get("/v1/views/frauds/query?" + parameters);
        assertEquals(200, reply.status(), () -> reply.json().toString());
        return reply;
    }

    @Test
    void rowsAreTheMatchesOfBothLayersTogether() throws Exception {
        Client.Reply reply = frauds("");
        assertEquals(lines(expected()), found(reply.rows()));
        assertEquals(1, reply.certificate().get("publication").asLong());
        assertEquals(EVENTS, reply.through(0));
        TreeSet<String> ids = new TreeSet<>();
        reply.rows().forEach(row -> ids.add(row.get("match_id").asText()));
        assertEquals(expected().size(), ids.size());
        List<String> columns = new ArrayList<>();
        reply.json()
                .get("columns")
                .forEach(column -> columns.add(column.get("name").asText() + " "
                        + column.get("type").asText() + " "
                        + column.get("role").asText()));
        assertEquals(
                List.of(
                        "match_id string match",
                        "match_start timestamp window",
                        "match_end timestamp window",
                        "region string dimension",
                        "orders bigint measure"),
                columns.subList(0, 5));
        assertEquals(
                List.of("positions array<string> match", "final boolean final"),
                columns.subList(columns.size() - 2, columns.size()));
    }

    @ParameterizedTest
    @CsvSource({"0,600", "590,20", "600,600", "595,1", "120,60"})
    void aRangeHasTheMatchesThatEndInIt(int begin, int seconds) throws Exception {
        Instant from = FROM.plusSeconds(begin);
        Instant to = from.plusSeconds(seconds);
        List<Fraud> expected = expected().stream()
                .filter(fraud -> !fraud.last().time().isBefore(from)
                        && fraud.last().time().isBefore(to))
                .toList();
        assertEquals(lines(expected), found(frauds("from=" + from + "&to=" + to).rows()));
    }

    @Test
    void matchesAreFilteredOrderedAndLimited() throws Exception {
        List<Fraud> ofEurope = expected().stream()
                .filter(fraud -> fraud.last().region().equals("EU"))
                .toList();
        assertEquals(lines(ofEurope), found(frauds("filter[region]=EU").rows()));
        JsonNode rows =
                frauds("order=-revenue,-match_end&limit=3&measures=revenue").rows();
        assertTrue(rows.size() <= 3);
        BigDecimal before = new BigDecimal("1000");
        for (JsonNode row : rows) {
            BigDecimal revenue = new BigDecimal(row.get("revenue").asText());
            assertTrue(revenue.compareTo(before) <= 0);
            before = revenue;
        }
    }

    @Test
    void countedByWindowAndDimensionTheyAreWhatCompletedThem() throws Exception {
        Map<String, Long> expected = new TreeMap<>();
        expected()
                .forEach(fraud -> expected.merge(
                        Instant.ofEpochSecond(fraud.last().time().getEpochSecond() / 300 * 300) + " "
                                + fraud.last().region(),
                        1L,
                        Long::sum));
        Map<String, Long> found = new TreeMap<>();
        frauds("window=5m&by=region&measures=orders")
                .rows()
                .forEach(row -> found.put(
                        row.get("window_start").asText() + " "
                                + row.get("region").asText(),
                        row.get("orders").asLong()));
        assertEquals(expected, found);
        BigDecimal all =
                expected().stream().map(fraud -> fraud.last().amount()).reduce(BigDecimal.ZERO, BigDecimal::add);
        BigDecimal summed = BigDecimal.ZERO;
        for (JsonNode row : frauds("by=region&measures=revenue").rows()) {
            summed = summed.add(new BigDecimal(row.get("revenue").asText()));
        }
        assertEquals(all.setScale(2), summed.setScale(2));
    }

    @Test
    void overlappingWindowsCountAMatchInEachOfThem() throws Exception {
        long inAll = 0;
        for (JsonNode row : frauds("window=10m&every=1s&measures=orders").rows()) {
            inAll += row.get("orders").asLong();
        }
        assertEquals(expected().size() * 600L, inAll);
    }

    @ParameterizedTest
    @CsvSource({"fill=zero,fill", "last=0s,last", "window=500ms,window", "by=positions,by", "order=positions,order"})
    void whatCannotBeAskedOfMatchesIsRefused(String parameters, String field) throws Exception {
        Client.Reply reply = client.get("/v1/views/frauds/query?" + parameters);
        assertEquals(400, reply.status());
        assertEquals(field, reply.json().get("field").asText());
    }

    @Test
    void theViewsPageSaysWhatThePatternIs() throws Exception {
        JsonNode view = client.get("/v1/views/frauds").json();
        assertEquals(
                "{\"by\":\"region\",\"steps\":[\"amount < 1.00\",\"amount > 500\"],\"unless\":\"amount = 13.00\","
                        + "\"within\":\"1m\"}",
                view.get("pattern").toString());
        assertEquals(1, view.get("dimensions").size());
    }

    @Test
    void aLiveQueryHearsOfAMatchAcrossTheCutAndOfALateEventThatCancelsIt(@TempDir Path directory) throws Exception {
        try (Shop live = Shop.ofFrauds(directory);
                ServingLayer layer = live.serve()) {
            Client.ready(layer);
            Instant midnight = Instant.parse("2026-03-02T00:00:00Z");
            live.sellAndCount(0, midnight.minusSeconds(20), "EU", "0.99");
            live.publish(Map.of(0, 1L));
            try (Listener listener = Listener.to(layer, "frauds", "measures=revenue")) {
                Until.holds(() -> listener.through() == 1);
                live.sellAndCount(0, midnight.plusSeconds(20), "EU", "501.00");
                Until.holds(() -> listener.newest("rows").get("rows").size() == 1);
                JsonNode match = listener.newest("rows").get("rows").get(0);
                assertEquals("501.00", match.get("revenue").asText());
                assertEquals(
                        midnight.minusSeconds(20).toString(),
                        match.get("match_start").asText());
                live.sellAndCount(0, midnight, "EU", "13.00");
                Until.holds(() -> listener.newest("rows").get("rows").isEmpty());
            }
        }
    }

    @Test
    void aMatchIsFinalOnceNoLateEventMayChangeItAnyMore(@TempDir Path directory) throws Exception {
        try (Shop now = Shop.ofFrauds(directory);
                ServingLayer layer = now.serve()) {
            Client asked = Client.ready(layer);
            Instant present = Instant.now();
            for (Duration ago : List.of(Duration.ofMinutes(90), Duration.ofMinutes(10))) {
                now.sellAndCount(0, present.minus(ago), "EU", "0.10");
                now.sellAndCount(0, present.minus(ago).plusSeconds(1), "EU", "900.00");
            }
            now.publish(Map.of(0, 4L));
            Until.holds(() -> asked.get("/v1/views/frauds/query")
                            .certificate()
                            .get("publication")
                            .asLong()
                    == 1);
            JsonNode rows = asked.get("/v1/views/frauds/query?order=match_end").rows();
            assertEquals(2, rows.size());
            assertTrue(rows.get(0).get("final").asBoolean());
            assertTrue(!rows.get(1).get("final").asBoolean());
        }
    }
}
