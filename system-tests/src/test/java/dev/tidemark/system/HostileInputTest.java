package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.launcher.Layer;
import dev.tidemark.schema.DeadLetter;
import java.io.IOException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.kafka.common.header.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of every kind that is wrong, as many as good ones: they stop nothing, and nothing good is lost with them. */
class HostileInputTest {

    private static final int PARTITIONS = 3;
    private static final int RECORDS = 100_000;

    private static final String BY_DAY_AND_REGION = "/v1/views/orders/query?window=1d&by=region";

    @TempDir
    Path folder;

    @Test
    void whateverStandsInATopicEachRecordIsInOneBucketAndNoGoodOneIsLost() throws Exception {
        String topic = SharedBroker.createTopic("orders", PARTITIONS, Map.of("max.message.bytes", "16777216"));
        HostileOrders generator = new HostileOrders(Seeds.random(), topic, PARTITIONS);
        try (TestDeployment deployment = new TestDeployment(folder, topic, files(topic));
                TopicLog<OrderRecord> log =
                        new TopicLog<>(deployment.deployment().kafkaClient(), OrderRecord::sent)) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            LayerProcess serving = deployment.start(Layer.SERVING);
            List<OrderRecord> mixed = generator.mixed(RECORDS, RECORDS);
            log.send(mixed.subList(0, RECORDS));
            deployment.awaitReady();
            log.send(mixed.subList(RECORDS, mixed.size()));
            log.send(generator.longGoodOnes());
            check(deployment, log);
            eachDeadLetterIsCopied(deployment, log);

            deployment.publish();
            deployment.awaitPublication(1, BY_DAY_AND_REGION);
            check(deployment, log);
            deadLettersAreInTheTableOnce(deployment, log);

            log.send(generator.mixed(10, 10));
            check(deployment, log);
            assertTrue(speed.process().isAlive(), "the speed layer runs");
            assertTrue(serving.process().isAlive(), "the serving layer runs");
        }
    }

    private static Map<String, String> files(String topic) {
        return Map.of(
                "orders.avsc", GoodOrder.SCHEMA,
                "sources/orders.yaml",
                        "name: orders\ntopic: %s\nschema: ../orders.avsc\nevent_time: at\n".formatted(topic),
                "views/orders.yaml", GoodOrder.ORDERS,
                "views/shipped.yaml", GoodOrder.SHIPPED,
                "views/parsed.yaml", GoodOrder.PARSED);
    }

    /** Whoever has judged: batch, the speed layer, or each a part. */
    private static void check(TestDeployment deployment, TopicLog<OrderRecord> log) throws IOException {
        JsonNode answer = deployment.awaitThrough(log.ends(), BY_DAY_AND_REGION);
        assertEquals(log.ends(), TestDeployment.throughs(answer));
        assertTrue(answer.at("/certificate/complete").asBoolean(), answer::toString);
        assertEquals(Buckets.of(log, GoodOrder.VIEWS, OrderRecord::bucket), Buckets.stated(deployment, "orders"));
        List<GoodOrder> good =
                log.all().stream().flatMap(record -> record.order().stream()).toList();
        assertEquals(
                OrderTotals.of(
                        good,
                        order -> true,
                        order -> List.of(order.day(), order.region()),
                        some -> Map.of(
                                "orders", Integer.toString(some.size()),
                                "revenue", OrderTotals.revenue(some),
                                "pieces",
                                        Long.toString(some.stream()
                                                .mapToLong(GoodOrder::quantity)
                                                .sum()),
                                "heaviest",
                                        Double.toString(some.stream()
                                                .mapToDouble(GoodOrder::weight)
                                                .max()
                                                .orElseThrow()))),
                OrderTotals.stated(
                        answer, List.of("window_start", "region"), List.of("orders", "revenue", "pieces", "heaviest")));
        assertEquals(
                OrderTotals.of(
                        good,
                        order -> !order.kind().isFiltered(),
                        order -> List.of(order.region()),
                        some -> Map.of("orders", Integer.toString(some.size()), "revenue", OrderTotals.revenue(some))),
                OrderTotals.stated(
                        deployment.answer("/v1/views/shipped/query?by=region"),
                        List.of("region"),
                        List.of("orders", "revenue")));
        assertEquals(
                OrderTotals.of(
                        good,
                        order -> !order.kind().isFailing(),
                        order -> List.of(),
                        some -> Map.of(
                                "orders", Integer.toString(some.size()),
                                "total",
                                        Long.toString(some.stream()
                                                .mapToLong(order -> Integer.parseInt(order.text()))
                                                .sum()))),
                OrderTotals.stated(deployment.answer("/v1/views/parsed/query"), List.of(), List.of("orders", "total")));
        assertEquals(200, deployment.get("/readyz").statusCode());
    }

    /** Each that a view does not count for what is wrong with it, as it was sent, and nothing else. */
    private static void eachDeadLetterIsCopied(TestDeployment deployment, TopicLog<OrderRecord> log) {
        Map<Place, String> expected = places(log, OrderRecord::deadLetter);
        String topic = DeadLetter.topic(deployment.topic());
        Conditions.await("a copy of each dead letter", () -> {
            Set<Place> found = new HashSet<>();
            Copies.read(
                    deployment.deployment(), topic, copy -> found.add(Place.of(DeadLetter.of(Copies.headers(copy)))));
            return found.size() >= expected.size();
        });
        Map<Place, String> found = new TreeMap<>();
        Copies.read(deployment.deployment(), topic, copy -> {
            DeadLetter letter = DeadLetter.of(Copies.headers(copy));
            Place place = Place.of(letter);
            found.put(place, letter.reason());
            OrderRecord sent = log.partitions().get(place.partition()).get(place.offset());
            assertEquals(place.partition(), copy.partition());
            assertEquals(deployment.topic(), letter.origin().topic());
            assertEquals(sent.sent().timestamp(), letter.origin().timestamp(), sent::toString);
            assertArrayEquals(sent.sent().key(), copy.key(), sent::toString);
            assertArrayEquals(sent.sent().value(), copy.value(), sent::toString);
            assertEquals(others(sent.sent().headers()), others(copy.headers()), sent::toString);
        });
        assertEquals(expected, found);
    }

    /** Headers that are none of Tidemark's. */
    private static List<String> others(Headers headers) {
        return Arrays.stream(headers.toArray())
                .filter(header -> !header.key().startsWith("tidemark."))
                .map(header -> header.key() + "=" + Arrays.toString(header.value()))
                .toList();
    }

    /** A record's place in the log. */
    private record Place(int partition, long offset) implements Comparable<Place> {

        private static final Comparator<Place> ORDER =
                Comparator.comparingInt(Place::partition).thenComparingLong(Place::offset);

        static Place of(DeadLetter letter) {
            return new Place(
                    letter.origin().position().partition(),
                    letter.origin().position().offset());
        }

        @Override
        public int compareTo(Place other) {
            return ORDER.compare(this, other);
        }
    }

    /** What is known of records, by their places; those of which it is empty are left out. */
    private static Map<Place, String> places(TopicLog<OrderRecord> log, Function<OrderRecord, Optional<String>> known) {
        Map<Place, String> places = new TreeMap<>();
        log.partitions()
                .forEach((partition, records) -> records.forEach((offset, record) ->
                        known.apply(record).ifPresent(text -> places.put(new Place(partition, offset), text))));
        return places;
    }

    private static void deadLettersAreInTheTableOnce(TestDeployment deployment, TopicLog<OrderRecord> log)
            throws Exception {
        Map<Place, String> found = new TreeMap<>();
        try (DuckDb duck = new DuckDb()) {
            List<List<String>> rows = duck.rows("select partition, \"offset\", reason, md5(value) from "
                    + new DeltaTable(deployment.deployment().warehouse().deadLetters()).rows());
            rows.forEach(row -> found.put(
                    new Place(Integer.parseInt(row.get(0)), Long.parseLong(row.get(1))),
                    row.get(2) + " " + row.get(3)));
            assertEquals(rows.size(), found.size(), "each once");
        }
        assertEquals(
                places(log, record -> record.wrong()
                        .map(kind -> kind.reason() + " " + md5(record.sent().value()))),
                found);
    }

    private static String md5(byte[] value) {
        try {
            return value == null
                    ? "null"
                    : HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(value));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
