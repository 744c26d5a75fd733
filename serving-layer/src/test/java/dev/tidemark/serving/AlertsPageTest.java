package dev.tidemark.serving;

import static dev.tidemark.serving.AlertTopic.alert;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.deployment.Webhook;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.alert.AlertLog;
import dev.tidemark.serving.alert.KnownAlerts;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What serving tells of alerts, whoever has sent them. */
class AlertsPageTest {

    @TempDir
    Path directory;

    private Shop shop;
    private AlertTopic topic;
    private ServingLayer serving;
    private Client client;

    @BeforeEach
    void aServedShop() throws Exception {
        shop = Shop.open(directory, 1);
        Webhook webhook =
                new Webhook(URI.create("http://127.0.0.1:1"), "hunter2", Optional.of("hunter2"), Duration.ofHours(1));
        topic = AlertTopic.of(shop, AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.of(webhook));
        serving = topic.shop().serve();
        client = Client.ready(serving);
    }

    @AfterEach
    void close() {
        serving.close();
        shop.close();
    }

    private JsonNode alerts(String parameters) throws Exception {
        return client.get("/v1/alerts" + parameters).json().get("alerts");
    }

    private List<String> idsAndStates(String parameters) throws Exception {
        return StreamSupport.stream(alerts(parameters).spliterator(), false)
                .map(alert ->
                        alert.get("id").asText() + " " + alert.get("state").asText())
                .toList();
    }

    @Test
    void eachAlertIsShownInItsStateWithItsHistoryTheNewestFirst() throws Exception {
        assertEquals(List.of(), idsAndStates(""), "before the topic is there");
        Alert fired = alert("a", State.FIRING);
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            log.append(List.of(fired, alert("b", State.ADDED), alert("c", State.ADDED)));
            log.append(List.of(
                    fired.become(State.RESOLVED, fired.at().plusSeconds(60), 7, "v2", "{\"revenue\":\"140.00\"}"),
                    alert("c", State.CONFIRMED)));
        }
        List<String> all = List.of("c confirmed", "a resolved", "b added");
        Until.holds(() -> idsAndStates("").equals(all));
        assertEquals(List.of("c confirmed", "a resolved"), idsAndStates("?limit=2"));
        assertEquals(List.of("b added"), idsAndStates("?state=added"));
        assertEquals(all, idsAndStates("?view=revenue"));
        JsonNode resolved = alerts("?id=a").get(0);
        assertEquals("140.00", resolved.get("row").get("revenue").asText());
        assertEquals("v2", resolved.get("definition").asText());
        assertEquals(
                "[{\"state\":\"firing\",\"at\":\"%s\",\"publication\":1},{\"state\":\"resolved\",\"at\":\"%s\",\"publication\":7}]"
                        .formatted(fired.at(), fired.at().plusSeconds(60)),
                resolved.get("history").toString());
        assertTrue(client.get("/v1/alerts").json().get("complete").asBoolean());
    }

    @Test
    void statusAndMetricsSayWhatWasSentAndWhatTheWebhookHasYetToDeliver() throws Exception {
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            log.append(List.of(alert("a", State.FIRING), alert("b", State.FIRING)));
            log.append(List.of(alert("a", State.RESOLVED)));
            Until.holds(() -> status().path("webhook").path("undelivered").asInt() == 3);
            log.delivered(
                    "revenue",
                    java.util.Map.of(
                            new org.apache.kafka.common.TopicPartition(topic.name(), 0),
                            new org.apache.kafka.clients.consumer.OffsetAndMetadata(
                                    2, "{\"delivered\":1,\"given_up\":1}")));
            Until.holds(() -> status().path("webhook").path("undelivered").asInt() == 1);
        }
        assertEquals(
                "{\"view\":\"revenue\",\"topic\":\"%s\",\"complete\":true,\"standing\":1,\"sent\":{\"firing\":2,\"resolved\":1},\"webhook\":{\"undelivered\":1,\"delivered\":1,\"given_up\":1}}"
                        .formatted(topic.name()),
                status().toString());
        String metrics = client.text("/metrics");
        for (String expected : List.of(
                "tidemark_alerts_sent{deployment=\"%s\",layer=\"serving\",state=\"firing\",view=\"revenue\"} 2.0",
                "tidemark_alerts_standing{deployment=\"%s\",layer=\"serving\",view=\"revenue\"} 1.0",
                "tidemark_webhook_undelivered{deployment=\"%s\",layer=\"serving\",view=\"revenue\"} 1.0",
                "tidemark_webhook_given_up{deployment=\"%s\",layer=\"serving\",view=\"revenue\"} 1.0")) {
            assertTrue(metrics.contains(expected.formatted(topic.deployment().name())), expected);
        }
        assertFalse((client.text("/v1/status") + metrics).contains("hunter2"));
    }

    private JsonNode status() throws Exception {
        return client.get("/v1/status").json().get("alerts").path(0);
    }

    @Test
    void whatIsNotUnderstoodIsRefusedWithASuggestion() throws Exception {
        Client.Reply unknown = client.get("/v1/alerts?stat=firing");
        assertEquals(400, unknown.status());
        assertTrue(unknown.json().get("detail").asText().endsWith("did you mean 'state'?"), unknown.json()::toString);
        assertEquals(400, client.get("/v1/alerts?state=fire").status());
        assertEquals(400, client.get("/v1/alerts?view=revenu").status());
        assertEquals(400, client.get("/v1/alerts?limit=0").status());
        assertEquals(400, client.get("/v1/alerts?limit=1&limit=2").status());
    }

    @Test
    void ofMoreAlertsThanAreRememberedTheOldestAreForgottenAndStillCounted() throws Exception {
        int sent = KnownAlerts.MOST + 5;
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            log.append(IntStream.range(0, sent)
                    .mapToObj(number -> alert("a" + number, State.FIRING))
                    .toList());
        }
        Until.holds(() -> status().path("standing").asInt() == sent);
        assertEquals(List.of("a" + (sent - 1) + " firing"), idsAndStates("?limit=1"));
        assertEquals(List.of(), idsAndStates("?id=a4"));
        assertEquals(List.of("a5 firing"), idsAndStates("?id=a5"));
    }
}
