package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.view.Layers;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is published answers, whatever the files state; and views that one layer alone computes. */
class DefinitionSwitchTest {

    private static final View CHANGED = Shop.revenue(Layers.BOTH, "region <> 'US'");

    @TempDir
    Path directory;

    @Test
    void whatIsPublishedAnswersUntilAPublicationSwitches() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.sellAndCount(0, Shop.NOON, "US", "2.00");
            before.publish(Map.of(0, 1L));
            try (Shop now = before.stating(CHANGED);
                    ServingLayer serving = now.serve()) {
                Client client = Client.ready(serving);
                assertEquals(2, client.revenue("").rows().get(0).get("orders").asInt());

                now.createIncrements(1);
                now.deployment.warehouse().saveDefinitions(now.set);
                // What the speed layer would say of the order from the US.
                now.emit(before.sales.get(1).filtered());
                now.sales.add(before.sales.get(0));
                now.publish(Map.of(0, 1L));
                Until.holds(() ->
                        client.revenue("").certificate().get("publication").asInt() == 2);
                Client.Reply after = client.revenue("");
                assertEquals(1, after.rows().get(0).get("orders").asInt());
                assertEquals(2, after.through(0));
                assertEquals("200", Integer.toString(client.get("/readyz").status()));
            }
        }
    }

    @Test
    void aSwitchWaitsUntilTheNewIncrementsHaveComeAsFar() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.sellAndCount(0, Shop.NOON, "EU", "2.00");
            before.publish(Map.of(0, 1L));
            try (Shop now = before.stating(CHANGED);
                    ServingLayer serving = now.serve()) {
                Client client = Client.ready(serving);
                now.deployment.warehouse().saveDefinitions(now.set);
                now.sales.add(before.sales.get(0));
                now.publish(Map.of(0, 1L));
                before.sellAndCount(0, Shop.NOON, "EU", "4.00");
                String atLeast = "wait=30s&at_least={\"%s\":{\"0\":3}}".formatted(before.topic);
                Client.Reply old = client.revenue(atLeast);
                assertEquals(1, old.certificate().get("publication").asInt(), "the new one has counted less");
                assertEquals("7.00", old.rows().get(0).get("revenue").asText());

                now.createIncrements(1);
                now.emit(before.sales.get(1).increment());
                now.emit(before.sales.get(2).increment());
                Until.holds(() ->
                        client.revenue("").certificate().get("publication").asInt() == 2);
                assertEquals(
                        "7.00", client.revenue("").rows().get(0).get("revenue").asText());
                assertEquals(3, client.revenue("").through(0));
            }
        }
    }

    @Test
    void aViewThatIsOnlyStatedIsToldToComeWithThePublicationThatSwitches() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.publish(Map.of(0, 1L));
            try (Shop now = before.stating(Shop.named("turnover"));
                    ServingLayer serving = now.serve()) {
                Client client = Client.ready(serving);
                Client.Reply early = client.get("/v1/views/turnover/query");
                assertEquals(503, early.status());
                assertTrue(early.json().get("detail").asText().contains("not in publication 1 yet"));
                assertFalse(
                        client.get("/v1/views/turnover").json().get("answered").asBoolean());
                assertEquals(200, client.revenue("").status(), "what the files dropped answers until then");
                assertEquals(404, client.get("/v1/views/other/query").status());
            }
        }
    }

    @Test
    void whatBatchAloneComputesReachesUpToTheCut() throws Exception {
        Shop first = new Shop(directory, 1);
        try (Shop shop = first.stating(Shop.revenue(Layers.BATCH, "true"));
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            Client.Reply early = client.revenue("");
            assertEquals(503, early.status());
            assertTrue(early.json().get("detail").asText().contains("nothing has been published yet"));

            shop.sales.add(shop.sell(0, Shop.NOON, "EU", "1.00"));
            shop.sales.add(shop.sell(0, Shop.NOON, "EU", "2.00"));
            Instant before = Instant.now();
            shop.publish(Map.of(0, 1L));
            Until.holds(() -> client.revenue("").status() == 200);
            Client.Reply answer = client.revenue("");
            assertEquals("1.00", answer.rows().get(0).get("revenue").asText());
            assertEquals(1, answer.through(0));
            assertTrue(answer.certificate().get("complete").asBoolean());
            assertFalse(
                    Instant.parse(answer.certificate().get("reaches").asText()).isBefore(before.minusSeconds(1)));
            Until.holds(() -> client.revenue("")
                            .json()
                            .get("freshness")
                            .get("behind_records")
                            .asInt()
                    == 1);
            assertTrue(
                    client.revenue("").json().get("freshness").get("behind_ms").asLong() > 0);
            assertEquals(
                    1,
                    client.get("/v1/status")
                            .json()
                            .at("/sources/0/views/revenue/0/counted")
                            .asInt());
        }
    }

    @Test
    void whatTheStreamAloneComputesIsFoldedFromTheWholeLogWhateverIsPublished() throws Exception {
        Shop first = new Shop(directory, 1);
        try (Shop shop = first.stating(Shop.revenue(Layers.SPEED, "true"))) {
            shop.deployment.warehouse().saveDefinitions(shop.set);
            shop.createIncrements(1);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.sellAndCount(0, Shop.NOON, "EU", "2.00");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertEquals(
                        "3.00", client.revenue("").rows().get(0).get("revenue").asText());
                shop.publish(Map.of(0, 1L));
                shop.sellAndCount(0, Shop.NOON, "EU", "4.00");
                Until.holds(() -> client.revenue("").through(0) == 3);
                assertEquals(
                        "7.00", client.revenue("").rows().get(0).get("revenue").asText());
                Until.holds(() -> client.get("/v1/status")
                                .json()
                                .at("/sources/0/publication")
                                .asInt()
                        == 1);
                Client.Reply answer = client.revenue("");
                assertEquals("7.00", answer.rows().get(0).get("revenue").asText());
                assertEquals(0, answer.certificate().get("publication").asInt(), "nothing published is in it");
                assertEquals(0, answer.certificate().at("/partitions/0/cut").asInt());
            }
        }
    }
}
