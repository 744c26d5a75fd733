package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.broker.LocalSchemaRegistry;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records of every kind that is wrong, as many as good ones: they stop nothing, and nothing good is lost with them. */
@Tag("thorough")
class HostileInputTest {

    private static final int PARTITIONS = 3;
    private static final int RECORDS = 100_000;
    private static final int PAYMENTS = 2_000;
    private static final int OF_EACH_PAYMENT = 100;
    private static final Map<String, String> LONG_VALUES = Map.of("max.message.bytes", "16777216");

    private static final String BY_DAY_AND_REGION = "/v1/views/orders/query?window=1d&by=region";
    private static final String PAYMENTS_BY_REGION = "/v1/views/payments/query?by=region";

    @TempDir
    Path folder;

    @Test
    void whateverStandsInATopicEachRecordIsInOneBucketAndNoGoodOneIsLost() throws Exception {
        Random random = Seeds.random();
        String orders = SharedBroker.createTopic("orders", PARTITIONS, LONG_VALUES);
        String payments = SharedBroker.createTopic("payments", 1);
        HostileOrders generator = new HostileOrders(random, orders, PARTITIONS);
        try (LocalSchemaRegistry registry = LocalSchemaRegistry.start();
                TestDeployment deployment = new TestDeployment(folder, orders, files(orders, payments, registry));
                TopicLog<OrderRecord> orderLog = log(deployment);
                TopicLog<PaymentRecord> paymentLog = log(deployment)) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            LayerProcess serving = deployment.start(Layer.SERVING);
            List<OrderRecord> mixed = generator.mixed(RECORDS, RECORDS);
            // Half is there when they start.
            orderLog.send(mixed.subList(0, RECORDS));
            paymentLog.send(PaymentRecord.mixed(payments, 1, writers(registry), random, PAYMENTS, OF_EACH_PAYMENT));
            deployment.awaitReady();
            orderLog.send(mixed.subList(RECORDS, mixed.size()));
            orderLog.send(generator.longGoodOnes());

            checkOrders(deployment, orderLog);
            checkPayments(deployment, paymentLog);
            SentDeadLetters orderLetters = new SentDeadLetters(deployment.deployment(), "orders", orderLog);
            SentDeadLetters paymentLetters = new SentDeadLetters(deployment.deployment(), "payments", paymentLog);
            orderLetters.areCopied();
            paymentLetters.areCopied();

            deployment.publish();
            deployment.awaitPublication(1, BY_DAY_AND_REGION);
            deployment.awaitPublication(1, PAYMENTS_BY_REGION);
            checkOrders(deployment, orderLog);
            checkPayments(deployment, paymentLog);
            orderLetters.areInTheTable(GoodOrder.VIEWS);
            paymentLetters.areInTheTable(List.of("payments"));

            orderLog.send(generator.mixed(10, 10));
            checkOrders(deployment, orderLog);
            assertTrue(speed.process().isAlive(), "the speed layer runs");
            assertTrue(serving.process().isAlive(), "the serving layer runs");
        }
    }

    private static <T extends SentRecord> TopicLog<T> log(TestDeployment deployment) {
        return new TopicLog<>(deployment.deployment().kafkaClient(), SentRecord::sent);
    }

    private static Map<String, String> files(String orders, String payments, LocalSchemaRegistry registry) {
        return Map.of(
                "tidemark.yaml", "schema_registry: {url: \"%s\"}\n".formatted(registry.url()),
                "orders.avsc", GoodOrder.SCHEMA,
                "payments.avsc", HostilePayment.SCHEMA,
                "sources/orders.yaml", source("orders", orders, "json"),
                "sources/payments.yaml", source("payments", payments, "avro"),
                "views/orders.yaml", GoodOrder.ORDERS,
                "views/shipped.yaml", GoodOrder.SHIPPED,
                "views/parsed.yaml", GoodOrder.PARSED,
                "views/payments.yaml",
                        """
                        name: payments
                        source: payments
                        pane: 1d
                        dimensions: {region: region}
                        measures: {payments: count()}
                        """);
    }

    private static String source(String name, String topic, String format) {
        return "name: %s\ntopic: %s\nschema: ../%s.avsc\nformat: %s\nevent_time: at\n"
                .formatted(name, topic, name, format);
    }

    private static HostilePayment.Writers writers(LocalSchemaRegistry registry) {
        return new HostilePayment.Writers(
                registry.register(HostilePayment.SCHEMA),
                registry.register(HostilePayment.SCHEMA_WITHOUT_TIME),
                registry.register(HostilePayment.schema("timestamp-micros")));
    }

    /** Whoever has judged: the speed layer, batch, or each a part. */
    private static void checkOrders(TestDeployment deployment, TopicLog<OrderRecord> log) throws IOException {
        JsonNode answer = countsAll(deployment, log, BY_DAY_AND_REGION);
        assertEquals(Buckets.of(log, GoodOrder.VIEWS, OrderRecord::bucket), Buckets.stated(deployment, "orders"));
        List<GoodOrder> good =
                log.all().stream().flatMap(record -> record.order().stream()).toList();
        assertEquals(
                OrderTotals.byDayAndRegion(good),
                OrderTotals.stated(
                        answer, List.of("window_start", "region"), List.of("orders", "revenue", "pieces", "heaviest")));
        assertEquals(
                OrderTotals.shippedByRegion(good),
                OrderTotals.stated(
                        deployment.answer("/v1/views/shipped/query?by=region"),
                        List.of("region"),
                        List.of("orders", "revenue")));
        assertEquals(
                OrderTotals.parsed(good),
                OrderTotals.stated(deployment.answer("/v1/views/parsed/query"), List.of(), List.of("orders", "total")));
        assertEquals(200, deployment.get("/readyz").statusCode());
    }

    private static void checkPayments(TestDeployment deployment, TopicLog<PaymentRecord> log) throws IOException {
        JsonNode answer = countsAll(deployment, log, PAYMENTS_BY_REGION);
        assertEquals(
                Buckets.of(log, List.of("payments"), PaymentRecord::bucket), Buckets.stated(deployment, "payments"));
        Map<String, Long> stated = new TreeMap<>();
        answer.get("rows")
                .forEach(row -> stated.put(
                        row.get("region").asText(), row.get("payments").asLong()));
        assertEquals(
                log.all().stream()
                        .flatMap(record -> record.region().stream())
                        .collect(Collectors.groupingBy(Function.identity(), TreeMap::new, Collectors.counting())),
                stated);
    }

    private static JsonNode countsAll(TestDeployment deployment, TopicLog<?> log, String path) {
        JsonNode answer = deployment.awaitThrough(log.ends(), path);
        assertEquals(log.ends(), TestDeployment.throughs(answer));
        assertTrue(answer.at("/certificate/complete").asBoolean(), answer::toString);
        return answer;
    }
}
