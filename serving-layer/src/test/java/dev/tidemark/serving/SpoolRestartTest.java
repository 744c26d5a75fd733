package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Session;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that finds slices of the tail answers as one that finds none, and reads little. */
class SpoolRestartTest {

    private static final String ALL = "by=region&window=1h";

    @TempDir
    Path directory;

    /** Sells so many, in both partitions, some of them late, some emitted twice or out of turn. */
    private static void sell(Shop shop, int number, Random random) throws Exception {
        for (int i = 0; i < number; i++) {
            Instant time = Shop.NOON.minusSeconds(random.nextInt(20_000));
            Sale one = shop.sell(random.nextInt(2), time, "R" + random.nextInt(3), random.nextInt(100) + ".50");
            Sale other = shop.sell(random.nextInt(2), time, null, "2.00");
            shop.count(other);
            shop.count(one);
            shop.count(random.nextBoolean() ? one : other);
        }
    }

    /** What an answer says, and how far: the rows and the certificate. */
    private static String answer(Client client) throws Exception {
        Client.Reply reply = client.revenue(ALL);
        assertEquals(200, reply.status(), reply.json().toString());
        return reply.rows() + " " + reply.certificate();
    }

    private static JsonNode status(Client client) throws Exception {
        return client.get("/v1/status").json().get("sources").get(0);
    }

    private static long received(Client client) throws Exception {
        return status(client).at("/increments/received").asLong();
    }

    private static void awaitAll(Client client, Shop shop) throws Exception {
        Until.holds(() -> {
            Client.Reply reply = client.revenue(ALL);
            long counted = 0;
            for (JsonNode row : reply.rows()) {
                counted += row.get("orders").asLong();
            }
            return counted == shop.sales.size();
        });
        JsonNode conserved = client.get("/v1/conservation").json();
        conserved.findValues("difference").forEach(difference -> assertEquals(0, difference.asLong()));
    }

    private static Path spool(Shop shop) {
        return shop.deployment.servingFolder(0);
    }

    /** The folders of its spools. */
    private static List<Path> spools(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.getFileName().toString().startsWith("publication-"))
                    .sorted()
                    .toList();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        delete(to);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                copyIfThere(file, to.resolve(from.relativize(file).toString()));
            }
        }
    }

    /** Files come and go while slices are written. */
    private static void copyIfThere(Path file, Path to) throws IOException {
        try {
            Files.copy(file, to);
        } catch (NoSuchFileException gone) {
            Files.deleteIfExists(to);
        }
    }

    private static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    @Test
    void aRestartReadsNothingAgainThatIsInASlice() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        try (Shop shop = Shop.open(directory, 2)) {
            sell(shop, 20, new Random(seed));
            shop.publish(Map.of(0, 3L, 1, 2L));
            sell(shop, 20, new Random(seed + 1));
            String before;
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                awaitAll(client, shop);
                before = answer(client);
                assertEquals(120, received(client));
            }
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertEquals(before, answer(client));
                assertEquals(0, received(client));
                assertEquals(1, status(client).at("/spool/slices").asInt());
                String metrics = client.text("/metrics");
                assertTrue(metrics.contains("tidemark_spool_slices{") && metrics.contains("tidemark_spool_bytes{"));
                sell(shop, 1, new Random(seed + 2));
                awaitAll(client, shop);
                assertEquals(3, received(client));
                before = answer(client);
            }
            try (ServingLayer serving = shop.serve()) {
                assertEquals(before, answer(Client.ready(serving)));
            }
        }
    }

    @Test
    void afterAKillItGoesOnWithTheLastSliceThatWasWritten() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Path killed = directory.resolve("killed");
        try (Shop shop = Shop.open(directory, 2)) {
            int again = 0;
            for (int kill = 0; kill < 4; kill++) {
                String before;
                try (ServingLayer serving = shop.serveSlicing(1 + random.nextInt(8))) {
                    Client client = Client.ready(serving);
                    sell(shop, 10, random);
                    awaitAll(client, shop);
                    Until.holds(() -> status(client).at("/spool/slices").asInt() > 0);
                    // What a kill at this moment leaves behind, slices being written meanwhile.
                    copy(spool(shop), killed);
                    sell(shop, 3, random);
                    awaitAll(client, shop);
                    before = answer(client);
                }
                delete(spool(shop));
                copy(killed, spool(shop));
                try (ServingLayer serving = shop.serve()) {
                    Client client = Client.ready(serving);
                    assertEquals(before, answer(client));
                    awaitAll(client, shop);
                    again += received(client);
                }
                delete(spool(shop));
                copy(killed, spool(shop));
            }
            assertTrue(again > 0 && again < 4 * 39 + 120, again + " were read again");
        }
    }

    @Test
    void whatIsDamagedIsFoldedAgain() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            sell(shop, 10, new Random(1));
            String before;
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                awaitAll(client, shop);
                before = answer(client);
            }
            Files.writeString(spools(spool(shop)).get(0).resolve("CURRENT"), "MANIFEST-000099");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertEquals(before, answer(client));
                assertEquals(30, received(client));
            }
        }
    }

    @Test
    void aNewPublicationBeginsANewSpoolAndTheOldOneIsDeleted() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            sell(shop, 10, new Random(2));
            Path old;
            try (ServingLayer serving = shop.serveSlicing(5)) {
                Client client = Client.ready(serving);
                awaitAll(client, shop);
                Until.holds(() -> status(client).at("/spool/slices").asInt() > 0);
                old = spools(spool(shop)).get(0);
                shop.publish(Map.of(0, client.revenue("").through(0), 1, 0L));
                Until.holds(() -> status(client).get("publication").asLong() == 1);
                sell(shop, 10, new Random(3));
                awaitAll(client, shop);
                Until.holds(() -> status(client).at("/spool/slices").asInt() > 0);
                assertTrue(Files.notExists(old));
            }
            assertEquals(1, spools(spool(shop)).size());
            shop.publish(Map.of(0, 8L, 1, 1L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                awaitAll(client, shop);
                assertEquals(60, received(client), "what is spooled is of another publication");
            }
        }
    }

    @Test
    void whatIsSpooledUnderAnotherDefinitionIsNotTaken() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            sell(shop, 5, new Random(4));
            try (ServingLayer serving = shop.serve()) {
                awaitAll(Client.ready(serving), shop);
            }
            try (Shop other = shop.stating(Shop.revenue(Layers.SPEED, "true"))) {
                other.deployment.warehouse().saveDefinitions(other.set);
                other.createIncrements(2);
                for (Sale sale : shop.sales) {
                    other.count(sale);
                }
                String before;
                try (ServingLayer serving = other.serve()) {
                    Client client = Client.ready(serving);
                    awaitAll(client, other);
                    assertEquals(10, received(client));
                    before = answer(client);
                }
                try (ServingLayer serving = other.serve()) {
                    Client client = Client.ready(serving);
                    assertEquals(before, answer(client), "the stream alone is spooled too");
                    assertEquals(0, received(client));
                }
            }
        }
    }

    @Test
    void positionsInAnIncrementsTopicThatWasCreatedAgainMeanNothing() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            sell(shop, 5, new Random(5));
            try (ServingLayer serving = shop.serve()) {
                awaitAll(Client.ready(serving), shop);
            }
            shop.recreateIncrements(2);
            for (Sale sale : shop.sales) {
                shop.count(sale);
            }
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                awaitAll(client, shop);
                assertEquals(10, received(client));
            }
        }
    }

    @Test
    void whatRetentionHasRemovedIsStillCountedUnlessSomethingLiesBetween() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            for (int i = 0; i < 4; i++) {
                shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            }
            try (ServingLayer serving = shop.serve()) {
                awaitAll(Client.ready(serving), shop);
            }
            shop.removeBelow(0, 3);
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                awaitAll(client, shop);
                assertEquals(0, received(client));
            }
            for (int i = 0; i < 4; i++) {
                shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            }
            shop.removeBelow(0, 6);
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertEquals(2, client.revenue(ALL).rows().get(0).get("orders").asLong(), "what is left, as ever");
            }
        }
    }

    @Test
    void sessionsComeOutOfSlicesAsTheyWere() throws Exception {
        Session session = new Session("region", Duration.ofMinutes(30), 2);
        try (Shop shop = Shop.ofSessions(directory, session)) {
            for (int i = 0; i < 12; i++) {
                String path = "/v1/views/visits/query?from=2026-03-01T00:00:00Z&to=2026-03-05T00:00:00Z";
                String before;
                // Every other one bridges two that lie further apart than the gap.
                shop.sellAndCount(0, Shop.NOON.plusSeconds(1_500L * (i * 5 % 12)), "EU", i + ".00");
                try (ServingLayer serving = shop.serve()) {
                    Client client = Client.ready(serving);
                    int through = i + 1;
                    Until.holds(() -> client.get(path).through(0) == through);
                    before = client.get(path).rows().toString();
                    assertTrue(received(client) <= 1, "only the last is new");
                }
                try (ServingLayer serving = shop.serve()) {
                    assertEquals(before, Client.ready(serving).get(path).rows().toString());
                }
            }
        }
    }

    @Test
    void aSecondProcessThatFindsTheFolderTakenAnswersWithoutASpool() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            sell(shop, 5, new Random(6));
            try (ServingLayer one = shop.serve();
                    ServingLayer other = shop.serve()) {
                Client first = Client.ready(one);
                Client second = Client.ready(other);
                awaitAll(first, shop);
                awaitAll(second, shop);
                assertEquals(answer(first), answer(second));
                assertTrue(status(first).has("spool"));
                assertTrue(status(second).path("spool").isMissingNode());
            }
        }
    }
}
