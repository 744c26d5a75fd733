package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.PublicationLog;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Publication;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A publication whose cut is lower than that of the one before, and perhaps of other definitions. */
class RollbackTest {

    private static final View CHANGED = Shop.revenue(Layers.BOTH, "region <> 'US'");

    @TempDir
    Path directory;

    /** Publishes again what a publication held. */
    static Publication rollBack(Shop shop, long number) {
        PublicationLog log = shop.deployment.warehouse().publications();
        Publication held = log.read(number).orElseThrow();
        Publication made = new Publication(
                log.latest().number() + 1, Instant.now(), Cause.rollbackTo(number), held.sources(), held.segments());
        assertTrue(log.create(made));
        return made;
    }

    private static void awaitPublication(Client client, long number) throws Exception {
        Until.holds(() -> client.revenue("").certificate().get("publication").asLong() == number);
    }

    @Test
    void whatTheRolledBackSegmentsHeldIsCountedFromIncrements() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, "EU", "2.00");
            shop.sellAndCount(0, Shop.NOON, "US", "4.00");
            shop.publish(Map.of(0, 3L));
            shop.sellAndCount(0, Shop.NOON, "US", "8.00");
            awaitPublication(client, 2);
            rollBack(shop, 1);
            awaitPublication(client, 3);
            Client.Reply answer = client.revenue("");
            assertEquals("15.00", answer.rows().get(0).get("revenue").asText());
            assertEquals(1, answer.certificate().at("/partitions/0/cut").asLong());
            assertEquals(4, answer.through(0), "no answer steps back");
            assertEquals(
                    3,
                    Client.ready(serving)
                            .revenue("")
                            .certificate()
                            .get("publication")
                            .asLong());
        }
    }

    @Test
    void aStartAfterARollbackCountsTheSame() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, "EU", "2.00");
            shop.publish(Map.of(0, 2L));
            rollBack(shop, 1);
            try (ServingLayer serving = shop.serve()) {
                Client.Reply answer = Client.ready(serving).revenue("");
                assertEquals("3.00", answer.rows().get(0).get("revenue").asText());
                assertEquals(3, answer.certificate().get("publication").asLong());
            }
        }
    }

    @Test
    void theDefinitionsThatComeBackTakeOverOnceTheirIncrementsHaveComeAsFar() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.sellAndCount(0, Shop.NOON, "US", "2.00");
            before.publish(Map.of(0, 1L));
            try (Shop changed = before.stating(CHANGED);
                    ServingLayer serving = changed.serve()) {
                Client client = Client.ready(serving);
                changed.createIncrements(1);
                changed.emit(before.sales.get(1).filtered());
                changed.sales.add(before.sales.get(0));
                changed.publish(Map.of(0, 2L));
                awaitPublication(client, 2);
                changed.sellAndCount(0, Shop.NOON, "EU", "4.00");
                Until.holds(() -> client.revenue("").through(0) == 3);

                rollBack(before, 1);
                Sale since = before.sell(0, Shop.NOON, "US", "8.00");
                changed.emit(since.filtered());
                Until.holds(() -> client.revenue("").through(0) == 4);
                Client.Reply waiting = client.revenue("");
                assertEquals(2, waiting.certificate().get("publication").asLong(), "the old one has counted less");
                assertEquals("5.00", waiting.rows().get(0).get("revenue").asText(), "of the changed view alone");

                before.emit(changed.sales.get(1).increment());
                before.count(since);
                awaitPublication(client, 3);
                Client.Reply after = client.revenue("");
                assertEquals("15.00", after.rows().get(0).get("revenue").asText(), "with those from the US again");
                assertEquals(4, after.through(0));
            }
        }
    }

    @Test
    void whatBatchAloneComputesGoesBackToTheCut() throws Exception {
        Shop first = new Shop(directory, 1);
        try (Shop shop = first.stating(Shop.revenue(Layers.BATCH, "true"));
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            shop.sales.add(shop.sell(0, Shop.NOON, "EU", "1.00"));
            shop.publish(Map.of(0, 1L));
            shop.sales.add(shop.sell(0, Shop.NOON, "EU", "2.00"));
            shop.publish(Map.of(0, 2L));
            Until.holds(() -> client.revenue("").status() == 200);
            awaitPublication(client, 2);
            rollBack(shop, 1);
            awaitPublication(client, 3);
            Client.Reply answer = client.revenue("");
            assertEquals("1.00", answer.rows().get(0).get("revenue").asText());
            assertEquals(1, answer.through(0));
            assertEquals(
                    503,
                    client.revenue("at_least={\"%s\":{\"0\":2}}".formatted(shop.topic))
                            .status());
        }
    }
}
