package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code GET /v1/publications}: what was published, why, and what it changed. */
class PublicationsPageTest {

    @TempDir
    Path directory;

    @Test
    void theNewestComeFirstWithTheirCauseCutAndChangedDays() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            Publication second = withOtherSegments(shop, "2026-02-01", "2026-02-02", "2026-02-03", "2026-02-07");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                JsonNode page = client.get("/v1/publications").json();
                assertEquals("[1,2]", page.get("kept").toString());
                JsonNode newest = page.at("/publications/0");
                assertEquals(2, newest.get("number").asInt());
                assertEquals(
                        second.publishedAt().toString(),
                        newest.get("published_at").asText());
                assertEquals(
                        "{\"kind\":\"replay\",\"number\":3}",
                        newest.get("cause").toString());
                JsonNode source = newest.at("/sources/orders");
                assertEquals(shop.set.id(), source.get("definition_set").asText());
                assertTrue(source.has("cut_taken_at"));
                JsonNode partition = source.at("/partitions/0");
                assertEquals(shop.topic, partition.get("topic").asText());
                assertEquals(0, partition.get("partition").asInt());
                assertEquals(1, partition.get("cut").asInt());
                assertEquals(
                        "[{\"view\":\"revenue\",\"days\":4,\"first\":\"2026-02-01\",\"last\":\"2026-02-07\","
                                + "\"ranges\":[[\"2026-02-01\",\"2026-02-03\"],[\"2026-02-07\",\"2026-02-07\"]],"
                                + "\"more_ranges\":0}]",
                        newest.get("changed").toString());
                JsonNode first = page.at("/publications/1");
                assertEquals("{\"kind\":\"recompute\"}", first.get("cause").toString());
                assertEquals("2026-03-02", first.at("/changed/0/first").asText());
                assertEquals(first, client.get("/v1/publications/1").json());
                assertEquals(
                        1,
                        client.get("/v1/publications?limit=1")
                                .json()
                                .get("publications")
                                .size());
                assertEquals(400, client.get("/v1/publications?limit=0").status());
                assertEquals(400, client.get("/v1/publications?limits=1").status());

                Files.delete(directory.resolve("warehouse/publications/%020d.json".formatted(1)));
                try (ServingLayer later = shop.serve()) {
                    JsonNode oldest =
                            Client.ready(later).get("/v1/publications/2").json();
                    assertTrue(oldest.get("changed").isNull(), "what was before is not kept");
                }
            }
        }
    }

    @Test
    void beforeTheFirstPublicationThereAreNone() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                ServingLayer serving = shop.serve()) {
            assertEquals(
                    "{\"kept\":null,\"publications\":[]}",
                    Client.ready(serving).get("/v1/publications").json().toString());
        }
    }

    /** A publication that names the newest one's segments for other days too. */
    private static Publication withOtherSegments(Shop shop, String... days) throws Exception {
        Publication newest = shop.deployment.warehouse().publications().latest();
        Map<LocalDate, Publication.SegmentRef> segments = new TreeMap<>(newest.segmentsOf("revenue"));
        for (String day : days) {
            segments.put(LocalDate.parse(day), new Publication.SegmentRef("segment-" + day, 0, Map.of()));
        }
        Publication next = new Publication(
                newest.number() + 1,
                newest.publishedAt().plusSeconds(60),
                Cause.replay(3),
                newest.sources(),
                Map.of("revenue", segments));
        shop.deployment.warehouse().publications().create(next);
        return next;
    }
}
