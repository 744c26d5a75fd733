package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Publication;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How one answer changed from publication to publication, and why. */
class HistoryTest {

    private static final View CHANGED = Shop.revenue(Layers.BOTH, "region <> 'US'");
    private static final String BY_REGION = "by=region&measures=orders";

    @TempDir
    Path directory;

    private static JsonNode history(Client client, String parameters) throws Exception {
        Client.Reply reply = client.get("/v1/views/revenue/history?" + parameters);
        assertEquals(200, reply.status(), reply.json().toString());
        return reply.json();
    }

    private static List<Long> listed(JsonNode history) {
        List<Long> numbers = new ArrayList<>();
        history.get("entries")
                .forEach(entry -> numbers.add(entry.get("publication").asLong()));
        return numbers;
    }

    /** The beginning of an entry's text: which publication it is about. */
    private static String begin(Publication publication) {
        return "Publication %d of %s UTC, "
                .formatted(
                        publication.number(),
                        publication.publishedAt().toString().substring(0, 16).replace('T', ' '));
    }

    @Test
    void lateEventsThatAPublicationCountsForTheFirstTimeAreTold() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.sellAndCount(0, Shop.NOON, "US", "2.00");
            shop.publish(Map.of(0, 2L));
            // Of another day: the day before is as it was.
            shop.sellAndCount(0, Shop.NOON.plusSeconds(86_400), "EU", "3.00");
            shop.publish(Map.of(0, 3L));
            shop.sellAndCount(0, Shop.NOON, "EU", "4.00");
            shop.sellAndCount(0, Shop.NOON.plusSeconds(60), "EU", "5.00");
            Publication late = shop.publish(Map.of(0, 5L), Cause.ADVANCE);
            shop.sellAndCount(0, Shop.NOON, "EU", "6.00");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                Until.holds(() -> client.revenue("").through(0) == 6);
                JsonNode history = history(client, BY_REGION + "&from=2026-03-02T00:00:00Z&to=2026-03-03T00:00:00Z");
                assertEquals("{\"from\":1,\"to\":3}", history.get("compared").toString());
                assertEquals(List.of(3L), listed(history), "the others answer alike");
                JsonNode entry = history.at("/entries/0");
                assertEquals(
                        begin(late)
                                + "made by an advance: orders of region EU went from 1 to 3, since 2 events of these days"
                                + " that had come in by then were not counted before.",
                        entry.get("text").asText());
                assertEquals(
                        "[{\"row\":{\"region\":\"EU\"},\"before\":{\"orders\":1},\"after\":{\"orders\":3}}]",
                        entry.get("rows").toString());
                assertEquals(0, entry.get("more_rows").asInt());
                assertEquals("{\"kind\":\"advance\"}", entry.get("cause").toString());
                assertEquals(
                        "{\"definition\":[],\"events\":{\"counted\":2}}",
                        entry.get("reasons").toString());
                assertEquals(
                        "Now: orders of region EU went from 3 to 4, since 1 record has come since the cut of"
                                + " publication 3.",
                        history.at("/present/text").asText());
                assertEquals(
                        6,
                        history.at("/present/certificate/partitions/0/through").asInt());
                assertEquals(
                        "Now: the same as publication 3 answers, though 1 record has come since its cut.",
                        history(client, "measures=orders&filter[region]=US")
                                .at("/present/text")
                                .asText());
            }
        }
    }

    @Test
    void aRowThatComesOrGoesHasNothingOnTheOtherSide() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, null, "2.00");
            shop.publish(Map.of(0, 2L), Cause.replay(7));
            Publication back = shop.rollBackTo(1);
            try (ServingLayer serving = shop.serve()) {
                JsonNode history = history(Client.ready(serving), "by=region&measures=orders,revenue");
                JsonNode came = history.at("/entries/0");
                assertTrue(
                        came.get("text")
                                .asText()
                                .endsWith(
                                        "made when replay 7 was approved: there is a row of no region now, with orders"
                                                + " 1, revenue 2.00, since 1 more event of these days is counted."),
                        came.toString());
                assertEquals(
                        "[{\"row\":{\"region\":null},\"before\":null,\"after\":{\"orders\":1,\"revenue\":\"2.00\"}}]",
                        came.get("rows").toString());
                assertEquals(
                        "{\"kind\":\"replay\",\"number\":7}", came.get("cause").toString());
                JsonNode gone = history.at("/entries/1");
                assertEquals(
                        begin(back)
                                + "rolled back to publication 1: there is no row of no region any more, which had orders"
                                + " 1, revenue 2.00, as publication 1 had it, and 1 fewer event of these days is counted.",
                        gone.get("text").asText());
                assertTrue(gone.at("/rows/0/after").isNull());
                assertEquals("{\"counted\":-1}", gone.at("/reasons/events").toString());
            }
        }
    }

    @Test
    void aChangedDefinitionIsSaidWithWhatWasChanged() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.sellAndCount(0, Shop.NOON, "US", "2.00");
            before.publish(Map.of(0, 2L));
            try (Shop now = before.stating(CHANGED)) {
                now.createIncrements(1);
                now.sales.add(before.sales.get(0));
                Publication changed = now.publish(Map.of(0, 2L));
                now.rollBackTo(1);
                try (ServingLayer serving = now.serve()) {
                    JsonNode history = history(Client.ready(serving), "measures=orders");
                    assertEquals(List.of(2L, 3L), listed(history));
                    assertEquals(
                            begin(changed)
                                    + "made by a recompute: orders went from 2 to 1, since the view's definition was"
                                    + " changed (the filter is now `region <> 'US'`, and was none), and 1 fewer event of these"
                                    + " days is counted.",
                            history.at("/entries/0/text").asText());
                    assertEquals(
                            "[\"the filter is now `region <> 'US'`, and was none\"]",
                            history.at("/entries/0/reasons/definition").toString());
                    assertEquals(
                            "[\"the filter is now none, and was `region <> 'US'`\"]",
                            history.at("/entries/1/reasons/definition").toString());
                    assertEquals(
                            "{\"orders\":2}",
                            history.at("/entries/1/rows/0/after").toString());
                }
            }
        }
    }

    @Test
    void whatCannotBeAskedOfAnOlderDefinitionIsSaidInsteadOfRows() throws Exception {
        try (Shop before = Shop.open(directory, 1)) {
            before.sellAndCount(0, Shop.NOON, "EU", "1.00");
            before.publish(Map.of(0, 1L));
            try (Shop now = before.stating(Shop.named("turnover"))) {
                now.createIncrements(1);
                now.count(before.sales.get(0));
                Publication came = now.publish(Map.of(0, 1L));
                try (ServingLayer serving = now.serve()) {
                    Client client = Client.ready(serving);
                    Until.holds(() -> client.get("/v1/views/turnover/query").status() == 200);
                    JsonNode entry =
                            client.get("/v1/views/turnover/history").json().at("/entries/0");
                    assertEquals(
                            begin(came)
                                    + "made by a recompute: it answers this, which could not be asked of the one before:"
                                    + " view 'turnover' is not in publication 1: it is there since publication 2.",
                            entry.get("text").asText());
                    assertEquals("[]", entry.get("rows").toString());
                    assertFalse(entry.get("problem").isNull());
                }
            }
        }
    }

    @Test
    void aDayThatWasComputedAgainAlikeIsNotListedAndSketchesDoNotChatter() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        try (Shop shop = Shop.open(directory, 1)) {
            for (int i = 0; i < 300; i++) {
                shop.sellAndCount(
                        0, Shop.NOON.minusSeconds(random.nextInt(30_000)), "R" + i, random.nextInt(5_000) + ".00");
            }
            shop.publish(Map.of(0, 300L));
            shop.publish(Map.of(0, 300L), Cause.DAYS);
            shop.sellAndCount(0, Shop.NOON, "R300", "2.00");
            shop.publish(Map.of(0, 301L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                assertNotEquals(
                        client.revenue("publication=1&measures=regions").rows().at("/0/regions"),
                        client.revenue("publication=3&measures=regions").rows().at("/0/regions"));
                assertEquals(List.of(), listed(history(client, "measures=regions,median")));
                assertEquals(List.of(3L), listed(history(client, "")));
                JsonNode values = history(client, "").at("/entries/0/rows/0/after");
                assertTrue(values.has("orders") && values.has("revenue"), values.toString());
                assertFalse(values.has("median") || values.has("regions"), values.toString());
            }
        }
    }

    @Test
    void asManyPublicationsAreComparedAsAreAskedForAndRowsAreBounded() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            for (int i = 0; i < 25; i++) {
                shop.sellAndCount(0, Shop.NOON, "R" + i, "1.00");
            }
            shop.publish(Map.of(0, 26L));
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 27L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                JsonNode all = history(client, BY_REGION);
                assertEquals(List.of(2L, 3L), listed(all));
                assertEquals(20, all.at("/entries/0/rows").size());
                assertEquals(5, all.at("/entries/0/more_rows").asInt());
                assertTrue(
                        all.at("/entries/0/text").asText().contains(", 22 more values changed, since 25 events"),
                        all.at("/entries/0/text").asText());
                JsonNode one = history(client, BY_REGION + "&publications=1");
                assertEquals(List.of(3L), listed(one));
                assertEquals("{\"from\":2,\"to\":3}", one.get("compared").toString());
            }
        }
    }

    @Test
    void whatIsWrongWithTheQuestionIsAProblem() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                for (Map.Entry<String, String> wrong : Map.of(
                                "publications=101", "publications",
                                "publications=0", "publications",
                                "publication=1", "publication",
                                "finality=final", "finality",
                                "max_lag=1s", "max_lag",
                                "by=planet", "by",
                                "windw=1h", "windw")
                        .entrySet()) {
                    Client.Reply reply = client.get("/v1/views/revenue/history?" + wrong.getKey());
                    assertEquals(400, reply.status(), wrong.getKey());
                    assertEquals(wrong.getValue(), reply.json().get("field").asText(), reply.json()::toString);
                    assertTrue(reply.json().has("accepted"), reply.json()::toString);
                }
                assertEquals(404, client.get("/v1/views/reveneu/history").status());
                assertEquals(405, client.post("/v1/views/revenue/history", "{}").status());
            }
        }
    }

    @Test
    void windowsAreToldByTheirStartAndDecimalsCanBeNumbers() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, "EU", "2.50");
            shop.publish(Map.of(0, 2L));
            try (ServingLayer serving = shop.serve()) {
                JsonNode entry = history(Client.ready(serving), "window=1h&measures=revenue&decimals=number")
                        .at("/entries/0");
                assertTrue(
                        entry.get("text")
                                .asText()
                                .contains("revenue in the window of 2026-03-02 12:00 UTC went from 1.00 to 3.50"),
                        entry.toString());
                assertTrue(entry.at("/rows/0/after/revenue").isNumber(), entry.toString());
                assertEquals(
                        Instant.parse("2026-03-02T13:00:00Z").toString(),
                        entry.at("/rows/0/row/window_end").asText());
            }
        }
    }
}
