package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Publication;
import dev.tidemark.view.View;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code publication=N}: what was answered when a publication was the newest, asked later. */
class PastAnswersTest {

    private static final View CHANGED = Shop.revenue(Layers.BOTH, "region <> 'US'");
    private static final int PARTITIONS = 2;

    /** Those whose results do not depend on the order in which events were added. */
    private static final String EXACT = "measures=orders,revenue,pieces,most,latest,regions,busiest";

    private static final List<String> QUERIES = List.of(
            EXACT,
            "by=region&" + EXACT,
            "window=6h&by=region&order=-revenue,region&" + EXACT,
            "window=1h&every=30m&measures=orders,revenue",
            "from=2026-03-01T00:00:00Z&to=2026-03-02T06:00:00Z&measures=orders",
            "filter[region]=R1&window=1d&fill=zero&from=2026-02-27T00:00:00Z&to=2026-03-03T00:00:00Z&measures=orders");

    @TempDir
    Path directory;

    @Test
    void eachPublicationAnswersWhatWasAnsweredWhenItWasTheNewest() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Shop shop = Shop.open(directory, PARTITIONS);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            List<List<JsonNode>> then = new ArrayList<>();
            for (int number = 1; number <= 4; number++) {
                sellSome(shop, random);
                publishAll(shop, client);
                List<JsonNode> answers = new ArrayList<>();
                for (String query : QUERIES) {
                    answers.add(withoutFreshness(client.revenue(query)));
                }
                then.add(answers);
            }
            sellSome(shop, random);
            for (int number = 1; number <= 4; number++) {
                for (int query = 0; query < QUERIES.size(); query++) {
                    assertEquals(
                            then.get(number - 1).get(query),
                            withoutFreshness(client.revenue("publication=" + number + "&" + QUERIES.get(query))),
                            "publication " + number + ", " + QUERIES.get(query));
                }
            }
        }
    }

    /** Events of three days, many late, some of which are left out. */
    private static void sellSome(Shop shop, Random random) throws Exception {
        for (int i = 0; i < 15; i++) {
            Sale sale = shop.sell(
                    random.nextInt(PARTITIONS),
                    Shop.NOON.minusSeconds(random.nextInt(250_000)),
                    random.nextInt(10) == 0 ? null : "R" + random.nextInt(4),
                    random.nextInt(100) + "." + (10 + random.nextInt(90)));
            if (random.nextInt(8) == 0) {
                shop.exclude(sale);
            } else {
                shop.count(sale);
            }
        }
    }

    /** Publishes all that was sold, and waits until nothing else is answered. */
    private static void publishAll(Shop shop, Client client) throws Exception {
        Map<Integer, Long> ends = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            int of = partition;
            long end = shop.sales.stream()
                    .filter(sale -> sale.position().partition() == of)
                    .mapToLong(sale -> sale.position().offset() + 1)
                    .max()
                    .orElse(0);
            ends.put(partition, end);
        }
        Until.holds(() -> ends.entrySet().stream().allMatch(end -> through(client, end.getKey()) >= end.getValue()));
        // Left-out events may come after the last one that counts.
        ends.replaceAll((partition, end) -> through(client, partition));
        long number = shop.publish(ends).number();
        Until.holds(() -> client.revenue("").certificate().get("publication").asLong() == number);
    }

    private static long through(Client client, int partition) {
        try {
            return client.revenue("").through(partition);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JsonNode withoutFreshness(Client.Reply reply) {
        assertEquals(200, reply.status(), reply.json().toString());
        ((com.fasterxml.jackson.databind.node.ObjectNode) reply.json()).remove("freshness");
        return reply.json();
    }

    @Test
    void anAnswerOfThePastEndsAtItsCutAndSaysSo() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.50");
            Publication first = shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, "EU", "2.50");
            shop.publish(Map.of(0, 2L));
            shop.sellAndCount(0, Shop.NOON, "EU", "4.50");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                Client.Reply reply = client.revenue("publication=1&measures=revenue");
                assertEquals("1.50", reply.rows().get(0).get("revenue").asText());
                JsonNode certificate = reply.certificate();
                assertEquals(1, certificate.get("publication").asInt());
                assertEquals(
                        first.publishedAt().toString(),
                        certificate.get("published_at").asText());
                assertTrue(certificate.get("complete").asBoolean());
                JsonNode partition = certificate.at("/partitions/0");
                assertEquals(shop.topic, partition.get("topic").asText());
                assertEquals(1, partition.get("cut").asInt());
                assertEquals(1, partition.get("through").asInt());
                assertEquals("[]", partition.get("missing").toString());
                assertEquals(0, partition.get("deferred").asInt());
                assertTrue(reply.json().get("freshness").isNull(), "it does not follow the log");

                Client.Reply posted =
                        client.post("/v1/query", "{\"view\":\"revenue\",\"publication\":2,\"measures\":[\"revenue\"]}");
                assertEquals("4.00", posted.rows().get(0).get("revenue").asText());
                assertEquals(
                        "8.50", client.revenue("").rows().get(0).get("revenue").asText());
            }
        }
    }

    @Test
    void aChangedDefinitionIsThatOfThePublicationThatIsAsked() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.sellAndCount(0, Shop.NOON, "US", "2.00");
            before.publish(Map.of(0, 2L));
            try (Shop now = before.stating(CHANGED)) {
                now.createIncrements(1);
                now.sales.add(before.sales.get(0));
                now.publish(Map.of(0, 2L));
                try (ServingLayer serving = now.serve()) {
                    Client client = Client.ready(serving);
                    assertEquals(1, orders(client, "publication=2"));
                    assertEquals(2, orders(client, "publication=1"));
                    now.rollBackTo(1);
                    assertEquals(2, orders(client, "publication=3"));
                    assertEquals(1, orders(client, "publication=2"));
                }
            }
        }
    }

    private static long orders(Client client, String parameters) throws Exception {
        Client.Reply reply = client.revenue(parameters);
        assertEquals(200, reply.status(), reply.json().toString());
        return reply.rows().get(0).get("orders").asLong();
    }

    @Test
    void aViewThatWasRenamedIsAskedByTheNameThatItHad() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.publish(Map.of(0, 1L));
            try (Shop now = before.stating(Shop.named("turnover"))) {
                now.createIncrements(1);
                now.sales.add(before.sales.get(0));
                now.publish(Map.of(0, 1L));
                now.publish(Map.of(0, 1L));
                // What a batch layer does with a view that the files no longer have.
                dropFromNewest(now, "revenue");
                try (ServingLayer serving = now.serve()) {
                    Client client = Client.ready(serving);
                    assertEquals(1, orders(client, "publication=1"));
                    Client.Reply gone = client.revenue("publication=4");
                    assertProblem(
                            404, "publication", "view 'revenue' is not in publication 4, nor in the newest", gone);
                    Client.Reply early = client.get("/v1/views/turnover/query?publication=1");
                    assertProblem(
                            404,
                            "publication",
                            "view 'turnover' is not in publication 1: it is there since publication 2",
                            early);
                    assertEquals("2 to 4", early.json().get("accepted").asText());
                    assertEquals(404, client.revenue("").status());
                }
            }
        }
    }

    private static void dropFromNewest(Shop shop, String view) {
        Publication newest = shop.deployment.warehouse().publications().latest();
        Map<String, Map<java.time.LocalDate, Publication.SegmentRef>> segments = new TreeMap<>(newest.segments());
        segments.remove(view);
        shop.deployment
                .warehouse()
                .publications()
                .create(new Publication(
                        newest.number() + 1, java.time.Instant.now(), newest.cause(), newest.sources(), segments));
    }

    private static void assertProblem(int status, String field, String detail, Client.Reply reply) {
        assertEquals(status, reply.status(), reply.json().toString());
        assertEquals(field, reply.json().get("field").asText());
        assertTrue(
                reply.json().get("detail").asText().contains(detail),
                reply.json().toString());
        assertTrue(
                reply.json().has("found") && reply.json().has("accepted"),
                reply.json().toString());
    }

    @Test
    void publicationsThatAreNotThereAreProblems() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            assertProblem(404, "publication", "has not been made yet; kept are none", client.revenue("publication=1"));
            for (int i = 0; i < 4; i++) {
                shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
                shop.publish(Map.of(0, i + 1L));
            }
            assertProblem(
                    404,
                    "publication",
                    "publication 5 has not been made yet; kept are 1 to 4",
                    client.revenue("publication=5"));
            forget(1);
            forget(2);
            assertProblem(
                    410,
                    "publication",
                    "publication 2 is not kept any more; kept are 3 to 4",
                    client.revenue("publication=2"));
            assertEquals(3, orders(client, "publication=3"));
            assertEquals(410, client.get("/v1/publications/1").status());
            assertEquals(404, client.get("/v1/publications/5").status());
            assertProblem(400, "publication", "a whole number from 1 on", client.get("/v1/publications/newest"));
            assertProblem(400, "publication", "a whole number from 1 on", client.revenue("publication=-1"));
            assertProblem(400, "max_lag", "together with publication", client.revenue("publication=3&max_lag=5s"));
            assertProblem(400, "by", "no dimension 'planet'", client.revenue("publication=3&by=planet"));
            assertProblem(400, "publication", "never changes", client.get("/v1/views/revenue/live?publication=3"));
            assertEquals(
                    404, client.get("/v1/views/reveneu/query?publication=3").status());
        }
    }

    private void forget(long number) throws IOException {
        Files.delete(directory.resolve("warehouse/publications/%020d.json".formatted(number)));
    }

    @Test
    void onlyFinalAnswersAreGivenWhereTheyAreWanted() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                // The record's timestamp is the present, long after noon.
                String range = "publication=1&from=2026-03-02T12:00:00Z&to=2026-03-02T13:00:00Z";
                Client.Reply reply = client.revenue(range + "&finality=final&measures=orders");
                assertEquals(200, reply.status(), reply.json().toString());
                assertTrue(reply.rows().get(0).get("final").asBoolean());
                assertProblem(
                        409,
                        "finality",
                        "late events may still change",
                        client.revenue("publication=1&finality=final"));
            }
        }
    }

    @Test
    void whatTheStreamAloneComputesHasNoPast() throws Exception {
        Shop first = new Shop(directory, 1);
        try (Shop shop = first.stating(Shop.revenue(Layers.SPEED, "true"))) {
            shop.deployment.warehouse().saveDefinitions(shop.set);
            shop.createIncrements(1);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertProblem(
                        400, "view", "has no past: the stream alone computes it", client.revenue("publication=1"));
                assertProblem(
                        400,
                        "view",
                        "has no past: the stream alone computes it",
                        client.get("/v1/views/revenue/history"));
            }
        }
    }

    @Test
    void segmentsThatHaveBeenDeletedAreNoFailure() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.publish(Map.of(0, 1L));
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.publish(Map.of(0, 2L));
            try (Shop now = before.stating(CHANGED)) {
                now.createIncrements(1);
                now.sales.addAll(before.sales);
                Publication newest = now.publish(Map.of(0, 2L));
                try (ServingLayer serving = now.serve()) {
                    Client client = Client.ready(serving);
                    Until.holds(() ->
                            client.revenue("").certificate().get("publication").asLong() == newest.number());
                    assertEquals(2, orders(client, "publication=2"));
                    Path table = now.deployment.warehouse().segments(before.set, Shop.REVENUE);
                    // The files first, then the whole table.
                    delete(
                            table,
                            path -> path.toString().endsWith(".parquet")
                                    && !path.toString().contains("_delta_log"));
                    assertProblem(
                            410,
                            "publication",
                            "publication 1 is not kept any more as a whole",
                            client.revenue("publication=1"));
                    assertEquals(2, orders(client, "publication=2"), "what was read is still there");
                    delete(table, path -> true);
                    assertProblem(
                            410,
                            "publication",
                            "publication 1 is not kept any more as a whole",
                            client.revenue("publication=1"));
                    assertEquals(2, orders(client, "publication=3"));
                }
            }
        }
    }

    private static void delete(Path folder, java.util.function.Predicate<Path> which) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file :
                    files.filter(which).sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void thePastIsAskedWhilePublicationsCome() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Shop shop = Shop.open(directory, PARTITIONS);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger made = new AtomicInteger();
            Map<Integer, String> rows = new java.util.concurrent.ConcurrentHashMap<>();
            List<CompletableFuture<Integer>> askers = Stream.of(1, 2, 3)
                    .map(asker -> CompletableFuture.supplyAsync(
                            () -> ask(client, new Random(seed + asker), made, rows, done)))
                    .toList();
            for (int number = 1; number <= 4; number++) {
                sellSome(shop, random);
                publishAll(shop, client);
                made.set(number);
            }
            int least = made.get();
            Until.holds(() -> rows.size() == least || askers.stream().anyMatch(CompletableFuture::isDone));
            done.set(true);
            for (CompletableFuture<Integer> asker : askers) {
                assertTrue(asker.join() > 10, "too few answers");
            }
        }
    }

    /** Asks publications at random; each answers the same whenever it is asked. */
    private static int ask(
            Client client, Random random, AtomicInteger made, Map<Integer, String> rows, AtomicBoolean done) {
        int answers = 0;
        while (!done.get()) {
            if (made.get() == 0) {
                Thread.onSpinWait();
                continue;
            }
            int number = 1 + random.nextInt(made.get());
            try {
                Client.Reply reply = client.revenue("by=region&measures=orders,revenue&publication=" + number);
                assertEquals(200, reply.status(), reply.json().toString());
                String now = reply.rows().toString();
                String before = rows.putIfAbsent(number, now);
                assertTrue(before == null || before.equals(now), () -> before + " became " + now);
                answers++;
            } catch (IOException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return answers;
    }

    @Test
    void sessionsAndMatchesHaveAPastToo() throws Exception {
        try (Shop shop = Shop.ofFrauds(directory)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "0.50");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON.plusSeconds(30), "EU", "600.00");
            shop.publish(Map.of(0, 2L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertEquals(
                        0,
                        client.get("/v1/views/frauds/query?publication=1")
                                .rows()
                                .size());
                assertEquals(
                        1,
                        client.get("/v1/views/frauds/query?publication=2")
                                .rows()
                                .size());
            }
        }
    }

    @Test
    void aSessionOfThePastIsAsItWas() throws Exception {
        dev.tidemark.view.Session session = new dev.tidemark.view.Session("region", Duration.ofMinutes(10), 2);
        try (Shop shop = Shop.ofSessions(directory, session)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON.plusSeconds(300), "EU", "2.00");
            shop.publish(Map.of(0, 2L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                JsonNode first =
                        client.get("/v1/views/visits/query?publication=1").rows();
                JsonNode second =
                        client.get("/v1/views/visits/query?publication=2").rows();
                assertEquals("2026-03-02T12:10:00Z", first.at("/0/session_end").asText());
                assertEquals("2026-03-02T12:15:00Z", second.at("/0/session_end").asText());
                assertEquals(1, second.size());

                JsonNode entry = client.get("/v1/views/visits/history?measures=orders")
                        .json()
                        .at("/entries/0");
                assertEquals(
                        "{\"row\":{\"session_start\":\"2026-03-02T12:00:00Z\",\"region\":\"EU\"},"
                                + "\"before\":{\"session_end\":\"2026-03-02T12:10:00Z\",\"orders\":1},"
                                + "\"after\":{\"session_end\":\"2026-03-02T12:15:00Z\",\"orders\":2}}",
                        entry.at("/rows/0").toString(),
                        "a session that grew is the same session");
            }
        }
    }
}
