package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.schema.Bucket;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** Every event is in one bucket of every view, and who has lost one hears of it. */
class ConservationTest {

    @TempDir
    Path folder;

    private static JsonNode partition(Client client) throws Exception {
        return client.get("/v1/conservation").json().at("/sources/0/views/revenue/0");
    }

    @Test
    void whatIsSetAsideIsConsumedAndWhatIsDeferredIsInTheCertificate() throws Exception {
        try (Shop shop = Shop.open(folder, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.50");
            shop.publish(Map.of(0, 1L));
            shop.emit(shop.sell(0, Shop.NOON, "EU", "1.50").in(Bucket.DEFERRED));
            shop.emit(shop.sell(0, Shop.NOON, "EU", "1.50").in(Bucket.DUPLICATE));
            shop.emit(shop.sell(0, Shop.NOON, "EU", "1.50").in(Bucket.EXCLUDED));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.of(serving);
                Until.holds(() -> partition(client).path("consumed").asLong() == 6);
                assertEquals(
                        "{\"partition\":0,\"consumed\":6,\"counted\":1,\"malformed\":2,\"duplicate\":1,\"deferred\":1,"
                                + "\"excluded\":1,\"filtered\":0,\"failed\":0,\"difference\":0}",
                        partition(client).toString());
                JsonNode answer = client.get(
                                "/v1/views/revenue/query?from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z")
                        .json();
                assertEquals(1, answer.at("/rows/0/orders").asLong());
                assertEquals(1, answer.at("/certificate/partitions/0/deferred").asLong());
                assertEquals(1, answer.at("/certificate/partitions/0/excluded").asLong());
                assertEquals(4, answer.at("/certificate/partitions/0/through").asLong());
                assertTrue(answer.at("/certificate/complete").asBoolean());
                assertTrue(client.text("/metrics").contains("tidemark_conservation_difference{"));
            }
        }
    }

    /** What an answer's certificate says of the one partition; what it says of those left out has to fit how far it counts. */
    private static JsonNode certified(Shop shop, Client client) throws Exception {
        JsonNode partition = client.revenue("").certificate().at("/partitions/0");
        assertEquals(
                shop.excludedBelow(0, partition.get("through").asLong()),
                partition.get("excluded").asLong(),
                partition::toString);
        return partition;
    }

    @Test
    void whatIsLeftOutIsInTheCertificateWhetherBatchOrTheTailLeavesItOut() throws Exception {
        try (Shop shop = Shop.open(folder, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.50");
            shop.exclude(shop.sell(0, Shop.NOON, "EU", "1.50"));
            shop.exclude(shop.sell(0, Shop.NOON.plusSeconds(86_400), "EU", "1.50"));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.of(serving);
                Until.holds(() -> certified(shop, client).get("through").asLong() == 3);
                assertEquals(2, certified(shop, client).get("excluded").asLong(), "by the tail");
                shop.publish(Map.of(0, 2L));
                Until.holds(() -> certified(shop, client).get("cut").asLong() == 2);
                assertEquals(2, certified(shop, client).get("excluded").asLong(), "one of them by batch");
                shop.exclude(shop.sell(0, Shop.NOON, "EU", "1.50"));
                Until.holds(() -> certified(shop, client).get("through").asLong() == 4);
                assertEquals(3, certified(shop, client).get("excluded").asLong());
                shop.publish(Map.of(0, 4L));
                Until.holds(() -> certified(shop, client).get("cut").asLong() == 4);
                assertEquals(3, certified(shop, client).get("excluded").asLong(), "by batch");
                assertEquals(3, partition(client).get("excluded").asLong(), "as conservation has it");
                assertEquals(0, partition(client).get("difference").asLong());
            }
        }
    }

    @Test
    void anEventThatBatchHasLostIsADifferenceAMetricAndALineInTheLogThatSaysWhere() throws Exception {
        ListAppender<ILoggingEvent> said = new ListAppender<>();
        Logger log = (Logger) LoggerFactory.getLogger("dev.tidemark.serving.http.ConservationWatch");
        log.addAppender(said);
        said.start();
        try (Shop shop = Shop.open(folder, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.50");
            shop.publish(Map.of(0, 1L), 1);
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.of(serving);
                Until.holds(() -> partition(client).path("difference").asLong() == 1);
                assertEquals(4, partition(client).get("consumed").asLong());
                String metric = client.text("/metrics")
                        .lines()
                        .filter(line -> line.startsWith("tidemark_conservation_difference{"))
                        .findFirst()
                        .orElseThrow();
                assertTrue(metric.contains("partition=\"0\"") && metric.contains("view=\"revenue\""), metric);
                assertTrue(metric.endsWith(" 1.0"), metric);
                Until.holds(() -> !said.list.isEmpty());
                assertEquals(Level.ERROR, said.list.get(0).getLevel());
                assertEquals(
                        "1 events of partition 0 are in no bucket of view revenue, under publication 1: see"
                                + " /v1/conservation, and recompute the view",
                        said.list.get(0).getFormattedMessage());
            }
        } finally {
            log.detachAppender(said);
        }
    }
}
