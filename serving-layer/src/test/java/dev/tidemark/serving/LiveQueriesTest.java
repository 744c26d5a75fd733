package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.live.LiveSettings;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Live queries over real HTTP, while events arrive by a real broker. */
class LiveQueriesTest {

    /** Few at once, who hear a heartbeat soon. */
    private static final LiveSettings FEW = new LiveSettings(50, 2, Duration.ofMillis(300));

    @TempDir
    Path directory;

    @Test
    void anAnswerComesAtOnceAndAgainWheneverItChanges() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve());
                Listener listener = Listener.to(serving, "by=region")) {
            Until.holds(() -> listener.newest("rows").get("rows").isEmpty());
            assertTrue(listener.head().startsWith("HTTP/1.1 200"), listener.head());
            assertTrue(listener.head().contains("Content-Type: text/event-stream"), listener.head());
            shop.sellAndCount(0, Shop.NOON, "EU", "1.50");
            Until.holds(() -> listener.through() == 1);
            shop.publish(Map.of(0, 1L));
            Until.holds(() -> listener.newest("rows")
                            .get("certificate")
                            .get("publication")
                            .asLong()
                    == 1);
            assertEquals(
                    Client.of(serving).revenue("by=region").rows(),
                    listener.newest("rows").get("rows"));
            assertEquals(List.of("columns", "rows", "certificate", "freshness"), fieldNames(listener.newest("rows")));
        }
    }

    @Test
    void nothingStepsBackAndNothingIsSaidTwice() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve());
                Listener listener = Listener.to(serving, "")) {
            for (int i = 0; i < 200; i++) {
                shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            }
            Until.holds(() -> listener.through() == 200);
            List<JsonNode> answers = listener.all("rows");
            for (int i = 1; i < answers.size(); i++) {
                assertFalse(answers.get(i).equals(answers.get(i - 1)), answers.get(i)::toString);
                assertTrue(Listener.through(answers.get(i)) >= Listener.through(answers.get(i - 1)));
            }
        }
    }

    @Test
    void thereAreAtMostTwentyAnswersASecond() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve());
                Listener listener = Listener.to(serving, "")) {
            Until.holds(() -> listener.newest("rows") != null);
            long begun = System.nanoTime();
            for (int i = 1; i <= 300; i++) {
                shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            }
            Until.holds(() -> listener.through() == 300);
            double seconds = (System.nanoTime() - begun) / 1e9;
            int answers = listener.all("rows").size();
            assertTrue(answers <= 2 + 20 * seconds, answers + " answers in " + seconds + " s");
        }
    }

    @Test
    void whoeverHasNothingToSendBeats() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve(FEW));
                Listener listener = Listener.to(serving, "")) {
            Until.holds(() -> listener.all("heartbeat").size() == 2);
            assertFalse(listener.ended());
        }
    }

    @Test
    void aSlowClientGetsTheNewestAnswerAndHoldsNobodyUp() throws Exception {
        int regions = 2_000;
        String parameters = "by=region&measures=orders,revenue,average";
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve())) {
            for (int i = 0; i < regions; i++) {
                shop.sellAndCount(0, Shop.NOON, "region-with-a-long-name-" + i, "1.00");
            }
            try (Listener slow = Listener.asleep(serving, parameters);
                    Listener quick = Listener.to(serving, parameters)) {
                // More than the buffers of both ends hold.
                long sold = regions;
                while (quick.events().size() < 80) {
                    shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
                    sold++;
                }
                long all = sold;
                Until.holds(() -> quick.through() == all);
                slow.wake();
                Until.holds(() -> slow.through() == all);
                assertTrue(
                        slow.all("rows").size() < quick.all("rows").size(),
                        slow.all("rows").size() + " of " + quick.all("rows").size());
                assertEquals(
                        quick.newest("rows").get("rows"), slow.newest("rows").get("rows"));
            }
        }
    }

    @Test
    void manyListenToOneQueryAndTheirPlacesAreFreeWhenTheyHaveGone() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve(FEW))) {
            List<Listener> many = new ArrayList<>();
            for (int i = 0; i < FEW.streams(); i++) {
                many.add(Listener.to(serving, "by=region"));
            }
            Until.holds(() -> many.stream().allMatch(one -> one.newest("rows") != null));
            Client.Reply refused = Client.of(serving).get("/v1/views/revenue/live");
            assertEquals(503, refused.status());
            assertEquals("1", refused.header("Retry-After"));
            assertEquals(
                    "50 clients listen to live queries already, which is the limit; try again later, or ask the query"
                            + " itself",
                    refused.json().get("detail").asText());
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Until.holds(() -> many.stream().allMatch(one -> one.through() == 1));
            for (Listener one : many) {
                one.close();
            }
            Until.holds(() -> {
                try (Listener late = Listener.to(serving, "measures=orders")) {
                    Until.holds(() -> !late.head().isEmpty());
                    return late.head().startsWith("HTTP/1.1 200");
                }
            });
        }
    }

    @Test
    void differentQueriesHaveALimitOfTheirOwn() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve(FEW));
                Listener one = Listener.to(serving, "by=region");
                Listener other = Listener.to(serving, "measures=orders")) {
            Until.holds(() -> one.newest("rows") != null && other.newest("rows") != null);
            Client.Reply refused = Client.of(serving).get("/v1/views/revenue/live?limit=1");
            assertEquals(503, refused.status());
            assertEquals(
                    "urn:tidemark:problem:too-many-streams",
                    refused.json().get("type").asText());
            try (Listener same = Listener.to(serving, "by=region")) {
                Until.holds(() -> same.newest("rows") != null);
            }
        }
    }

    @Test
    void aWrongQueryIsRefusedBeforeTheStreamBegins() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serve())) {
            Client client = Client.of(serving);
            Client.Reply reply = client.get("/v1/views/revenue/live?by=regoin");
            assertEquals(400, reply.status());
            assertEquals("application/problem+json", reply.header("Content-Type"));
            assertEquals("by", reply.json().get("field").asText());
            assertEquals(404, client.get("/v1/views/revenu/live").status());
            assertEquals(400, client.get("/v1/views/revenue/live?every").status());
            Client.Reply waits =
                    client.get("/v1/views/revenue/live?wait=1s&at_least={\"%s\":{\"0\":1}}".formatted(shop.topic));
            assertEquals("wait", waits.json().get("field").asText());
        }
    }

    @Test
    void aRefusedAnswerIsAProblemAndTheStreamGoesOn() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = ready(shop.serveImpatiently());
                Listener listener = Listener.to(serving, "")) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Sale lost = shop.sell(0, Shop.NOON, "EU", "2.00");
            shop.sellAndCount(0, Shop.NOON, "EU", "4.00");
            Until.holds(() ->
                    listener.newest("problem").get("type").asText().equals("urn:tidemark:problem:positions-missing"));
            shop.count(lost);
            Until.holds(() -> listener.newest("rows")
                    .get("rows")
                    .get(0)
                    .get("revenue")
                    .asText()
                    .equals("7.00"));
        }
    }

    @Test
    void aSourceThatIsNotServedYetIsAProblemUntilItIs() throws Exception {
        try (Shop shop = new Shop(directory, 1);
                ServingLayer serving = shop.serve();
                Listener listener = Listener.to(serving, "")) {
            Until.holds(() -> listener.newest("problem").get("status").asInt() == 503);
            shop.deployment.warehouse().saveDefinitions(shop.set);
            shop.createIncrements(1);
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Until.holds(() -> listener.through() == 1);
        }
    }

    @Test
    void aQueryThatTurnsOutToBeWrongEndsItsStreams() throws Exception {
        try (Shop shop = new Shop(directory, 1);
                ServingLayer serving = shop.serve();
                Listener listener = Listener.to(serving, "by=regoin")) {
            Until.holds(() -> listener.newest("problem").get("status").asInt() == 503);
            shop.deployment.warehouse().saveDefinitions(shop.set);
            shop.createIncrements(1);
            Until.holds(listener::ended);
            assertEquals(400, listener.newest("problem").get("status").asInt());
        }
    }

    @Test
    void theLastSecondsMoveOnWithoutAnyEvent() throws Exception {
        try (Shop shop = Shop.ofSeconds(directory);
                ServingLayer serving = ready(shop.serve());
                Listener listener = Listener.to(serving, "last=2s")) {
            Until.holds(() -> {
                // Again, since the seconds may be over before it is counted.
                shop.sellAndCount(0, Instant.now().truncatedTo(ChronoUnit.SECONDS), "EU", "1.00");
                return listener.newest("rows").get("rows").size() == 1;
            });
            Until.holds(() -> listener.newest("rows").get("rows").isEmpty());
        }
    }

    @Test
    void listenersComeBackWhenTheServingLayerDoes() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            int port;
            try (ServingLayer serving = ready(shop.serve());
                    Listener listener = Listener.to(serving, "")) {
                port = serving.port();
                shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
                Until.holds(() -> listener.through() == 1);
                serving.close();
                Until.holds(listener::ended);
            }
            shop.sellAndCount(0, Shop.NOON, "EU", "2.00");
            try (ServingLayer again = ServingLayer.start(shop.deployment, "127.0.0.1", port, Patience.USUAL);
                    Listener listener = Listener.to(again, "")) {
                Until.holds(() -> listener.through() == 2);
            }
        }
    }

    private static ServingLayer ready(ServingLayer serving) throws Exception {
        Until.holds(serving::isReady);
        return serving;
    }

    private static List<String> fieldNames(JsonNode json) {
        List<String> names = new ArrayList<>();
        json.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
