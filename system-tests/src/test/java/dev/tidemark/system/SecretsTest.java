package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.LocalSchemaRegistry;
import dev.tidemark.broker.SecuredBroker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A deployment whose broker and schema registry ask for a login: every process logs in, events in Confluent's wire
 * format count in both layers, and neither password is printed by anyone, at the level of information and with a query
 * that fails.
 */
class SecretsTest {

    private static final String BROKER_PASSWORD = "broker-hunter2";
    private static final String REGISTRY_PASSWORD = "registry-hunter2";
    private static final String HOOK_PATH = "path-hunter2";
    private static final String HOOK_SECRET = "hook-hunter2";

    @TempDir
    Path folder;

    private final List<TidemarkCommand> started = new ArrayList<>();

    @AfterEach
    void leaveNoProcess() {
        started.forEach(TidemarkCommand::terminate);
    }

    private TidemarkCommand start(String... arguments) throws IOException {
        TidemarkCommand command = TidemarkCommand.start(folder, Path.of("/dev/null"), talkative(), arguments);
        started.add(command);
        return command;
    }

    /** Logs as much as a person who looks for a fault would ask for. */
    private Map<String, String> talkative() throws IOException {
        Path log4j = Files.writeString(
                folder.resolve("log4j2.properties"),
                """
                rootLogger.level = info
                rootLogger.appenderRef.console.ref = console
                appender.console.type = Console
                appender.console.name = console
                appender.console.target = SYSTEM_ERR
                appender.console.layout.type = PatternLayout
                appender.console.layout.pattern = %p %c{1}: %m%n%ex
                """);
        Path logback = Files.writeString(
                folder.resolve("logback.xml"),
                """
                <configuration>
                  <appender name="err" class="ch.qos.logback.core.ConsoleAppender"><target>System.err</target>
                    <encoder><pattern>%level %logger{20} - %msg%n</pattern></encoder></appender>
                  <root level="INFO"><appender-ref ref="err"/></root>
                </configuration>
                """);
        return Map.of(
                "TIDEMARK_SPEED_OPTS", with("SPEED", "-Dlog4j2.configurationFile=" + log4j),
                "TIDEMARK_BATCH_OPTS", with("BATCH", "-Dlog4j2.configurationFile=" + log4j),
                "TIDEMARK_SERVING_OPTS", with("SERVING", "-Dlogback.configurationFile=" + logback),
                "TIDEMARK_ALERTS_OPTS", with("ALERTS", "-Dlogback.configurationFile=" + logback));
    }

    /** The options that a layer has already, and one more. */
    private static String with(String layer, String option) {
        return Optional.ofNullable(System.getenv("TIDEMARK_" + layer + "_OPTS")).orElse("") + " " + option;
    }

    private void succeed(String... arguments) throws Exception {
        TidemarkCommand command = start(arguments);
        assertEquals(0, command.exitCode(), command::text);
    }

    @Test
    void everyProcessLogsInAndNonePrintsAPassword() throws Exception {
        try (SecuredBroker broker = SecuredBroker.start(folder.resolve("broker"), "tidemark", BROKER_PASSWORD);
                LocalSchemaRegistry registry = LocalSchemaRegistry.start()) {
            registry.requireLogin("reader:" + REGISTRY_PASSWORD);
            Shop shop = Shop.write(folder);
            configure(broker, registry);
            createTopic(broker);
            List<Shop.Order> orders = Shop.orders(500, Seeds.random());
            TidemarkCommand up = start("up");
            up.awaitWords("shop is up at");
            shop.awaitReady();
            succeed(
                    "produce",
                    "--source",
                    "orders",
                    fileWithNonsense(shop, orders).toString());
            Conditions.await("the speed layer's rows", () -> shop.answer().equals(Shop.plain(orders)));
            succeed("archive");
            succeed("recompute");
            Conditions.await("publication 1", () -> shop.publication() == 1);
            assertEquals(Shop.plain(orders), shop.answer());
            Conservation.holds(shop.port());
            everyCommandLogsInToo();
            up.awaitWords("alerts ready");
            up.awaitWords("${file:../secrets.properties:hook} does not answer");
            registryRefuses(broker, registry, up);
        }
        String printed = started.stream().map(TidemarkCommand::text).reduce("", String::concat);
        for (String trace : List.of("ConsumerConfig values", "ProducerConfig values", "sasl.jaas.config = [hidden]")) {
            assertTrue(printed.contains(trace), "the logs are to be those of a search for a fault: " + trace);
        }
        for (String secret : List.of(BROKER_PASSWORD, REGISTRY_PASSWORD, HOOK_PATH, HOOK_SECRET)) {
            assertFalse(printed.contains(secret), () -> printed.lines()
                    .filter(line -> line.contains(secret))
                    .toList()
                    .toString());
        }
    }

    /** Those that only look, all at once since most of each is its start; what they print is searched with the rest. */
    private void everyCommandLogsInToo() throws Exception {
        Map<TidemarkCommand, String> expected = new HashMap<>();
        expected.put(start("check"), "revenue");
        expected.put(start("doctor"), "this deployment is served at");
        expected.put(start("topics"), "increments of orders");
        expected.put(start("query", "revenue", "--by", "region"), "3 rows, publication 1, complete");
        expected.put(start("status"), "shop: ready");
        expected.put(start("dead-letters", "list"), "orders: 1 dead letters in topic orders.dlq");
        for (Map.Entry<TidemarkCommand, String> each : expected.entrySet()) {
            assertEquals(0, each.getKey().exitCode(), each.getKey()::text);
            assertTrue(each.getKey().text().contains(each.getValue()), each.getKey()::text);
        }
    }

    private void configure(SecuredBroker broker, LocalSchemaRegistry registry) throws IOException {
        Files.writeString(
                folder.resolve("secrets.properties"),
                "jaas=%s\nregistry=reader:%s\nhook=http://127.0.0.1:1/%s\n"
                        .formatted(broker.login(), REGISTRY_PASSWORD, HOOK_PATH));
        Path config = folder.resolve("tidemark.yaml");
        Files.writeString(
                config,
                Files.readString(config)
                        + """
                        kafka:
                          bootstrap.servers: %s
                          security.protocol: SASL_PLAINTEXT
                          sasl.mechanism: PLAIN
                          sasl.jaas.config: ${file:secrets.properties:jaas}
                        schema_registry:
                          url: %s
                          basic.auth.user.info: ${file:secrets.properties:registry}
                        """
                                .formatted(broker.bootstrapServers(), registry.url()));
        Path view = folder.resolve("views/revenue.yaml");
        Files.writeString(
                view,
                Files.readString(view)
                        + """
                        alert_topic: alerts
                        alert: {when: orders < 1}
                        webhook: {url: "${file:../secrets.properties:hook}", secret: %s}
                        """
                                .formatted(HOOK_SECRET));
        Path source = folder.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source) + "format: avro\n");
    }

    private static void createTopic(SecuredBroker broker) throws Exception {
        try (Admin admin = Admin.create(broker.client())) {
            admin.createTopics(List.of(new NewTopic("orders", 2, (short) 1)))
                    .all()
                    .get();
        }
    }

    private static Path fileWithNonsense(Shop shop, List<Shop.Order> orders) throws IOException {
        Path file = shop.file(orders);
        List<String> lines = Stream.concat(Files.readAllLines(file).stream(), Stream.of("nonsense"))
                .toList();
        return Files.write(file, lines, StandardCharsets.UTF_8);
    }

    /** Processes that have not asked for an event's schema yet, while their login is refused: both fail over it. */
    private void registryRefuses(SecuredBroker broker, LocalSchemaRegistry registry, TidemarkCommand up)
            throws Exception {
        byte id = (byte) registry.register("{\"type\": \"record\", \"name\": \"Other\", \"fields\": []}");
        registry.requireLogin("nobody:at-all");
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(broker.client(), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>("orders", new byte[] {0, 0, 0, 0, id}))
                    .get();
        }
        up.awaitWords("the query has failed: dev.tidemark.schema.SchemaRegistryException: the schema registry "
                + registry.url() + " refuses the login (401");
        TidemarkCommand archive = start("archive");
        assertEquals(1, archive.exitCode(), archive::text);
        assertTrue(archive.text().contains("refuses the login (401"), archive::text);
    }
}
