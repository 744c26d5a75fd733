package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.schema.ImportLog;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was imported is counted beside the topic, and every answer says so. */
class ImportsTest {

    private static final String ID = ImportLog.of("0123456789abcdef");
    private static final Instant LONG_AGO = Instant.parse("2001-01-01T10:00:00Z");

    @TempDir
    Path folder;

    /** One event by the topic, two that were imported. */
    private static Shop open(Path folder) throws Exception {
        Shop shop = Shop.open(folder, 1);
        shop.sellAndCount(0, Shop.NOON, "EU", "1.50");
        shop.publish(Map.of(0, 1L));
        shop.imports(ID, LONG_AGO, "EU", "2.00");
        shop.imports(ID, Shop.NOON, "EU", "4.00");
        return shop;
    }

    private static JsonNode answer(Client client) throws Exception {
        return client.revenue("measures=orders,revenue").json();
    }

    @Test
    void theCertificateListsThemApartAndTheTopicIsCountedOn() throws Exception {
        try (Shop shop = open(folder);
                ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            assertEquals("[]", answer(client).at("/certificate/imports").toString());
            shop.publish(Map.of(0, 1L));
            Until.holds(() -> answer(client).at("/rows/0/orders").asLong() == 3);
            shop.sellAndCount(0, Shop.NOON, "EU", "8.00");
            Until.holds(() -> answer(client).at("/rows/0/orders").asLong() == 4);
            JsonNode answer = answer(client);
            assertEquals("15.50", answer.at("/rows/0/revenue").asText());
            JsonNode certificate = answer.get("certificate");
            assertEquals(
                    "[{\"id\":\"" + ID + "\",\"files\":1,\"rows\":2}]",
                    certificate.get("imports").toString());
            assertEquals(1, certificate.get("partitions").size());
            assertEquals(2, certificate.at("/partitions/0/through").asLong());
            assertTrue(certificate.get("complete").asBoolean());
            JsonNode source = client.get("/v1/publications/2").json().at("/sources/orders");
            assertEquals(1, source.get("partitions").size());
            assertEquals(certificate.get("imports"), source.get("imports"));
        }
    }

    @Test
    void conservationHoldsForThemToo() throws Exception {
        try (Shop shop = open(folder)) {
            shop.publish(Map.of(0, 1L));
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                JsonNode view = client.get("/v1/conservation").json().at("/sources/0/views/revenue");
                assertEquals(2, view.size());
                assertEquals(3, view.at("/0/consumed").asLong(), "two of them malformed");
                assertEquals(0, view.at("/0/difference").asLong());
                assertEquals(
                        "{\"import\":\"" + ID + "\",\"consumed\":2,\"counted\":2,\"malformed\":0,\"duplicate\":0,"
                                + "\"deferred\":0,\"excluded\":0,\"filtered\":0,\"failed\":0,\"difference\":0}",
                        view.get(1).toString());
            }
        }
    }

    @Test
    void historySaysThatTheyWereImportedAndTakenOutAgain() throws Exception {
        try (Shop shop = open(folder)) {
            shop.publish(Map.of(0, 1L));
            shop.revoke();
            shop.publish(Map.of(0, 1L));
            try (ServingLayer serving = shop.serve()) {
                JsonNode entries = Client.ready(serving)
                        .get("/v1/views/revenue/history?measures=orders")
                        .json()
                        .get("entries");
                assertEquals(2, entries.size());
                assertTrue(
                        entries.at("/0/text")
                                .asText()
                                .endsWith("orders went from 1 to 3, since history was imported (" + ID
                                        + "), and 2 more events of" + " these days are counted."),
                        entries::toString);
                assertEquals(
                        "[\"" + ID + "\"]", entries.at("/0/reasons/imported").toString());
                assertTrue(
                        entries.at("/1/text")
                                .asText()
                                .endsWith("orders went from 3 to 1, since history was taken out again (" + ID
                                        + "), and 2 fewer events" + " of these days are counted."),
                        entries::toString);
                assertEquals(
                        "[\"" + ID + "\"]", entries.at("/1/reasons/revoked").toString());
            }
        }
    }

    @Test
    void anAnswerOfThePastEndsAtTheTopicsCutWhateverCameLater() throws Exception {
        try (Shop shop = open(folder)) {
            shop.publish(Map.of(0, 1L));
            shop.sellAndCount(0, Shop.NOON, "EU", "8.00");
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                JsonNode past = client.revenue("measures=orders&publication=2").json();
                assertEquals(3, past.at("/rows/0/orders").asLong());
                assertEquals(1, past.at("/certificate/partitions/0/through").asLong());
                assertEquals(2, past.at("/certificate/imports/0/rows").asLong());
                JsonNode before =
                        client.revenue("measures=orders&publication=1").json();
                assertFalse(before.at("/certificate/imports").has(0));
            }
        }
    }

    @Test
    void importedBeforeAnythingElseWasPublishedTheTopicIsCountedFromItsStart() throws Exception {
        try (Shop shop = Shop.open(folder, 1)) {
            shop.imports(ID, LONG_AGO, "EU", "2.00");
            shop.sellAndCount(0, Shop.NOON, "EU", "8.00");
            shop.publishImportsAlone();
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.ready(serving);
                Until.holds(() -> answer(client).at("/rows/0/orders").asLong() == 2);
                assertTrue(answer(client).at("/certificate/complete").asBoolean());
            }
        }
    }
}
