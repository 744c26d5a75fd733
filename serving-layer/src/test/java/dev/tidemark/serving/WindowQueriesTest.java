package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Windows of every kind over the same events, on both sides of the cut and around the night when clocks go forward. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WindowQueriesTest {

    private static final int EVENTS = 200;
    private static final Instant FROM = Instant.parse("2026-03-28T00:00:00Z");
    private static final Instant TO = Instant.parse("2026-03-31T00:00:00Z");
    private static final String RANGE = "from=" + FROM + "&to=" + TO + "&";

    private Shop shop;
    private ServingLayer serving;
    private Client client;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        shop = Shop.open(directory, 1);
        for (int i = 0; i < EVENTS; i++) {
            Instant time = FROM.plusSeconds(
                    random.nextInt((int) Duration.between(FROM, TO).toSeconds()));
            String region = random.nextBoolean() ? "EU" : "US";
            shop.sellAndCount(0, time, region, random.nextInt(100) + ".25");
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

    @ParameterizedTest
    @CsvSource({"5,1", "60,15", "90,90", "7,2", "180,60", "2880,60"})
    void hoppingWindowsCountAnEventInEachThatItIsIn(int length, int every) throws Exception {
        Map<String, Expected> expected = new TreeMap<>();
        long first = -Math.floorDiv(-FROM.getEpochSecond(), every * 60L) * every * 60L;
        for (long start = first; start < TO.getEpochSecond(); start += every * 60L) {
            for (Sale sale : shop.sales) {
                long second = sale.time().getEpochSecond();
                if (second >= start && second < start + length * 60L) {
                    expected.computeIfAbsent(Instant.ofEpochSecond(start) + " " + sale.region(), key -> new Expected())
                            .add(sale);
                }
            }
        }
        assertRows(expected, "window=%dm&every=%dm&by=region".formatted(length, every));
    }

    @ParameterizedTest
    @CsvSource({"Europe/Berlin", "Asia/Kolkata", "America/New_York", "UTC"})
    void daysAreThoseOfTheQuerysTimezone(String zone) throws Exception {
        ZoneId days = ZoneId.of(zone);
        assertRows(
                windows(sale -> sale.time()
                        .atZone(days)
                        .toLocalDate()
                        .atStartOfDay(days)
                        .toInstant()),
                "window=1d&by=region&timezone=" + zone);
        assertRows(
                windows(sale -> {
                    LocalDate day = sale.time().atZone(days).toLocalDate();
                    return day.minusDays(day.getDayOfWeek().getValue() - 1)
                            .atStartOfDay(days)
                            .toInstant();
                }),
                "window=1w&by=region&timezone=" + zone);
        assertRows(
                windows(sale -> sale.time()
                        .atZone(days)
                        .toLocalDate()
                        .withDayOfMonth(1)
                        .atStartOfDay(days)
                        .toInstant()),
                "window=1mo&by=region&timezone=" + zone);
    }

    private Map<String, Expected> windows(Function<Sale, Instant> start) {
        Map<String, Expected> expected = new TreeMap<>();
        for (Sale sale : shop.sales) {
            if (!start.apply(sale).isBefore(FROM)) {
                expected.computeIfAbsent(start.apply(sale) + " " + sale.region(), key -> new Expected())
                        .add(sale);
            }
        }
        return expected;
    }

    /** What a row says: a count, a sum, and a sketch that is exact of few values. */
    private static final class Expected {
        private long orders;
        private BigDecimal revenue = new BigDecimal("0.00");
        private final List<Long> pieces = new ArrayList<>();

        void add(Sale sale) {
            orders++;
            revenue = revenue.add(sale.amount());
            pieces.add(sale.pieces());
        }

        @Override
        public String toString() {
            pieces.sort(null);
            return orders + " " + revenue + " " + pieces.get((pieces.size() - 1) / 2);
        }
    }

    private void assertRows(Map<String, Expected> expected, String query) throws Exception {
        Client.Reply reply = client.revenue(RANGE + query);
        assertEquals(200, reply.status(), () -> reply.json().toString());
        Map<String, String> found = new TreeMap<>();
        for (JsonNode row : reply.rows()) {
            String key =
                    row.get("window_start").asText() + " " + row.get("region").asText();
            found.put(
                    key,
                    row.get("orders").asLong() + " " + row.get("revenue").asText() + " "
                            + row.get("median").asLong());
        }
        Map<String, String> wanted = new TreeMap<>();
        expected.forEach((key, value) -> wanted.put(key, value.toString()));
        assertEquals(wanted, found, query);
    }

    @Test
    void theDayOnWhichClocksGoForwardHas23Hours() throws Exception {
        JsonNode rows = client.revenue(RANGE + "window=1d&timezone=Europe/Berlin&filter[region]=EU&fill=zero")
                .rows();
        assertEquals(3, rows.size());
        List<Duration> lengths = new ArrayList<>();
        rows.forEach(row -> lengths.add(Duration.between(
                Instant.parse(row.get("window_start").asText()),
                Instant.parse(row.get("window_end").asText()))));
        assertEquals(List.of(Duration.ofHours(23), Duration.ofHours(24), Duration.ofHours(24)), lengths);
    }

    @Test
    void theDayOnWhichClocksGoBackHas25HoursOfWhichTwoAreCalledTheSame(@TempDir Path directory) throws Exception {
        ZoneId berlin = ZoneId.of("Europe/Berlin");
        Instant midnight = LocalDate.of(2025, 10, 26).atStartOfDay(berlin).toInstant();
        Instant nextMidnight = midnight.plus(Duration.ofHours(25));
        try (Shop autumn = Shop.open(directory, 1)) {
            autumn.sellAndCount(0, midnight.minusSeconds(1), "EU", "1000.00");
            for (int hour = 0; hour < 25; hour++) {
                Instant start = midnight.plus(Duration.ofHours(hour));
                autumn.sellAndCount(0, start, "EU", hour + ".00");
                autumn.sellAndCount(0, start.plusSeconds(3599), "EU", "0.25");
            }
            autumn.sellAndCount(0, nextMidnight, "EU", "2000.00");
            // Batch has counted half of the hour that comes twice, when it comes first.
            autumn.publish(Map.of(0, 6L));
            try (ServingLayer layer = autumn.serve()) {
                Client asked = Client.ready(layer);
                assertEquals(
                        List.of(
                                "2025-10-25T00:00+02:00 24 1 1000.00",
                                "2025-10-26T00:00+02:00 25 50 306.25",
                                "2025-10-27T00:00+01:00 24 1 2000.00"),
                        windows(asked.revenue("window=1d&timezone=Europe/Berlin"), berlin));
                List<String> hours = new ArrayList<>();
                for (int hour = 0; hour < 25; hour++) {
                    hours.add(
                            midnight.plus(Duration.ofHours(hour)).atZone(berlin).toOffsetDateTime() + " 1 2 " + hour
                                    + ".25");
                }
                assertEquals("2025-10-26T02:00+02:00 1 2 2.25", hours.get(2));
                assertEquals("2025-10-26T02:00+01:00 1 2 3.25", hours.get(3));
                String ofTheDay = "from=" + midnight + "&to=" + nextMidnight + "&window=1h&timezone=Europe/Berlin";
                assertEquals(hours, windows(asked.revenue(ofTheDay), berlin));
            }
        }
    }

    /** Of each row when its window begins there, how many hours it has, the orders and their revenue. */
    private static List<String> windows(Client.Reply reply, ZoneId zone) {
        assertEquals(200, reply.status(), () -> reply.json().toString());
        List<String> windows = new ArrayList<>();
        for (JsonNode row : reply.rows()) {
            Instant start = Instant.parse(row.get("window_start").asText());
            Instant end = Instant.parse(row.get("window_end").asText());
            windows.add("%s %s %s %s"
                    .formatted(
                            start.atZone(zone).toOffsetDateTime(),
                            Duration.between(start, end).toHours(),
                            row.get("orders").asText(),
                            row.get("revenue").asText()));
        }
        return windows;
    }

    @Test
    void whatHasNoEventsIsAbsentOrFilled() throws Exception {
        String empty = "from=2026-05-01&to=2026-05-02&window=6h&measures=orders,revenue,most,busiest";
        assertEquals(0, client.revenue(empty).rows().size());
        JsonNode zeroes = client.revenue(empty + "&fill=zero").rows();
        assertEquals(4, zeroes.size());
        assertEquals(0, zeroes.get(0).get("orders").asLong(-1));
        assertEquals("0.00", zeroes.get(0).get("revenue").asText());
        assertEquals(0, zeroes.get(0).get("most").asLong(-1));
        assertEquals("[]", zeroes.get(0).get("busiest").toString());
        JsonNode nulls = client.revenue(empty + "&fill=null").rows();
        assertTrue(nulls.get(3).get("orders").isNull()
                && nulls.get(3).get("busiest").isNull());
        assertEquals(0, client.revenue(empty + "&fill=zero&by=region").rows().size(), "no group is known there");
        assertEquals(
                1, client.revenue("filter[region]=nowhere&fill=zero").rows().size());
    }

    @Test
    void everyGroupOfTheRangeIsFilledInEachOfItsWindows() throws Exception {
        JsonNode rows = client.revenue(RANGE + "window=1h&by=region&fill=zero&measures=orders")
                .rows();
        assertEquals(72 * 2, rows.size());
        long orders = 0;
        for (JsonNode row : rows) {
            orders += row.get("orders").asLong();
        }
        assertEquals(EVENTS, orders);
        assertEquals(
                72 * 60 * 2,
                client.revenue(RANGE + "window=5m&every=1m&by=region&fill=null&measures=orders")
                        .rows()
                        .size());
        assertEquals(
                400,
                client.revenue("from=2020-01-01&to=2026-01-01&window=1m&fill=zero")
                        .status());
    }

    @Test
    void whatIsFilledHasItsPlaceInTheOrder() throws Exception {
        for (String measure : List.of("orders", "revenue", "pieces", "most", "average", "spread", "latest", "median")) {
            Client.Reply reply =
                    client.revenue("from=2026-03-30&to=2026-04-02&window=6h&fill=zero&order=-%s&measures=%s"
                            .formatted(measure, measure));
            assertEquals(200, reply.status(), () -> reply.json().toString());
            assertEquals(12, reply.rows().size());
        }
    }

    @Test
    void anAnswerWithTooManyRowsIsRefused() throws Exception {
        Client.Reply reply = client.revenue("window=30d&every=1m&by=region");
        assertEquals(200, reply.status(), () -> reply.json().toString());
        assertEquals(
                400,
                client.revenue("from=1990-01-01&to=2030-01-01&window=5m&fill=zero")
                        .status());
    }

    @Test
    void anAnswerThatMayChangeIsRefusedIfItIsToBeFinal() throws Exception {
        Client.Reply open = client.revenue("finality=final");
        assertEquals(409, open.status());
        assertEquals("finality", open.json().get("field").asText());
        assertEquals(409, client.revenue("last=1h&finality=final").status());
        assertEquals(200, client.revenue(RANGE + "finality=final").status());
    }
}
