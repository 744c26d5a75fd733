package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Orders take their product's area and margin from a reference table, in Real-time Mode and in batch, on either side of
 * the cut; a new version of the table switches as a changed view does.
 */
class EnrichmentTest {

    private static final int PARTITIONS = 2;
    private static final int EVENTS = 1_000;
    private static final Instant OPENING = Instant.parse("2026-01-15T09:00:00Z");
    private static final Instant NOON = Instant.parse("2026-01-15T12:00:00Z");
    private static final String BY_AREA = "/v1/views/margins/query?by=area";
    private static final List<String> PRODUCTS = List.of("p1", "p2", "p3", "p4");

    private static final List<Product> FIRST = List.of(
            new Product("p1", "books", 30, Instant.MIN, Instant.MAX),
            new Product("p2", "books", 10, Instant.MIN, NOON),
            new Product("p2", "toys", 20, NOON, Instant.MAX),
            new Product("p3", "toys", 40, NOON, Instant.MAX));

    private static final List<Product> SECOND =
            List.of(FIRST.get(0), FIRST.get(2), new Product("p4", "tools", 5, Instant.MIN, Instant.MAX));

    @TempDir
    Path folder;

    private final Random random = Seeds.random();
    private final String topic = SharedBroker.createTopic("orders", PARTITIONS);

    /** A row of the reference table. */
    private record Product(String id, String area, int margin, Instant from, Instant to) {

        boolean is(Order order) {
            return id.equals(order.product())
                    && !order.at().isBefore(from)
                    && order.at().isBefore(to);
        }

        String csv() {
            String since = from.equals(Instant.MIN) ? "" : from.toString();
            String until = to.equals(Instant.MAX) ? "" : to.toString();
            return String.join(",", id, area, Integer.toString(margin), since, until);
        }
    }

    /**
     * An event.
     *
     * @param product null in one without
     */
    private record Order(int partition, Instant at, String product, int cents, boolean malformed) {

        String json() {
            return malformed
                    ? "nonsense"
                    : "{\"at\":%d,\"product\":%s,\"cents\":%d}"
                            .formatted(at.toEpochMilli(), product == null ? null : "\"" + product + "\"", cents);
        }

        Optional<Product> of(List<Product> table) {
            return table.stream().filter(row -> row.is(this)).findFirst();
        }
    }

    @Tag("thorough")
    @Test
    void bothLayersJoinTheVersionThatTheDefinitionSetNames() throws Exception {
        try (TestDeployment deployment = new TestDeployment(folder, topic, files());
                TopicLog<Order> log = new TopicLog<>(deployment.deployment().kafkaClient(), this::record)) {
            int metrics = Shop.freePort();
            deployment.replace("tidemark.yaml", "metrics_port: 0", "metrics_port: " + metrics);
            table(FIRST);
            LayerProcess early = deployment.start(Layer.SPEED);
            early.awaitOutput("have not been loaded as their files state them: run `tidemark references load");
            assertEquals(1, early.process().waitFor());

            assertEquals(0, deployment.batch("references", "load"));
            LayerProcess speed = deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            log.send(traffic());
            deployment.awaitReady();
            check(deployment, log, FIRST);
            long unknown = log.all().stream()
                    .filter(order -> !order.malformed() && order.product() != null)
                    .filter(order -> order.of(FIRST).isEmpty())
                    .count();
            assertTrue(unknown > 0);
            Conditions.await("every unknown key is counted", () -> get(metrics)
                    .contains(
                            "tidemark_enrichment_unknown_total{deployment=\"%s\",layer=\"speed\",reference=\"products\","
                                            .formatted(topic)
                                    + "source=\"orders\"} " + (double) unknown));

            deployment.publish();
            log.send(traffic());
            deployment.awaitPublication(1, BY_AREA);
            check(deployment, log, FIRST);

            table(SECOND);
            assertEquals(0, deployment.batch("references", "load"));
            assertTrue(speed.kill(), "the speed layer ran until it was killed");
            speed = deployment.start(Layer.SPEED);
            log.send(traffic());
            check(deployment, log, FIRST);
            deployment.publish();
            log.send(traffic());
            deployment.awaitPublication(2, BY_AREA);
            check(deployment, log, SECOND);
            assertTrue(speed.process().isAlive());
        }
    }

    private Map<String, String> files() {
        return Map.of(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "product", "type": ["null", "string"]},
                  {"name": "cents", "type": "int"}]}
                """,
                "sources/orders.yaml",
                """
                name: orders
                topic: %s
                schema: ../orders.avsc
                event_time: at
                enrich: {products: {key: product, columns: [area, margin]}}
                """
                        .formatted(topic),
                "references/products.yaml",
                """
                name: products
                csv: ../products.csv
                key: id
                valid_from: since
                valid_to: until
                columns: {area: string, margin: bigint}
                """,
                "views/margins.yaml",
                """
                name: margins
                source: orders
                pane: 1m
                dimensions: {area: area}
                measures: {orders: count(), margin: sum(cents * margin)}
                """);
    }

    private void table(List<Product> rows) throws IOException {
        String header = "id,area,margin,since,until\n";
        Files.writeString(
                folder.resolve("products.csv"),
                header + String.join("\n", rows.stream().map(Product::csv).toList()) + "\n");
    }

    private ProducerRecord<byte[], byte[]> record(Order order) {
        byte[] value = order.json().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, order.partition(), null, null, value);
    }

    private List<Order> traffic() {
        return IntStream.range(0, EVENTS).mapToObj(i -> order()).toList();
    }

    private Order order() {
        Instant at = random.nextInt(5) == 0
                ? NOON.plusMillis(random.nextInt(3) - 1)
                : OPENING.plus(random.nextInt(6 * 3_600), ChronoUnit.SECONDS);
        String product = random.nextInt(10) == 0 ? null : PRODUCTS.get(random.nextInt(PRODUCTS.size()));
        return new Order(random.nextInt(PARTITIONS), at, product, random.nextInt(10_000), random.nextInt(20) == 0);
    }

    /** Holds the answer against a plain lookup. */
    private static void check(TestDeployment deployment, TopicLog<Order> log, List<Product> table) throws IOException {
        JsonNode answer = deployment.awaitThrough(log.ends(), BY_AREA);
        assertTrue(answer.at("/certificate/complete").asBoolean(), answer::toString);
        Map<String, String> expected = new TreeMap<>();
        Map<String, Long> orders = new TreeMap<>();
        Map<String, Long> margins = new TreeMap<>();
        log.all().stream().filter(order -> !order.malformed()).forEach(order -> {
            Optional<Product> row = order.of(table);
            String area = row.map(Product::area).orElse("null");
            orders.merge(area, 1L, Long::sum);
            row.ifPresent(product -> margins.merge(area, (long) order.cents() * product.margin(), Long::sum));
        });
        orders.forEach((area, count) -> expected.put(area, count + " " + margins.get(area)));
        Map<String, String> stated = new TreeMap<>();
        answer.get("rows")
                .forEach(row -> stated.put(
                        row.get("area").asText(),
                        row.get("orders").asText() + " " + row.get("margin").asText()));
        assertEquals(expected, stated);
    }

    private static String get(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .build();
        return HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
