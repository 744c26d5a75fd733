package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The API's pages, queries and problems, over one deployment with a publication and a tail. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HttpApiTest {

    private Shop shop;
    private ServingLayer serving;
    private Client client;

    @BeforeAll
    void serve(@TempDir Path directory) throws Exception {
        shop = Shop.open(directory, 1);
        shop.sellAndCount(0, Shop.NOON, "EU", "1.50");
        shop.sellAndCount(0, Shop.NOON.plusSeconds(60), "US", "20.00");
        shop.publish(Map.of(0, 2L));
        shop.sellAndCount(0, Shop.NOON.plusSeconds(120), "EU", "3.00");
        shop.sellAndCount(0, Shop.NOON.plusSeconds(180), null, "4.00");
        serving = shop.serve();
        client = Client.of(serving);
        Until.holds(serving::isReady);
    }

    @AfterAll
    void stop() {
        serving.close();
        shop.close();
    }

    @Test
    void metricsSayWhatBecameOfEveryEventAndHowFarEachPartitionIsCounted() throws Exception {
        String metrics = client.text("/metrics");
        String labels = "deployment=\"%s\",layer=\"serving\"".formatted(shop.deployment.name());
        for (String line : List.of(
                "tidemark_publication{%s,source=\"orders\"} 1.0",
                "tidemark_source_serving{%s,source=\"orders\"} 1.0",
                "tidemark_live_clients{%s} 0.0",
                "tidemark_events{bucket=\"counted\",%s,view=\"revenue\"} 4.0")) {
            assertTrue(metrics.contains("\n" + line.formatted(labels) + "\n"), () -> line + "\n" + metrics);
        }
        assertTrue(partition(metrics, "cut").endsWith(" 2.0"), metrics);
        assertTrue(partition(metrics, "through").endsWith(" 4.0"), metrics);
        assertTrue(partition(metrics, "lag").endsWith(" 0.0"), metrics);
        assertTrue(partition(metrics, "missing").endsWith(" 0.0"), metrics);
    }

    private static String partition(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith("tidemark_partition_" + name + "{"))
                .findFirst()
                .orElse("");
    }

    @Test
    void eachQueryIsMeasuredByViewAndStatusAndOneThatDoesNotExistIsUnknown() throws Exception {
        long before = queries("revenue", 400);
        client.revenue("by=nothing");
        assertEquals(before + 1, queries("revenue", 400));
        before = queries("revenue", 200);
        client.revenue("by=region");
        post("{'view':'revenue'}");
        assertEquals(before + 2, queries("revenue", 200));
        before = queries("unknown", 404);
        client.get("/v1/views/made_up/query");
        assertEquals(before + 1, queries("unknown", 404));
        assertFalse(client.text("/metrics").contains("made_up"));
        assertTrue(client.text("/metrics").contains("tidemark_query_seconds_bucket"));
    }

    private long queries(String view, int status) throws Exception {
        return client.text("/metrics")
                .lines()
                .filter(line -> line.startsWith("tidemark_query_seconds_count{"))
                .filter(line -> line.contains("view=\"" + view + "\"") && line.contains("status=\"" + status + "\""))
                .mapToLong(line -> Long.parseLong(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    @Test
    void filtersOfOneDimensionAreAlternatives() throws Exception {
        assertEquals(3, orders("filter[region]=EU&filter[region]=US"));
        assertEquals(2, orders("filter[region]=EU"));
        assertEquals(0, client.revenue("filter[region]=nowhere").rows().size());
    }

    @Test
    void postTakesOtherTests() throws Exception {
        assertEquals(1, post("{'view':'revenue','filter':[{'dimension':'region','op':'is_null'}]}"));
        assertEquals(1, post("{'view':'revenue','filter':[{'dimension':'region','op':'not_in','values':['EU']}]}"));
        assertEquals(
                2, post("{'view':'revenue','filter':[{'dimension':'region','op':'range','from':'EA','to':'US'}]}"));
        assertEquals(3, post("{'view':'revenue','filter':[{'dimension':'region','values':['EU','US']}]}"));
    }

    @Test
    void aRangeCountsItsPanesOnly() throws Exception {
        assertEquals(2, orders("from=2026-03-02T12:01:00Z&to=2026-03-02T12:03:00Z"));
        assertEquals(0, client.revenue("last=1h").rows().size());
    }

    @Test
    void rowsAreOrderedAndLimited() throws Exception {
        JsonNode rows = client.revenue("by=region&order=-revenue&limit=2").rows();
        assertEquals(2, rows.size());
        assertEquals("US", rows.get(0).get("region").asText());
        assertEquals("EU", rows.get(1).get("region").asText());
        assertTrue(client.revenue("by=region").rows().get(0).get("region").isNull());
    }

    @Test
    void columnsSayWhatTheyAre() throws Exception {
        assertEquals(
                "[{\"name\":\"window_start\",\"type\":\"timestamp\",\"role\":\"window\"},"
                        + "{\"name\":\"window_end\",\"type\":\"timestamp\",\"role\":\"window\"},"
                        + "{\"name\":\"region\",\"type\":\"string\",\"role\":\"dimension\"},"
                        + "{\"name\":\"revenue\",\"type\":\"decimal(38,2)\",\"role\":\"measure\"},"
                        + "{\"name\":\"final\",\"type\":\"boolean\",\"role\":\"final\"}]",
                client.revenue("window=5m&by=region&measures=revenue")
                        .json()
                        .get("columns")
                        .toString());
    }

    @Test
    void decimalsCanBeNumbers() throws Exception {
        JsonNode row = client.revenue("decimals=number").rows().get(0);
        assertTrue(row.get("revenue").isNumber());
        assertEquals("28.5", row.get("revenue").asText());
    }

    @Test
    void problemsNameTheFieldWhatWasFoundAndWhatIsAccepted() throws Exception {
        Client.Reply reply = client.revenue("from=2026-03-02T12:00:30Z");
        assertEquals(400, reply.status());
        assertEquals("application/problem+json", reply.header("Content-Type"));
        assertEquals(
                "{\"type\":\"urn:tidemark:problem:bad-query\",\"title\":\"Bad query\",\"status\":400,"
                        + "\"detail\":\"from is 2026-03-02T12:00:30Z, which is not on a pane of view revenue (1m); the"
                        + " nearest are 2026-03-02T12:00:00Z and 2026-03-02T12:01:00Z\",\"field\":\"from\","
                        + "\"found\":\"2026-03-02T12:00:30Z\",\"accepted\":[\"2026-03-02T12:00:00Z\",\"2026-03-02T12:01:00Z\"]}",
                reply.json().toString());
    }

    @ParameterizedTest
    @ValueSource(strings = {"%zz", "%FF", "%"})
    void aBrokenEscapeIsAProblemAndNoOtherQuery(String broken) throws Exception {
        // Java's client would not send it.
        URL url =
                new URL("http://127.0.0.1:" + serving.port() + "/v1/views/revenue/query?filter%5Bregion%5D=" + broken);
        HttpURLConnection connection = (HttpURLConnection) url.openConnection();
        assertEquals(400, connection.getResponseCode());
        assertEquals("application/problem+json", connection.getContentType());
        try (InputStream body = connection.getErrorStream()) {
            assertEquals(
                    "filter[region]",
                    new ObjectMapper().readTree(body).get("field").asText());
        }
    }

    @Test
    void unknownAddressesAndMethodsAreProblems() throws Exception {
        Client.Reply view = client.get("/v1/views/revenu/query");
        assertEquals(404, view.status());
        assertEquals("[\"revenue\"]", view.json().get("accepted").toString());
        assertEquals(404, client.get("/v1/nothing").status());
        assertEquals("Not found", client.get("/v1/nothing").json().get("title").asText());
        assertEquals(405, client.post("/v1/views", "{}").status());
        assertEquals(400, client.post("/v1/query", "{").status());
        assertEquals(400, client.post("/v1/query", "[]").status());
        assertEquals(404, client.post("/v1/query", "{\"view\":\"x\"}").status());
    }

    @Test
    void viewsAreDescribed() throws Exception {
        JsonNode view = client.get("/v1/views").json().get("views").get(0);
        assertEquals("revenue", view.get("name").asText());
        assertEquals(
                "[{\"name\":\"region\",\"expression\":\"region\",\"type\":\"string\"}]",
                view.get("dimensions").toString());
        assertEquals(
                "sum(amount)", view.get("measures").get(1).get("expression").asText());
        assertEquals(view, client.get("/v1/views/revenue").json());
        assertEquals(404, client.get("/v1/views/x").status());
    }

    @Test
    void statusShowsLagAndConservation() throws Exception {
        Until.holds(() -> status().get("partitions").get(0).get("end").asLong() == 4);
        JsonNode source = status();
        assertEquals(
                "{\"partition\":0,\"cut\":2,\"through\":4,\"end\":4,\"lag\":0,\"missing\":[]}",
                source.get("partitions").get(0).toString());
        JsonNode buckets = source.get("views").get("revenue").get(0);
        assertEquals(6, buckets.get("consumed").asLong());
        assertEquals(4, buckets.get("counted").asLong());
        assertEquals(2, buckets.get("malformed").asLong());
        assertEquals(2, source.get("increments").get("counted_before").asLong());
        assertEquals(shop.set.id(), source.get("definition_set").asText());
    }

    @Test
    void publicationsAreListed() throws Exception {
        JsonNode publications = client.get("/v1/publications").json().get("publications");
        assertEquals(1, publications.size());
        assertEquals(1, publications.get(0).get("days").get("revenue").asInt());
    }

    private JsonNode status() throws Exception {
        return client.get("/v1/status").json().get("sources").get(0);
    }

    private long orders(String parameters) throws Exception {
        return client.revenue(parameters).rows().get(0).get("orders").asLong();
    }

    private long post(String query) throws Exception {
        return client.post("/v1/query", query.replace('\'', '"'))
                .rows()
                .get(0)
                .get("orders")
                .asLong();
    }
}
