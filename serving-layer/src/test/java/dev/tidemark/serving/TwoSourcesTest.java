package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One process serves two sources, each for itself. */
class TwoSourcesTest {

    @TempDir
    Path directory;

    @Test
    void eachSourceIsAnsweredAndTakesEachPublicationByItself() throws Exception {
        List<Shop> shops = Shop.pair(directory);
        try (Shop orders = shops.get(0);
                Shop returns = shops.get(1);
                ServingLayer serving = orders.serve()) {
            Client client = Client.of(serving);
            Until.holds(serving::isReady);
            orders.sellAndCount(0, Shop.NOON, "EU", "10.00");
            orders.sellAndCount(0, Shop.NOON, "EU", "20.00");
            returns.sellAndCount(0, Shop.NOON, "EU", "4.00");
            Until.holds(() -> ask(client, "revenue").through(0) == 2);
            Until.holds(() -> ask(client, "refunds").through(0) == 1);
            orders.publish(Map.of(0, 1L));
            for (String view : List.of("revenue", "refunds")) {
                Until.holds(
                        () -> ask(client, view).certificate().get("publication").asLong() == 1);
            }
            assertEquals("30.00", revenue(ask(client, "revenue")));
            assertEquals("4.00", revenue(ask(client, "refunds")));
            assertEquals(cut(ask(client, "revenue")), 1);
            assertEquals(cut(ask(client, "refunds")), 0);
            returns.publish(Map.of(0, 1L));
            for (String view : List.of("revenue", "refunds")) {
                Until.holds(
                        () -> ask(client, view).certificate().get("publication").asLong() == 2);
            }
            assertEquals("30.00", revenue(ask(client, "revenue")));
            assertEquals("4.00", revenue(ask(client, "refunds")));
            assertEquals(cut(ask(client, "refunds")), 1);
        }
    }

    private static Client.Reply ask(Client client, String view) throws Exception {
        return client.get("/v1/views/" + view + "/query");
    }

    private static String revenue(Client.Reply reply) {
        return reply.rows().get(0).get("revenue").asText();
    }

    private static long cut(Client.Reply reply) {
        return reply.certificate().get("partitions").get(0).get("cut").asLong();
    }
}
