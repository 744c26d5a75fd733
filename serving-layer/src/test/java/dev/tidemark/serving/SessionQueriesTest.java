package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.view.Session;
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
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sessions over HTTP: of the same events on both sides of the cut, in no order, and across midnights. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SessionQueriesTest {

    private static final int EVENTS = 200;
    private static final Instant FROM = Instant.parse("2026-03-28T00:00:00Z");
    private static final Duration LENGTH = Duration.ofDays(3);
    private static final Duration GAP = Duration.ofMinutes(40);

    private Shop shop;
    private ServingLayer serving;
    private Client client;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        shop = Shop.ofSessions(directory, new Session("region", GAP, 3));
        for (int i = 0; i < EVENTS; i++) {
            // Many are exactly the gap apart.
            Instant time = FROM.plus(Duration.ofMinutes(10L * random.nextInt((int) LENGTH.toMinutes() / 10)));
            shop.sellAndCount(0, time, random.nextBoolean() ? "EU" : "US", random.nextInt(100) + ".25");
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

    /** The sessions of the shop's events, by start and region, from a plain fold. */
    private Map<String, String> expected() {
        Map<String, List<Sale>> sessions = new TreeMap<>();
        for (String region : List.of("EU", "US")) {
            List<Sale> ordered = shop.sales.stream()
                    .filter(sale -> sale.region().equals(region))
                    .sorted(Comparator.comparing(Sale::time))
                    .toList();
            List<Sale> session = new ArrayList<>();
            for (Sale sale : ordered) {
                if (session.isEmpty()
                        || sale.time()
                                .isAfter(session.get(session.size() - 1).time().plus(GAP))) {
                    session = new ArrayList<>();
                    sessions.put(sale.time() + " " + region, session);
                }
                session.add(sale);
            }
        }
        Map<String, String> lines = new TreeMap<>();
        sessions.forEach((key, sales) -> lines.put(key, line(sales)));
        return lines;
    }

    private static String line(List<Sale> sales) {
        List<Long> pieces = sales.stream().map(Sale::pieces).sorted().toList();
        return sales.get(sales.size() - 1).time().plus(GAP) + " " + sales.size() + " "
                + sales.stream().map(Sale::amount).reduce(BigDecimal.ZERO, BigDecimal::add) + " "
                + pieces.get((pieces.size() - 1) / 2);
    }

    private Map<String, String> found(JsonNode rows) {
        Map<String, String> found = new TreeMap<>();
        for (JsonNode row : rows) {
            found.put(
                    row.get("session_start").asText() + " " + row.get("region").asText(),
                    row.get("session_end").asText() + " " + row.get("orders").asLong() + " "
                            + row.get("revenue").asText() + " "
                            + row.get("median").asLong());
        }
        return found;
    }

    private Client.Reply visits(String parameters) throws Exception {
        Client.Reply reply = client.get("/v1/views/visits/query?" + parameters);
        assertEquals(200, reply.status(), () -> reply.json().toString());
        return reply;
    }

    @Test
    void rowsAreTheSessionsOfBothLayersTogether() throws Exception {
        Client.Reply reply = visits("");
        assertEquals(expected(), found(reply.rows()));
        assertEquals(1, reply.certificate().get("publication").asLong());
        assertEquals(EVENTS, reply.through(0));
        List<String> columns = new ArrayList<>();
        reply.json()
                .get("columns")
                .forEach(column -> columns.add(
                        column.get("name").asText() + " " + column.get("role").asText()));
        assertEquals(
                List.of("session_start window", "session_end window", "region dimension", "orders measure"),
                columns.subList(0, 4));
        assertEquals("open open", columns.get(columns.size() - 1));
    }

    @ParameterizedTest
    @CsvSource({"0,24", "23,2", "24,24", "30,1", "11,50", "71,1"})
    void aRangeHasTheSessionsThatStartInIt(int begin, int hours) throws Exception {
        Instant from = FROM.plus(Duration.ofHours(begin));
        Instant to = from.plus(Duration.ofHours(hours));
        Map<String, String> expected = expected();
        expected.keySet().removeIf(key -> {
            Instant start = Instant.parse(key.substring(0, key.indexOf(' ')));
            return start.isBefore(from) || !start.isBefore(to);
        });
        assertEquals(expected, found(visits("from=" + from + "&to=" + to).rows()));
    }

    @Test
    void sessionsAreFilteredOrderedAndLimited() throws Exception {
        Map<String, String> expected = expected();
        expected.keySet().removeIf(key -> key.endsWith("US"));
        assertEquals(expected, found(visits("filter[region]=EU").rows()));
        JsonNode rows =
                visits("order=-orders,session_start&limit=3&measures=orders").rows();
        assertEquals(3, rows.size());
        assertTrue(
                rows.get(0).get("orders").asLong() >= rows.get(1).get("orders").asLong());
        assertEquals(List.of("session_start", "session_end", "region", "orders", "open"), fieldNames(rows.get(0)));
        JsonNode posted = client.post(
                        "/v1/query",
                        """
                        {"view": "visits", "filter": [{"dimension": "region", "op": "in", "values": ["EU"]}]}""")
                .rows();
        assertEquals(expected, found(posted));
    }

    private static List<String> fieldNames(JsonNode row) {
        List<String> names = new ArrayList<>();
        row.fieldNames().forEachRemaining(names::add);
        return names;
    }

    @ParameterizedTest
    @CsvSource({"window=1h,window", "by=region,by", "fill=zero,fill", "window=1h&every=30m,window", "last=0s,last"})
    void whatWouldDivideOrGroupSessionsIsRefused(String parameters, String field) throws Exception {
        Client.Reply reply = client.get("/v1/views/visits/query?" + parameters);
        assertEquals(400, reply.status());
        assertEquals(field, reply.json().get("field").asText());
        assertTrue(reply.json().has("found") && reply.json().has("accepted"), () -> reply.json()
                .toString());
    }

    @Test
    void theViewsPageSaysWhatTheSessionsAre() throws Exception {
        JsonNode view = client.get("/v1/views/visits").json();
        assertEquals(
                "{\"at_most\":\"3d\",\"by\":\"region\",\"gap\":\"40m\"}",
                view.get("session").toString());
        assertTrue(!view.has("pane"), view::toString);
    }

    @Test
    void anAnswerIsFinalIfItsSessionsAre() throws Exception {
        assertEquals(409, client.get("/v1/views/visits/query?finality=final").status());
        String range = "from=" + FROM + "&to=" + FROM.plus(LENGTH);
        assertEquals(
                found(visits(range).rows()),
                found(visits(range + "&finality=final").rows()));
        assertEquals(
                409, client.get("/v1/views/visits/query?last=1h&finality=final").status());
    }

    @Test
    void aSessionIsOpenAsLongAsAnEventInTimeMayExtendIt(@TempDir Path directory) throws Exception {
        try (Shop now = Shop.ofSessions(directory, new Session("region", GAP, 1));
                ServingLayer layer = now.serve()) {
            Client asked = Client.ready(layer);
            Instant present = Instant.now();
            // The source allows an hour.
            now.sellAndCount(0, present.minus(GAP).minus(Duration.ofMinutes(61)), "EU", "1.00");
            Sale last = now.sellAndCount(0, present.minus(GAP).minus(Duration.ofMinutes(59)), "US", "1.00");
            Until.holds(() -> asked.get("/v1/views/visits/query").through(0)
                    == last.position().offset() + 1);
            JsonNode rows = asked.get("/v1/views/visits/query?order=region&measures=orders")
                    .rows();
            assertEquals(
                    "false true",
                    rows.get(0).get("open").asText() + " "
                            + rows.get(1).get("open").asText());
        }
    }

    @Test
    void aLiveQueryHearsOfALateEventThatBridgesTwoSessions(@TempDir Path directory) throws Exception {
        try (Shop live = Shop.ofSessions(directory, new Session("region", GAP, 2));
                ServingLayer layer = live.serve()) {
            Client.ready(layer);
            Instant midnight = Instant.parse("2026-03-02T00:00:00Z");
            live.sellAndCount(0, midnight.minus(GAP), "EU", "1.00");
            live.publish(Map.of(0, 1L));
            live.sellAndCount(0, midnight.plus(GAP).plusSeconds(1), "EU", "1.00");
            try (Listener listener = Listener.to(layer, "visits", "measures=orders")) {
                Until.holds(() -> listener.through() == 2
                        && listener.newest("rows").get("rows").size() == 2);
                live.sellAndCount(0, midnight.plusSeconds(1), "EU", "1.00");
                Until.holds(() -> listener.newest("rows").get("rows").size() == 2 && listener.through() == 3);
                live.sellAndCount(0, midnight.minusSeconds(1), "EU", "1.00");
                Until.holds(() -> listener.newest("rows").get("rows").size() == 1);
                JsonNode session = listener.newest("rows").get("rows").get(0);
                assertEquals(4, session.get("orders").asLong());
                assertEquals(
                        midnight.minus(GAP).toString(),
                        session.get("session_start").asText());
            }
        }
    }
}
