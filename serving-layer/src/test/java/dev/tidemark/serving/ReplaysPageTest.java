package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.deployment.ReplayLog;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Input;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Replay;
import dev.tidemark.view.ViewDifference;
import dev.tidemark.view.aggregate.Equality;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code /v1/replays} and {@code /v1/drift}: what is staged, what became of it, and who may decide. */
class ReplaysPageTest {

    private static final LocalDate DAY = LocalDate.of(2026, 3, 2);

    @TempDir
    Path directory;

    private static Replay replay(Publication published, long number) {
        ViewDifference.MeasureTotal orders =
                new ViewDifference.MeasureTotal("orders", Equality.EXACT, 1, false, 4L, 5L);
        ViewDifference.Day day = new ViewDifference.Day(DAY, 10, 10, 0, 0, 1, List.of(orders));
        return new Replay(
                Replay.FORMAT,
                number,
                Instant.parse("2026-03-03T00:00:00Z"),
                DAY,
                DAY.plusDays(1),
                Input.ARCHIVE,
                published.number(),
                published.sources(),
                Map.of("revenue", published.segmentsOf("revenue")),
                List.of(new ViewDifference("revenue", false, true, List.of(), List.of(day), List.of())));
    }

    @Test
    void aReplayIsToldWithWhatItWouldChangeAndWhatBecameOfIt() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Publication first = shop.publish(Map.of(0, 1L));
            ReplayLog log = shop.deployment.warehouse().replays();
            log.create(replay(first, 1));
            log.create(replay(first, 2));
            log.reject(2, Instant.now());
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                JsonNode all = client.get("/v1/replays").json().get("replays");
                assertEquals(
                        "[2,1]",
                        List.of(all.at("/0/number").asInt(), all.at("/1/number").asInt())
                                .toString()
                                .replace(" ", ""));
                assertEquals("rejected", all.at("/0/state").asText());
                JsonNode one = client.get("/v1/replays/1").json();
                assertEquals("open", one.get("state").asText());
                assertEquals(0.25, one.get("share").asDouble());
                assertEquals(5, one.at("/differences/0/days/0/measures/0/after").asInt());
                publish(shop, first, Cause.replay(1));
                assertEquals(
                        "approved",
                        client.get("/v1/replays/1").json().get("state").asText());
                assertEquals(
                        2, client.get("/v1/replays/1").json().get("approved_in").asInt());
                publish(shop, first, Cause.rollbackTo(1));
                assertEquals(
                        "rolled back",
                        client.get("/v1/replays/1").json().get("state").asText());
                assertEquals(404, client.get("/v1/replays/3").status());
                assertEquals(404, client.get("/v1/replays/first").status());
                assertEquals(
                        "{\"publications\":[]}", client.get("/v1/drift").json().toString());
            }
        }
    }

    private static void publish(Shop shop, Publication like, Cause cause) {
        long next = shop.deployment.warehouse().publications().latest().number() + 1;
        assertTrue(shop.deployment
                .warehouse()
                .publications()
                .create(new Publication(next, Instant.now(), cause, like.sources(), like.segments())));
    }

    @Test
    void nobodyDecidesFromAPageOfAnotherSiteAndWithoutTheCommandNothingIsDone() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Publication first = shop.publish(Map.of(0, 1L));
            shop.deployment.warehouse().replays().create(replay(first, 1));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertEquals(404, client.post("/v1/replays/9/approve", "").status());
                Client.Reply refused = client.post("/v1/replays/1/approve", "");
                assertEquals(501, refused.status());
                assertTrue(refused.json().get("detail").asText().contains("run `tidemark replay approve 1`"));
                assertEquals(501, client.post("/v1/publications/rollback", "").status());
                for (String origin : List.of("http://elsewhere.example", "null")) {
                    HttpRequest foreign = HttpRequest.newBuilder(
                                    URI.create("http://127.0.0.1:" + serving.port() + "/v1/publications/rollback"))
                            .header("Origin", origin)
                            .POST(HttpRequest.BodyPublishers.noBody())
                            .build();
                    assertEquals(
                            403,
                            HttpClient.newHttpClient()
                                    .send(foreign, BodyHandlers.ofString())
                                    .statusCode());
                }
            }
        }
    }
}
