package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A deployment like the one that {@code init} writes, and what a plain computation makes of its orders.
 *
 * @param folder where its files are
 * @param port that of its HTTP API
 */
record Shop(Path folder, int port) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP = HttpClient.newHttpClient();
    private static final Instant OPENING = Instant.parse("2026-03-01T00:00:00Z");

    /** One event of its source. */
    record Order(int id, Instant at, String region, String status, BigDecimal amount) {

        String json() {
            return "{\"order_id\":\"%d\",\"ordered_at\":\"%s\",\"region\":\"%s\",\"status\":\"%s\",\"amount\":\"%s\"}"
                    .formatted(id, at, region, status, amount);
        }

        boolean counts() {
            return !status.equals("TEST");
        }

        private String day() {
            return at.toString().substring(0, 10) + "T00:00:00Z";
        }
    }

    /** Orders of three days in March 2026. */
    static List<Order> orders(int number, Random random) {
        return IntStream.range(0, number)
                .mapToObj(id -> new Order(
                        id,
                        OPENING.plusSeconds(random.nextInt(3 * 24 * 3600)),
                        List.of("EU", "US", "APAC").get(random.nextInt(3)),
                        List.of("PAID", "OPEN", "TEST").get(random.nextInt(3)),
                        BigDecimal.valueOf(random.nextInt(1_000_000), 2)))
                .toList();
    }

    /** Writes the deployment's files. */
    static Shop write(Path folder) throws IOException {
        Shop shop = new Shop(folder, freePort());
        for (String part : List.of("schemas", "sources", "views")) {
            Files.createDirectories(folder.resolve(part));
        }
        Files.writeString(
                folder.resolve("tidemark.yaml"),
                """
                version: 1
                name: shop
                timezone: UTC
                serving:
                  port: %d
                """
                        .formatted(shop.port));
        Files.writeString(
                folder.resolve("schemas/orders.avsc"),
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "order_id", "type": "string"},
                  {"name": "ordered_at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "region", "type": "string"},
                  {"name": "status", "type": "string"},
                  {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 10, "scale": 2}}]}
                """);
        Files.writeString(
                folder.resolve("sources/orders.yaml"),
                """
                name: orders
                schema: ../schemas/orders.avsc
                event_time: ordered_at
                key: order_id
                """);
        Files.writeString(
                folder.resolve("views/revenue.yaml"),
                """
                name: revenue
                source: orders
                where: status <> 'TEST'
                pane: 1m
                dimensions:
                  region: region
                measures:
                  orders: count()
                  revenue: sum(amount)
                  average: avg(amount)
                """);
        Files.writeString(
                folder.resolve("views/daily.yaml"),
                """
                name: daily
                source: orders
                pane: 1d
                measures:
                  orders: count()
                  least: min(amount)
                  greatest: max(amount)
                """);
        return shop;
    }

    /** A second file of the same deployment, which names a broker; its name comes back. */
    String withBroker(String address) throws IOException {
        String own = Files.readString(folder.resolve("tidemark.yaml"));
        Path file = folder.resolve("with-broker.yaml");
        Files.writeString(file, own + "kafka:\n  bootstrap.servers: " + address + "\n");
        return file.getFileName().toString();
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** A file with orders, one a line. */
    Path file(List<Order> orders) throws IOException {
        return Files.write(
                folder.resolve("orders.ndjson"),
                orders.stream().map(Order::json).toList());
    }

    /** What {@link #answer} has to be once all {@code orders} are counted. */
    static Map<String, String> plain(List<Order> orders) {
        Map<String, String> rows = new TreeMap<>();
        orders.stream()
                .filter(Order::counts)
                .collect(Collectors.groupingBy(Order::region))
                .forEach((region, some) -> {
                    BigDecimal sum = some.stream().map(Order::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
                    BigDecimal average = sum.divide(BigDecimal.valueOf(some.size()), 6, RoundingMode.HALF_UP);
                    rows.put(region, some.size() + " " + sum + " " + average);
                });
        orders.stream().collect(Collectors.groupingBy(Order::day)).forEach((day, some) -> {
            BigDecimal least =
                    some.stream().map(Order::amount).reduce(BigDecimal::min).orElseThrow();
            BigDecimal greatest =
                    some.stream().map(Order::amount).reduce(BigDecimal::max).orElseThrow();
            rows.put(day, some.size() + " " + least + " " + greatest);
        });
        return rows;
    }

    /** Both views' rows as of now: each region's, and each day's. */
    Map<String, String> answer() throws IOException {
        Map<String, String> rows = new TreeMap<>();
        get("/v1/views/revenue/query?by=region")
                .get("rows")
                .forEach(row -> rows.put(
                        row.get("region").asText(),
                        row.get("orders").asText() + " " + row.get("revenue").asText() + " "
                                + row.get("average").asText()));
        get("/v1/views/daily/query?window=1d")
                .get("rows")
                .forEach(row -> rows.put(
                        row.get("window_start").asText(),
                        row.get("orders").asText() + " " + row.get("least").asText() + " "
                                + row.get("greatest").asText()));
        return rows;
    }

    /** The publication that answers are made of. */
    int publication() throws IOException {
        return get("/v1/views/daily/query").at("/certificate/publication").asInt();
    }

    void awaitReady() {
        Conditions.await("readyz", () -> get(port, "/readyz") != null);
    }

    private JsonNode get(String path) throws IOException {
        return get(port, path);
    }

    /** The answer to a GET on this machine, which has to be one. */
    static JsonNode get(int port, String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            HttpResponse<String> response = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            if (response.statusCode() != 200) {
                throw new IOException(path + ": " + response.statusCode() + " " + response.body());
            }
            return JSON.readTree(response.body());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }
}
