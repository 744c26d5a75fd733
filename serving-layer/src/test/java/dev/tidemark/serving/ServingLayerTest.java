package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.serving.fold.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The answers of a serving layer over real HTTP, from a real broker and a real Delta table. */
class ServingLayerTest {

    @TempDir
    Path directory;

    @Test
    void beforeTheFirstPublicationAnswersComeFromTheIncrementsAlone() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "10.10");
            shop.sellAndCount(1, Shop.NOON.plusSeconds(30), "EU", "0.05");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                Client.Reply reply = client.revenue("");
                assertEquals(200, reply.status());
                assertEquals(
                        "[{\"orders\":2,\"revenue\":\"10.15\",\"pieces\":12,\"most\":11,\"average\":6.0,\"spread\":7.0710678118654755,"
                                + "\"latest\":\"0.05\",\"regions\":1,\"median\":1,"
                                + "\"busiest\":[{\"item\":\"EU\",\"count\":2}],\"final\":false}]",
                        reply.rows().toString());
                assertEquals(0, reply.certificate().get("publication").asLong());
                assertTrue(reply.certificate().get("published_at").isNull());
                assertTrue(reply.certificate().get("complete").asBoolean());
                assertEquals(1, reply.through(0));
                assertEquals(1, reply.through(1));
            }
        }
    }

    @Test
    void publishedSegmentsAndIncrementsBeyondTheCutAddUp() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.sellAndCount(0, Shop.NOON, null, "2.00");
            Sale last = shop.sellAndCount(0, Shop.NOON.plusSeconds(86_400), "EU", "4.00");
            shop.publish(Map.of(0, 3L));
            Sale late = shop.sellAndCount(0, Shop.NOON.plusSeconds(10), "EU", "8.00");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                Client.Reply reply = client.revenue("by=region&window=1d&measures=orders,revenue");
                assertEquals(
                        "[{\"window_start\":\"2026-03-02T00:00:00Z\",\"window_end\":\"2026-03-03T00:00:00Z\",\"region\":null,\"orders\":1,\"revenue\":\"2.00\",\"final\":true},"
                                + "{\"window_start\":\"2026-03-02T00:00:00Z\",\"window_end\":\"2026-03-03T00:00:00Z\",\"region\":\"EU\",\"orders\":2,\"revenue\":\"9.00\",\"final\":true},"
                                + "{\"window_start\":\"2026-03-03T00:00:00Z\",\"window_end\":\"2026-03-04T00:00:00Z\",\"region\":\"EU\",\"orders\":1,\"revenue\":\"4.00\",\"final\":true}]",
                        reply.rows().toString());
                assertEquals(1, reply.certificate().get("publication").asLong());
                assertEquals(
                        "{\"topic\":\"%s\",\"log\":\"%s\",\"partition\":0,\"cut\":3,\"cut_time\":\"%s\",\"through\":4,\"missing\":[],\"deferred\":0,\"excluded\":0}"
                                .formatted(
                                        shop.topic,
                                        late.position().log(),
                                        Instant.ofEpochMilli(last.recordTimestamp())),
                        reply.certificate().get("partitions").get(0).toString());
                Until.holds(() -> client.revenue("")
                                .json()
                                .get("freshness")
                                .get("behind_records")
                                .asLong()
                        == 0);
            }
        }
    }

    @Test
    void theSketchesOfSegmentsMergeWithThoseOfTheTail() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.sellAndCount(0, Shop.NOON.plusSeconds(60), "EU", "4.00");
            shop.sellAndCount(0, Shop.NOON.plusSeconds(90), "US", "2.00");
            shop.publish(Map.of(0, 3L));
            shop.sellAndCount(0, Shop.NOON.plusSeconds(10), "US", "8.00");
            shop.sellAndCount(0, Shop.NOON.plusSeconds(20), null, "16.00");
            shop.sellAndCount(0, Shop.NOON.plusSeconds(30), "US", "32.00");
            try (ServingLayer serving = shop.serve()) {
                Client.Reply reply = Client.ready(serving).revenue("measures=spread,latest,regions,median,busiest");
                assertEquals(
                        "[{\"spread\":11.861703081766969,\"latest\":\"2.00\",\"regions\":2,\"median\":5,"
                                + "\"busiest\":[{\"item\":\"US\",\"count\":3},{\"item\":\"EU\",\"count\":2}],"
                                + "\"final\":false}]",
                        reply.rows().toString());
            }
        }
    }

    @Test
    void aSegmentThatNoPublicationNamesIsNotSeen() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            Sale sale = shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.writeSegment(java.util.List.of(sale));
            shop.publish(Map.of(0, 1L));
            try (ServingLayer serving = shop.serve()) {
                assertEquals(
                        1,
                        Client.ready(serving)
                                .revenue("")
                                .rows()
                                .get(0)
                                .get("orders")
                                .asLong());
            }
        }
    }

    @Test
    void repeatedAndReorderedIncrementsCountOnce() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            Sale first = shop.sell(0, Shop.NOON, "EU", "1.00");
            Sale second = shop.sell(0, Shop.NOON, "EU", "2.00");
            Sale third = shop.sell(0, Shop.NOON, "EU", "4.00");
            for (Sale sale : java.util.List.of(third, first, third, second, first)) {
                shop.count(sale);
            }
            awaitThrough(client, shop, 0, 3);
            assertEquals("7.00", client.revenue("").rows().get(0).get("revenue").asText());
        }
    }

    @Test
    void readYourWritesWaitsForWhatWasWritten() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            Sale sale = shop.sell(0, Shop.NOON, "EU", "1.00");
            String atLeast = "at_least={\"%s\":{\"0\":1}}".formatted(shop.topic);
            Client.Reply early = client.revenue(atLeast);
            assertEquals(503, early.status());
            assertEquals("1", early.header("Retry-After"));
            assertEquals(
                    "urn:tidemark:problem:not-counted-yet",
                    early.json().get("type").asText());
            shop.count(sale);
            assertEquals(200, client.revenue(atLeast + "&wait=20s").status());
        }
    }

    @Test
    void anAnswerThatIsTooFarBehindIsRefused() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            Sale sale = shop.sell(0, Shop.NOON, "EU", "1.00");
            Until.holds(() -> client.revenue("max_lag=200ms").status() == 503);
            Client.Reply reply = client.revenue("");
            assertEquals(1, reply.json().get("freshness").get("behind_records").asLong());
            assertTrue(reply.json().get("freshness").get("behind_ms").asLong() >= 200);
            shop.count(sale);
            Until.holds(() -> client.revenue("max_lag=200ms").status() == 200);
        }
    }

    @Test
    void missingPositionsAreRefusedUntilTheirIncrementsCome() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serveImpatiently()) {
            Client client = Client.ready(serving);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Sale lost = shop.sell(0, Shop.NOON, "EU", "2.00");
            shop.sellAndCount(0, Shop.NOON, "EU", "4.00");
            Until.holds(() -> client.revenue("").status() == 503);
            Client.Reply refused = client.revenue("");
            assertEquals(
                    "urn:tidemark:problem:positions-missing",
                    refused.json().get("type").asText());
            Client.Reply partial = client.revenue("on_missing=return");
            assertEquals(200, partial.status());
            assertFalse(partial.certificate().get("complete").asBoolean());
            assertEquals(
                    "[[1,2]]",
                    partial.certificate()
                            .get("partitions")
                            .get(0)
                            .get("missing")
                            .toString());
            String atLeast = "on_missing=return&at_least={\"%s\":{\"0\":%d}}";
            assertEquals(200, client.revenue(atLeast.formatted(shop.topic, 1)).status());
            assertEquals(503, client.revenue(atLeast.formatted(shop.topic, 3)).status());
            assertEquals("5.00", partial.rows().get(0).get("revenue").asText());
            shop.count(lost);
            Until.holds(() -> client.revenue("").status() == 200);
            assertEquals("7.00", client.revenue("").rows().get(0).get("revenue").asText());
        }
    }

    @Test
    void eventsThatAreMissingInManyPlacesAreGivenUpAtOnceAndAPublicationTakesOver() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve(new Patience(Duration.ofSeconds(3), Patience.USUAL.clocks()))) {
            Client client = Client.ready(serving);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            for (int lost = 0; lost < 12; lost++) {
                shop.sell(0, Shop.NOON, "EU", "2.00");
                shop.sellAndCount(0, Shop.NOON, "EU", "4.00");
            }
            Until.holds(() -> client.revenue("on_missing=return").through(0) == 25);
            shop.publish(Map.of(0, 1L));
            Until.holds(() -> client.revenue("on_missing=return")
                            .certificate()
                            .get("publication")
                            .asLong()
                    == 1);
            Client.Reply reply = client.revenue("on_missing=return");
            assertEquals(
                    12,
                    reply.certificate().get("partitions").get(0).get("missing").size());
            assertEquals("49.00", reply.rows().get(0).get("revenue").asText());
        }
    }

    @Test
    void readYourWritesNamesPartitionsThatThereAre() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client.Reply refused = Client.ready(serving).revenue("at_least={\"%s\":{\"1\":1}}".formatted(shop.topic));
            assertEquals(400, refused.status());
            assertEquals("at_least", refused.json().get("field").asText());
            assertTrue(refused.json().get("detail").asText().contains("has 1 partitions"));
        }
    }

    @Test
    void incrementsThatCannotBeReadEndTheAnswers() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            awaitThrough(client, shop, 0, 1);
            shop.emitGarbage(0);
            Until.holds(() -> client.revenue("").status() == 503);
            Client.Reply refused = client.revenue("");
            assertEquals(
                    "urn:tidemark:problem:not-ready", refused.json().get("type").asText());
            assertTrue(refused.json().get("detail").asText().contains("cannot be counted any more"));
            assertEquals(503, client.get("/readyz").status());
        }
    }

    @Test
    void nothingIsFinalWhileAPartitionHasEventsOfWhichNoneIsPublished() throws Exception {
        try (Shop shop = Shop.open(directory, 2)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertTrue(isFinal(client), "an empty partition is not waited for");
                shop.sellAndCount(1, Shop.NOON, "EU", "2.00");
                awaitThrough(client, shop, 1, 1);
                assertFalse(isFinal(client));
            }
        }
    }

    private static boolean isFinal(Client client) throws Exception {
        return client.revenue("window=1d").rows().get(0).get("final").asBoolean();
    }

    @Test
    void numbersInAFilterAreMeantToTheLastDigit() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            shop.sellAndCount(0, Shop.NOON, "1234567890.1234567890", "1.00");
            awaitThrough(client, shop, 0, 1);
            Client.Reply reply = client.post(
                    "/v1/query",
                    "{\"view\":\"revenue\",\"filter\":"
                            + "[{\"dimension\":\"region\",\"values\":[1234567890.1234567890]}]}");
            assertEquals(1, reply.rows().size());
        }
    }

    @Test
    void incrementsFromLongBeforeTheCutAreNotRead() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.sellAndCount(0, Shop.NOON, "EU", "2.00");
            // The cut is taken in a later millisecond than the broker stamped these.
            long stamped = System.currentTimeMillis();
            Until.holds(() -> System.currentTimeMillis() > stamped);
            shop.publish(Map.of(0, 2L));
            shop.sellAndCount(0, Shop.NOON, "EU", "4.00");
            try (ServingLayer serving = shop.serve(new Patience(Duration.ofSeconds(10), Duration.ZERO))) {
                Client client = Client.ready(serving);
                awaitThrough(client, shop, 0, 3);
                assertEquals(
                        "7.00", client.revenue("").rows().get(0).get("revenue").asText());
                assertEquals(
                        "{\"received\":1,\"counted_before\":0,\"foreign\":0}",
                        client.get("/v1/status")
                                .json()
                                .get("sources")
                                .get(0)
                                .get("increments")
                                .toString());
            }
        }
    }

    @Test
    void aNewPartitionIsCountedFromItsBeginning() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.addPartitions(2);
            shop.sellAndCount(1, Shop.NOON, "EU", "2.00");
            Until.holds(() -> client.revenue("").certificate().get("partitions").size() == 2);
            awaitThrough(client, shop, 1, 1);
            assertEquals("3.00", client.revenue("").rows().get(0).get("revenue").asText());
        }
    }

    @Test
    void aTopicThatWasCreatedAgainIsRefusedByName() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
                awaitThrough(client, shop, 0, 1);
                shop.recreateTopic();
                Until.holds(() -> client.revenue("").status() == 503);
                Client.Reply refused = client.revenue("");
                assertEquals(
                        "urn:tidemark:problem:log-replaced",
                        refused.json().get("type").asText());
                assertTrue(refused.json().get("detail").asText().contains("`tidemark topics adopt orders`"));
                assertEquals(503, client.get("/readyz").status());
            }
            try (ServingLayer restarted = shop.serve()) {
                Client client = Client.of(restarted);
                Until.holds(
                        () -> client.revenue("").json().get("detail").asText().contains("topics adopt orders"));
                assertEquals(503, client.revenue("").status());
            }
        }
    }

    @Test
    void withoutDefinitionsOrIncrementsItSaysWhatItWaitsFor() throws Exception {
        try (Shop shop = new Shop(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.of(serving);
            Until.holds(() -> client.revenue("").json().get("detail").asText().contains("definition set"));
            assertEquals(503, client.revenue("").status());
            assertEquals("application/problem+json", client.revenue("").header("Content-Type"));
            assertEquals(503, client.get("/readyz").status());
            assertEquals(200, client.get("/healthz").status());
            shop.deployment.warehouse().saveDefinitions(shop.set);
            Client.ready(serving);
            shop.createIncrements(1);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            awaitThrough(client, shop, 0, 1);
        }
    }

    @Test
    void aRestartAnswersTheSame() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, "US", "2.00");
            String before;
            try (ServingLayer serving = shop.serve()) {
                before = Client.ready(serving).revenue("by=region").rows().toString();
            }
            try (ServingLayer serving = shop.serve()) {
                assertEquals(
                        before,
                        Client.ready(serving).revenue("by=region").rows().toString());
            }
        }
    }

    private static void awaitThrough(Client client, Shop shop, int partition, long end) throws Exception {
        String atLeast = "wait=30s&at_least={\"%s\":{\"%d\":%d}}".formatted(shop.topic, partition, end);
        assertEquals(200, client.revenue(atLeast).status());
    }
}
