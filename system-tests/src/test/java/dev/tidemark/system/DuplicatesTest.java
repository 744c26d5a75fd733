package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.launcher.Layer;
import dev.tidemark.schema.Bucket;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A tenth of a topic's events repeat the id of an earlier one, on either side of the cut and of a kill: each id counts
 * once within its time, whoever judges.
 */
class DuplicatesTest {

    private static final int PARTITIONS = 2;
    private static final int EVENTS = 3_000;
    private static final Duration WITHIN = Duration.ofMinutes(10);
    private static final Instant OPENING = Instant.parse("2026-01-15T09:00:00Z");
    private static final Duration BETWEEN = Duration.ofMillis(500);

    /** Producers' clocks disagree by as much. */
    private static final int JITTER_MILLIS = 60_000;

    /** So many events of a partition take some five minutes. */
    private static final int LATELY = 300;

    private static final String BY_REGION = "/v1/views/orders/query?by=region";
    private static final List<String> REGIONS = List.of("EU", "US", "APAC");

    @TempDir
    Path folder;

    private final Random random = Seeds.random();
    private final String topic = SharedBroker.createTopic("orders", PARTITIONS);
    private final List<List<Order>> sent = List.of(new ArrayList<>(), new ArrayList<>());
    private int made;

    /**
     * An event.
     *
     * @param number tells it from all others, whatever its id
     * @param id null in an event without
     */
    private record Order(int number, int partition, Instant recorded, String id, String region, int cents) {

        String json() {
            return "{\"id\":%s,\"at\":%d,\"region\":\"%s\",\"cents\":%d}"
                    .formatted(id == null ? "null" : "\"" + id + "\"", recorded.toEpochMilli(), region, cents);
        }
    }

    @Test
    void anIdCountsOnceWithinItsTimeOnEitherSideOfTheCutAndOfAKill() throws Exception {
        try (TestDeployment deployment = new TestDeployment(folder, topic, files());
                TopicLog<Order> log = new TopicLog<>(deployment.deployment().kafkaClient(), this::record)) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            log.send(traffic());
            deployment.awaitReady();
            check(deployment, log);

            log.send(atTheEnds(partition -> make(partition, "end " + made)));
            log.send(atTheEnds(this::again));
            deployment.publish();
            log.send(atTheEnds(this::again));
            assertTrue(speed.kill(), "the speed layer ran until it was killed");
            log.send(atTheEnds(this::again));
            speed = deployment.start(Layer.SPEED);
            deployment.awaitPublication(1, BY_REGION);
            check(deployment, log);

            log.send(traffic());
            assertTrue(speed.kill(), "the speed layer ran until it was killed");
            deployment.start(Layer.SPEED);
            log.send(traffic());
            check(deployment, log);

            deployment.publish();
            deployment.awaitPublication(2, BY_REGION);
            check(deployment, log);
            areKeptAsDuplicates(deployment, log);
        }
    }

    private Map<String, String> files() {
        return Map.of(
                "orders.avsc",
                """
                {"type": "record", "name": "Order", "fields": [
                  {"name": "id", "type": ["null", "string"]},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                  {"name": "region", "type": "string"},
                  {"name": "cents", "type": "int"}]}
                """,
                "sources/orders.yaml",
                """
                name: orders
                topic: %s
                schema: ../orders.avsc
                event_time: at
                event_id: id
                deduplicate_within: 10m
                """
                        .formatted(topic),
                "views/orders.yaml",
                """
                name: orders
                source: orders
                pane: 1m
                dimensions: {region: region}
                measures: {orders: count(), cents: sum(cents)}
                """);
    }

    private ProducerRecord<byte[], byte[]> record(Order order) {
        byte[] value = order.json().getBytes(StandardCharsets.UTF_8);
        return new ProducerRecord<>(topic, order.partition(), order.recorded().toEpochMilli(), null, value);
    }

    /** Events of which a tenth repeat an earlier one of their partition: nearly all of them while its id is known. */
    private List<Order> traffic() {
        return IntStream.range(0, EVENTS)
                .mapToObj(i -> {
                    int partition = random.nextInt(PARTITIONS);
                    List<Order> before = sent.get(partition);
                    return before.isEmpty() || random.nextInt(10) > 0 ? first(partition) : again(anyOf(before));
                })
                .toList();
    }

    private Order anyOf(List<Order> before) {
        int back = random.nextInt(20) == 0 ? before.size() : Math.min(before.size(), LATELY);
        return before.get(before.size() - 1 - random.nextInt(back));
    }

    /** One event for each partition. */
    private List<Order> atTheEnds(IntFunction<Order> made) {
        return IntStream.range(0, PARTITIONS).mapToObj(made).toList();
    }

    private Order first(int partition) {
        String id = random.nextInt(50) == 0 ? null : "order " + made;
        return make(partition, id);
    }

    /** Repeats the last event of a partition, at once. */
    private Order again(int partition) {
        List<Order> before = sent.get(partition);
        return again(before.get(before.size() - 1));
    }

    /** Says something else under the same id: the first counts. */
    private Order again(Order before) {
        return make(before.partition(), before.id());
    }

    private Order make(int partition, String id) {
        Instant recorded = OPENING.plus(BETWEEN.multipliedBy(made)).plusMillis(random.nextInt(JITTER_MILLIS));
        String region = REGIONS.get(random.nextInt(REGIONS.size()));
        Order order = new Order(made++, partition, recorded, id, region, random.nextInt(10_000));
        sent.get(partition).add(order);
        return order;
    }

    /** Which repeat an earlier event, and the offset of the last that they repeat: docs/duplicates.md, word for word. */
    private static Map<Order, Long> duplicates(TopicLog<Order> log) {
        Map<Order, Long> duplicates = new HashMap<>();
        log.partitions().values().forEach(partition -> duplicates.putAll(duplicates(partition)));
        return duplicates;
    }

    private static Map<Order, Long> duplicates(NavigableMap<Long, Order> partition) {
        record Seen(long offset, Instant time) {}
        Map<Order, Long> duplicates = new HashMap<>();
        Map<String, Seen> seen = new HashMap<>();
        Instant time = Instant.MIN;
        for (Map.Entry<Long, Order> each : partition.entrySet()) {
            Order order = each.getValue();
            time = order.recorded().isAfter(time) ? order.recorded() : time;
            if (order.id() != null) {
                Optional<Seen> before = Optional.ofNullable(seen.put(order.id(), new Seen(each.getKey(), time)));
                Instant now = time;
                before.filter(last -> !now.isAfter(last.time().plus(WITHIN)))
                        .ifPresent(last -> duplicates.put(order, last.offset()));
            }
        }
        return duplicates;
    }

    /** Holds the answer and the buckets against a plain fold that drops duplicates. */
    private static void check(TestDeployment deployment, TopicLog<Order> log) throws IOException {
        Map<Order, Long> duplicates = duplicates(log);
        JsonNode answer = deployment.awaitThrough(log.ends(), BY_REGION);
        assertEquals(
                Buckets.of(
                        log,
                        List.of("orders"),
                        (order, view) -> duplicates.containsKey(order) ? Bucket.DUPLICATE : Bucket.COUNTED),
                Buckets.stated(deployment, "orders"));
        Map<String, String> expected = new TreeMap<>();
        REGIONS.forEach(region -> {
            List<Order> counted = log.all().stream()
                    .filter(order -> order.region().equals(region) && !duplicates.containsKey(order))
                    .toList();
            expected.put(
                    region,
                    counted.size() + " "
                            + counted.stream().mapToLong(Order::cents).sum());
        });
        Map<String, String> stated = new TreeMap<>();
        answer.get("rows")
                .forEach(row -> stated.put(
                        row.get("region").asText(),
                        row.get("orders").asText() + " " + row.get("cents").asText()));
        assertEquals(expected, stated);
    }

    /** The master dataset has each, and says what it repeats. */
    private static void areKeptAsDuplicates(TestDeployment deployment, TopicLog<Order> log) throws Exception {
        Map<Order, Long> duplicates = duplicates(log);
        Map<Order, String> kept = new HashMap<>();
        try (DuckDb duck = new DuckDb()) {
            duck.rows("select partition, \"offset\", message from "
                            + new DeltaTable(deployment.deployment().warehouse().master("orders")).rows()
                            + " where verdict = 'duplicate'")
                    .forEach(row -> kept.put(
                            log.partitions().get(Integer.parseInt(row.get(0))).get(Long.parseLong(row.get(1))),
                            row.get(2)));
        }
        assertEquals(duplicates.keySet(), kept.keySet());
        duplicates.forEach(
                (order, offset) -> assertEquals("the event at offset " + offset + " has its id", kept.get(order)));
    }
}
