package dev.tidemark.serving;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.ToIntFunction;

/** A receiver of webhooks, that answers as it is told. */
final class HookServer implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What was posted, whatever was answered. */
    record Post(String body, Map<String, List<String>> headers, int answer) {

        JsonNode json() {
            try {
                return JSON.readTree(body);
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        }

        String id() {
            return json().get("id").asText();
        }

        String header(String name) {
            return headers.getOrDefault(name, List.of("")).get(0);
        }
    }

    private final HttpServer server;
    private final List<Post> posts = new CopyOnWriteArrayList<>();
    private volatile ToIntFunction<JsonNode> answer = alert -> 204;
    private volatile String retryAfter = "";

    private HookServer(HttpServer server) {
        this.server = server;
    }

    /** @param port 0 for any free one */
    static HookServer start(int port) throws IOException {
        HttpServer http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        HookServer hooks = new HookServer(http);
        http.createContext("/", hooks::take);
        http.start();
        return hooks;
    }

    private void take(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        int status = answer.applyAsInt(JSON.readTree(body));
        posts.add(new Post(body, Map.copyOf(exchange.getRequestHeaders()), status));
        if (!retryAfter.isEmpty()) {
            exchange.getResponseHeaders().add("Retry-After", retryAfter);
        }
        exchange.sendResponseHeaders(status, -1);
        exchange.close();
    }

    /** Answers this status from now on. */
    void answer(ToIntFunction<JsonNode> status) {
        answer = status;
    }

    void retryAfter(String seconds) {
        retryAfter = seconds;
    }

    int port() {
        return server.getAddress().getPort();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + port() + "/hook");
    }

    List<Post> posts() {
        return posts;
    }

    /** The ids of the alerts that it has taken, in order. */
    List<String> taken() {
        return posts.stream().filter(post -> post.answer() < 300).map(Post::id).toList();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
