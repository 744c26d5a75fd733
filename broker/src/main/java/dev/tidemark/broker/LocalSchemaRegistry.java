package dev.tidemark.broker;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A schema registry in this JVM, on 127.0.0.1, with the part of Confluent's REST API that readers and writers use. It
 * accepts every schema and keeps them in memory.
 *
 * <p>For tests.
 */
public final class LocalSchemaRegistry implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Registered(String subject, int version, String schema) {}

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<ObjectNode> schemas = new ArrayList<>();
    private final List<Registered> versions = new ArrayList<>();
    private final List<String> requests = new ArrayList<>();
    private volatile int outage;
    private volatile Optional<String> login = Optional.empty();

    private LocalSchemaRegistry(HttpServer server) {
        this.server = server;
    }

    /** Starts one on any free port. */
    public static LocalSchemaRegistry start() {
        try {
            InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
            LocalSchemaRegistry registry = new LocalSchemaRegistry(HttpServer.create(any, 0));
            registry.server.createContext("/", registry::answer);
            registry.server.setExecutor(registry.threads);
            registry.server.start();
            return registry;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the schema registry", e);
        }
    }

    /** Its address. */
    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** From now on it answers every request with that status; 0 ends the outage. */
    public void answerOnly(int status) {
        outage = status;
    }

    /** From now on it takes only requests with that {@code user:password}. */
    public void requireLogin(String userAndPassword) {
        login = Optional.of(userAndPassword);
    }

    /** The requests so far, such as {@code GET /schemas/ids/1}. */
    public List<String> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    /** The id of a schema, Avro's unless it says otherwise; registers it if it is new. */
    public int register(String schema) {
        return register(JSON.createObjectNode().put("schema", schema));
    }

    /**
     * The id of what is registered like this: an object with {@code schema} and, if there are any, {@code schemaType}
     * and {@code references}.
     */
    public synchronized int register(ObjectNode answer) {
        if (!schemas.contains(answer)) {
            schemas.add(answer);
        }
        return schemas.indexOf(answer) + 1;
    }

    /** Registers a schema as a version of a subject, for others to refer to. */
    public synchronized void register(String subject, int version, String schema) {
        versions.add(new Registered(subject, version, schema));
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            synchronized (requests) {
                requests.add(exchange.getRequestMethod() + " " + path);
            }
            if (outage != 0) {
                send(exchange, outage, error(outage, "out of order"));
            } else if (!isAllowed(exchange)) {
                send(exchange, 401, error(401, "Unauthorized"));
            } else if (exchange.getRequestMethod().equals("POST")) {
                JsonNode body = JSON.readTree(exchange.getRequestBody());
                int id = register(body.path("schema").asText());
                send(exchange, 200, JSON.createObjectNode().put("id", id));
            } else if (path.startsWith("/schemas/ids/")) {
                sendSchema(exchange, Integer.parseInt(path.substring("/schemas/ids/".length())));
            } else {
                sendVersion(exchange, path);
            }
        }
    }

    private boolean isAllowed(HttpExchange exchange) {
        String given = exchange.getRequestHeaders().getFirst("Authorization");
        return login.map(wanted -> ("Basic "
                                + Base64.getEncoder().encodeToString(wanted.getBytes(StandardCharsets.UTF_8)))
                        .equals(given))
                .orElse(true);
    }

    private synchronized void sendSchema(HttpExchange exchange, int id) throws IOException {
        if (id >= 1 && id <= schemas.size()) {
            send(exchange, 200, schemas.get(id - 1));
        } else {
            send(exchange, 404, error(40403, "Schema " + id + " not found"));
        }
    }

    private synchronized void sendVersion(HttpExchange exchange, String path) throws IOException {
        Optional<Registered> found = versions.stream()
                .filter(each -> path.equals("/subjects/" + each.subject() + "/versions/" + each.version()))
                .findFirst();
        if (found.isPresent()) {
            send(
                    exchange,
                    200,
                    JSON.createObjectNode().put("schema", found.get().schema()));
        } else {
            send(exchange, 404, error(40401, "Subject not found"));
        }
    }

    private static ObjectNode error(int code, String message) {
        return JSON.createObjectNode().put("error_code", code).put("message", message);
    }

    private static void send(HttpExchange exchange, int status, JsonNode answer) throws IOException {
        byte[] bytes = answer.toString().getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
