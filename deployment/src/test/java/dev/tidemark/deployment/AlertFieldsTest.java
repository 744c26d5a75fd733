package dev.tidemark.deployment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a view's file says of alerts. */
class AlertFieldsTest {

    private static final String VIEW =
            """
            name: revenue
            source: orders
            pane: 1m
            dimensions: {region: region}
            measures: {orders: count(), top: "approx_top_k(region, 3)"}
            """;

    @TempDir
    Path folder;

    @BeforeEach
    void aDeployment() throws IOException {
        folder = folder.toRealPath();
        write("tidemark.yaml", "version: 1\nname: shop\n");
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "region", "type": "string"}]}
                """);
        write("sources/orders.yaml", "name: orders\nschema: ../orders.avsc\nevent_time: at\n");
    }

    private void write(String file, String text) throws IOException {
        Files.createDirectories(folder.resolve(file).getParent());
        Files.writeString(folder.resolve(file), text);
    }

    private Deployment load(String fields) throws IOException {
        write("views/revenue.yaml", VIEW + fields);
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    private void refused(String fields, String... expected) throws IOException {
        write("views/revenue.yaml", VIEW + fields);
        List<String> found = DeploymentLoader.read(folder.resolve("tidemark.yaml")).problems().stream()
                .map(problem -> problem.toString().replace(folder + "/views/revenue.yaml:", ""))
                .toList();
        assertEquals(expected.length, found.size(), found::toString);
        for (int i = 0; i < expected.length; i++) {
            assertTrue(found.get(i).startsWith(expected[i]), found::toString);
        }
    }

    @Test
    void aThresholdAndAWebhookAreRead() throws IOException {
        Deployment deployment = load(
                """
                alert_topic: alerts
                alert: {when: "orders < 5", window: 5m, for: 2m, by: [region]}
                webhook: {url: "https://example.org/hook", secret: hunter2, give_up_after: 1h}
                """);
        assertEquals(
                Optional.of(new Alerting(
                        "revenue",
                        "alerts",
                        Optional.of(new Threshold(
                                Condition.parse("orders < 5"),
                                Duration.ofMinutes(5),
                                Duration.ofMinutes(2),
                                List.of("region"))),
                        Optional.of(new Webhook(
                                URI.create("https://example.org/hook"),
                                "https://example.org/…",
                                Optional.of("hunter2"),
                                Duration.ofHours(1))))),
                deployment.alertingOf("revenue"));
        assertEquals(List.of("alerts"), deployment.alertTopics());
        NeededTopic topic = NeededTopic.of(deployment).stream()
                .filter(needed -> needed.role() == NeededTopic.Role.ALERTS)
                .findFirst()
                .orElseThrow();
        assertEquals("alerts", topic.name());
        assertEquals("orders", topic.source().name());
    }

    @Test
    void whatIsNotSaidHasADefault() throws IOException {
        Alerting alerting =
                load("alert_topic: alerts\nalert: {when: orders < 5}\nwebhook: {url: 'http://localhost:1'}\n")
                        .alertingOf("revenue")
                        .orElseThrow();
        Threshold threshold = alerting.threshold().orElseThrow();
        assertEquals(Duration.ofMinutes(1), threshold.window(), "a pane");
        assertEquals(Duration.ZERO, threshold.lasting());
        assertEquals(List.of(), threshold.by());
        assertEquals(Duration.ofDays(1), alerting.webhook().orElseThrow().giveUpAfter());
    }

    @Test
    void alertsDecideNothingOfWhatAnEventContributes() throws IOException {
        String without = load("").definitionSetId("orders");
        assertEquals(
                without,
                load("alert_topic: alerts\nalert: {when: orders < 5}\n").definitionSetId("orders"));
    }

    @Test
    void eachProblemIsNamedWithItsLine() throws IOException {
        refused("alert: {when: orders < 5}\n", "6: alert: needs `alert_topic`");
        refused("webhook: {url: 'http://localhost'}\n", "6: webhook: needs `alert_topic`");
        refused("alert_topic: alerts\n", "6: alert_topic: is given, but nothing would be sent there");
        refused("alert_topic: a/b\nalert: {when: orders < 5}\n", "6: alert_topic: 'a/b' is no topic");
        refused(
                "alert_topic: orders\nalert: {when: orders < 5}\n",
                "6: alert_topic: is 'orders', which holds events of source orders");
        refused(
                "alert_topic: alerts\nalert:\n  when: order < 5\n  window: 90s\n  for: x\n  by: [regio]\n  y: 1\n",
                "8: alert.when: there is no measure 'order'; did you mean 'orders'?",
                "9: alert.window: '90s' is not made of whole panes of 1m",
                "10: alert.for: 'x' is no duration",
                "11: alert.by: there is no dimension 'regio'; did you mean 'region'?",
                "12: alert.y: is not known here");
        refused("alert_topic: alerts\nalert: {window: 5m}\n", "7: alert.when: is missing");
        refused(
                "alert_topic: alerts\nalert: {when: orders < 5, by: [region, region]}\n",
                "7: alert.by: names region more than once; accepted is each dimension once");
        refused("alert_topic: alerts\nalert: {when: top > 1}\n", "7: alert.when: measure top is a list");
        refused(
                "alert_topic: alerts\nalert: {when: orders < 1, window: 7d}\n",
                "7: alert.window: and `for` have 10,080 panes of 1m together; accepted are 10,000 at most");
        refused(
                "alert_topic: alerts\nalert: {when: orders < 5}\nwebhook:\n  give_up_after: 0s\n",
                "9: webhook.url: is missing",
                "9: webhook.give_up_after: '0s' has no length");
    }

    @Test
    void sessionsHaveNoWindowsToLookAt() throws IOException {
        write(
                "views/visits.yaml",
                """
                name: visits
                source: orders
                session: {by: region, gap: 5m, at_most: 1d}
                measures: {orders: count()}
                alert_topic: alerts
                alert: {when: orders < 5}
                """);
        assertEquals(
                List.of("visits.yaml:6: alert: is only for views with a `pane`, whose windows it looks at"),
                assertThrows(InvalidDeploymentException.class, () -> load("")).problems().stream()
                        .map(problem -> problem.toString().replace(folder + "/views/", ""))
                        .toList());
    }

    @Test
    void noTextShowsAWebhooksSecrets() throws IOException {
        write("secrets.properties", "url=https://example.org/T0/hunter2\nwrong=ftp://hunter2\n");
        String alerting = "alert_topic: alerts\nalert: {when: orders < 5}\n";
        Deployment referring =
                load(alerting + "webhook: {url: '${file:../secrets.properties:url}', secret: hunter2}\n");
        Deployment literal = load(alerting + "webhook: {url: 'https://example.org/T0/hunter2', secret: hunter2}\n");
        for (Deployment deployment : List.of(referring, literal)) {
            assertFalse(deployment.toString().contains("hunter2"), deployment::toString);
        }
        assertTrue(referring.toString().contains("${file:../secrets.properties:url}"), referring::toString);
        assertTrue(literal.toString().contains("https://example.org/…"), literal::toString);
        refused(
                alerting + "webhook: {url: '${file:../secrets.properties:wrong}'}\n",
                "8: webhook.url: is no address of http or https with a host");
        Map.of(
                        "https://hunter2:x@example.org/", "8: webhook.url: has a login",
                        "http://example.org:99999/", "8: webhook.url: has port 99999; accepted are 1 to 65535",
                        "http://example.org:0/", "8: webhook.url: has port 0; accepted are 1 to 65535",
                        "not an address", "8: webhook.url: is no address")
                .forEach((url, expected) -> {
                    try {
                        refused(alerting + "webhook: {url: '" + url + "'}\n", expected);
                    } catch (IOException e) {
                        throw new AssertionError(e);
                    }
                });
    }
}
