package dev.tidemark.launcher;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Webhook;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Receives what a demo's webhooks on this machine deliver, and says it in a line each. */
final class DemoReceiver implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int RECEIVED = 204;
    private static final int WRONG = 400;

    private final List<HttpServer> servers = new ArrayList<>();
    private final Consumer<String> say;

    private DemoReceiver(Consumer<String> say) {
        this.say = say;
    }

    /** Listens wherever a webhook of the deployment leads to this machine; where it cannot, alerts wait, and it says so. */
    static DemoReceiver start(Deployment deployment, Consumer<String> say) {
        DemoReceiver receiver = new DemoReceiver(say);
        deployment.alerting().stream()
                .map(Alerting::webhook)
                .flatMap(webhook -> webhook.map(Webhook::url).stream())
                .filter(url -> url.getHost().equals("127.0.0.1"))
                .forEach(receiver::listen);
        return receiver;
    }

    private void listen(URI url) {
        try {
            HttpServer server =
                    HttpServer.create(new InetSocketAddress(InetAddress.getByName(url.getHost()), url.getPort()), 0);
            server.createContext("/", this::receive);
            server.start();
            servers.add(server);
        } catch (IOException e) {
            say.accept("cannot listen for alerts at 127.0.0.1:%d (%s): they wait, see `tidemark status`"
                    .formatted(url.getPort(), e.getMessage()));
        }
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode alert = JSON.readTree(exchange.getRequestBody());
            boolean isAlert =
                    alert.path("state").isTextual() && alert.path("row").isObject();
            if (isAlert) {
                say.accept(line(alert));
            }
            exchange.sendResponseHeaders(isAlert ? RECEIVED : WRONG, -1);
        }
    }

    /** What has become of which alert, and what its row says beside the events that made it. */
    static String line(JsonNode alert) {
        List<String> values = new ArrayList<>();
        alert.get("row").properties().stream()
                .filter(value ->
                        value.getValue().isValueNode() && !value.getKey().equals("match_id"))
                .forEach(value ->
                        values.add(value.getKey() + " " + value.getValue().asText()));
        return "%s %s: %s"
                .formatted(alert.path("view").asText(), alert.path("state").asText(), String.join(", ", values));
    }

    @Override
    public void close() {
        servers.forEach(server -> server.stop(0));
    }
}
