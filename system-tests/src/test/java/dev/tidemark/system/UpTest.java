package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a user does at the terminal, with the processes that the command starts. */
class UpTest {

    private static final LocalDate FIRST_DAY = LocalDate.of(2001, 1, 1);
    private static final LocalDate LIVE_FROM = LocalDate.of(2001, 1, 8);
    private static final int PARTITIONS = 3;

    @TempDir
    Path folder;

    private final List<TidemarkCommand> started = new ArrayList<>();

    @AfterEach
    void leaveNoProcess() {
        for (TidemarkCommand each : started) {
            each.terminate();
        }
    }

    private TidemarkCommand start(String... arguments) throws IOException {
        TidemarkCommand command = TidemarkCommand.start(folder, arguments);
        started.add(command);
        return command;
    }

    private void succeed(String... arguments) throws Exception {
        TidemarkCommand command = start(arguments);
        assertEquals(0, command.exitCode(), command::text);
    }

    private static List<Shop.Order> orders() {
        return Shop.orders(3_000, Seeds.random());
    }

    @Test
    void aDeploymentOfOnesOwnGoesThroughItsCommandsAndOnWithABrokerThatUpDidNotStart() throws Exception {
        Shop shop = Shop.write(folder);
        List<Shop.Order> orders = orders();
        List<Shop.Order> first = orders.subList(0, 2_000);
        aReferenceTable();
        TidemarkCommand up = TidemarkCommand.startInGroup(folder, "up");
        started.add(up);
        up.awaitWords("shop is up at http://127.0.0.1:" + shop.port());
        assertTrue(up.text().contains("loading the reference tables that are not loaded yet: areas"), up::text);
        shop.awaitReady();

        produce(shop, first, "tidemark.yaml");
        Conditions.await("the speed layer's rows", () -> shop.answer().equals(Shop.plain(first)));
        succeed("archive");
        succeed("recompute");
        Conditions.await("publication 1", () -> shop.publication() == 1);
        assertEquals(Shop.plain(first), shop.answer());
        Conservation.holds(shop.port());
        aBrokenViewIsNamedWithItsLine();

        assertEquals(128 + 2, up.interrupt(), up::text);
        Path address = DeploymentLoader.load(folder.resolve("tidemark.yaml"))
                .brokerHome()
                .addressFile();
        assertFalse(Files.exists(address), "the broker's address outlives it");

        TidemarkCommand broker = start("broker");
        Conditions.await("the broker's address", () -> Files.exists(address));
        String config = shop.withBroker(Files.readString(address).trim());
        TidemarkCommand again = start("up", "-c", config);
        again.awaitWords("shop is up at");
        assertTrue(again.text().contains("using the broker at "), again::text);
        assertFalse(again.text().contains("loading the reference tables"), again::text);
        assertEquals(Shop.plain(first), shop.answer());
        produce(shop, orders.subList(2_000, orders.size()), config);
        Conditions.await("all rows", () -> shop.answer().equals(Shop.plain(orders)));
        Conservation.holds(shop.port());
        again.terminate();
        assertTrue(broker.isAlive(), "what it did not start goes on without it");
    }

    /** Orders take the area of their region from it. */
    private void aReferenceTable() throws IOException {
        Files.createDirectories(folder.resolve("references"));
        Files.writeString(folder.resolve("areas.csv"), "region,area\nEU,Europe\n");
        Files.writeString(
                folder.resolve("references/areas.yaml"),
                "name: areas\ncsv: ../areas.csv\nkey: region\ncolumns: {area: string}\n");
        Files.writeString(
                folder.resolve("sources/orders.yaml"),
                "\nenrich: {areas: {key: region, columns: [area]}}\n",
                StandardOpenOption.APPEND);
        Files.writeString(
                folder.resolve("views/areas.yaml"),
                "name: areas\nsource: orders\npane: 1m\ndimensions: {area: area}\nmeasures: {orders: count()}\n");
    }

    private void produce(Shop shop, List<Shop.Order> orders, String config) throws Exception {
        succeed(
                "produce",
                "-c",
                config,
                "--source",
                "orders",
                "--historical",
                shop.file(orders).toString());
    }

    private void aBrokenViewIsNamedWithItsLine() throws Exception {
        Path view = folder.resolve("views/revenue.yaml");
        String whole = Files.readString(view);
        Files.writeString(view, whole.replace("sum(amount)", "sum(amont)"));
        TidemarkCommand check = start("check");
        assertEquals(1, check.exitCode(), check::text);
        assertTrue(check.text().contains("revenue.yaml:9"), check::text);
        Files.writeString(view, whole);
        succeed("check");
    }

    @Tag("thorough")
    @Test
    void eachProcessRunsAlone() throws Exception {
        Shop shop = Shop.write(folder);
        List<Shop.Order> orders = orders();
        TidemarkCommand broker = start("broker");
        broker.awaitWords("created topic orders");
        TidemarkCommand speed = start("speed");
        TidemarkCommand serve = start("serve");
        shop.awaitReady();

        TidemarkCommand produce =
                TidemarkCommand.start(folder, shop.file(orders), "produce", "--source", "orders", "--transactional");
        started.add(produce);
        assertEquals(0, produce.exitCode(), produce::text);
        assertTrue(produce.text().contains("3,000 records"), produce::text);
        Conditions.await("the rows", () -> shop.answer().equals(Shop.plain(orders)));
        Conservation.holds(shop.port());

        for (TidemarkCommand each : List.of(serve, speed, broker)) {
            each.terminate();
        }
    }

    @Tag("thorough")
    @Test
    void aDemoThatIsKilledWhileItLoadsItsHistoryGoesOnWhereItWas() throws Exception {
        int port = Shop.freePort();
        String[] demo = {
            "demo", "--example", "flights", "--data", "data", "--port", Integer.toString(port), "--rate", "2000"
        };
        TidemarkCommand killed = start(demo);
        killed.awaitWords("sending the history");
        Conditions.await("some of the history is in the log", () -> flightsInTheLog() > 1_000);
        killed.kill();

        TidemarkCommand again = start(demo);
        for (String step : List.of("were in the log already", "recompute: ", "starting the speed", "playing live")) {
            again.awaitWords(step);
        }
        assertFalse(again.text().contains(" 0 were in the log already"), again::text);
        assertPublished(Flight.of(FIRST_DAY, LIVE_FROM).size(), port);

        long before = sum("through", flights(port, ""));
        Conditions.await("live traffic", () -> sum("through", flights(port, "")) > before + 2_000);
        Conservation.holds(port);
        again.terminate();
    }

    /** Every flight of the history once, by the answer's count and by its certificate. */
    private static void assertPublished(int history, int port) throws IOException {
        JsonNode answer = flights(port, "to=" + LIVE_FROM + "T00:00:00Z&");
        assertEquals(1, answer.at("/certificate/publication").asInt(), answer.toString());
        assertEquals(history, answer.at("/rows/0/flights").asInt(), answer.toString());
        assertEquals(history, sum("cut", answer), answer.toString());
    }

    private static JsonNode flights(int port, String range) throws IOException {
        return Shop.get(port, "/v1/views/traffic/query?" + range + "measures=flights");
    }

    private static long sum(String field, JsonNode answer) {
        long sum = 0;
        for (JsonNode partition : answer.at("/certificate/partitions")) {
            sum += partition.get(field).asLong();
        }
        return sum;
    }

    private long flightsInTheLog() throws Exception {
        Deployment deployment = DeploymentLoader.load(folder.resolve("data/tidemark.yaml"));
        Map<TopicPartition, OffsetSpec> ends = IntStream.range(0, PARTITIONS)
                .mapToObj(partition -> new TopicPartition("flights", partition))
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest()));
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            return admin.listOffsets(ends).all().get().values().stream()
                    .mapToLong(each -> each.offset())
                    .sum();
        }
    }
}
