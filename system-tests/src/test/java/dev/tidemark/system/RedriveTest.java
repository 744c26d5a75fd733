package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.deadletter.RedriveMark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From malformed events to their correction, with the processes that the command starts. */
class RedriveTest {

    private static final int OF_A_TRANSACTION = 500;
    private static final int DAMAGED = 5 * OF_A_TRANSACTION;
    private static final int ORDERS = 2 * DAMAGED;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final List<TidemarkCommand> started = new ArrayList<>();

    @AfterEach
    void leaveNoProcess() {
        started.forEach(TidemarkCommand::terminate);
    }

    private TidemarkCommand start(String... arguments) throws IOException {
        TidemarkCommand command = TidemarkCommand.start(folder, arguments);
        started.add(command);
        return command;
    }

    private String succeed(String... arguments) throws Exception {
        TidemarkCommand command = start(arguments);
        assertEquals(0, command.exitCode(), command::text);
        return command.text();
    }

    @Tag("thorough")
    @Test
    void whatIsMalformedCountsOnceItIsCorrectedAndSentAgain() throws Exception {
        Shop shop = Shop.write(folder);
        List<Shop.Order> orders = Shop.orders(ORDERS, Seeds.random());
        start("up").awaitWords("shop is up at http://127.0.0.1:" + shop.port());
        shop.awaitReady();
        succeed("produce", "--source", "orders", damaged(orders).toString());

        Conditions.await("the dead letters", () -> letters(shop).get("letters").asInt() == DAMAGED + 1);
        assertEquals(DAMAGED, reason(shop, "schema").get("letters").asInt());
        assertEquals(1, reason(shop, "unreadable").get("letters").asInt());
        List<Shop.Order> whole =
                orders.stream().filter(order -> !isDamaged(order)).toList();
        Conditions.await("the others", () -> shop.answer().equals(Shop.plain(whole)));

        String fix = corrected(succeed("dead-letters", "export", "-s", "orders", "--where", "reason=schema"));
        killBetweenTransactions(fix);
        JsonNode resumed = redrive(fix);
        int before = resumed.get("already").asInt();
        assertTrue(before > 0 && before < DAMAGED, "it was killed between transactions: " + resumed);
        assertEquals(0, before % OF_A_TRANSACTION, "of each transaction all or nothing: " + resumed);
        assertEquals(DAMAGED - before, resumed.get("sent").asInt());
        Conditions.await("all orders", () -> shop.answer().equals(Shop.plain(orders)));
        JsonNode again = redrive(fix);
        assertEquals(0, again.get("sent").asInt());
        assertEquals(DAMAGED, again.get("already").asInt());
        Conditions.await("the marks", () -> letters(shop).get("redriven").asInt() == DAMAGED);
        Conservation.holds(shop.port());

        succeed("archive");
        succeed("recompute");
        Conditions.await("publication 1", () -> shop.publication() == 1);
        assertEquals(Shop.plain(orders), shop.answer());
        Conservation.holds(shop.port());
        String list = succeed("dead-letters", "list");
        assertTrue(
                list.contains(
                        "orders: %,d dead letters in topic orders.dlq, %,d of them".formatted(DAMAGED + 1, DAMAGED)),
                list);
    }

    /** Kills it as soon as its first transaction is committed. */
    private void killBetweenTransactions(String fix) throws Exception {
        String marks = RedriveMark.topic("orders");
        try (Admin admin = Admin.create(
                DeploymentLoader.load(folder.resolve("tidemark.yaml")).kafkaAdmin())) {
            TidemarkCommand killed = start("dead-letters", "redrive", "--source", "orders", "--fix", fix);
            Conditions.awaitMoment(
                    "the marks' topic", () -> admin.listTopics().names().get().contains(marks));
            Conditions.awaitMoment("a transaction is committed", () -> committed(admin, marks) > 0);
            killed.kill();
        }
    }

    /** Where the topic ends for who reads what is committed. */
    private static long committed(Admin admin, String topic) throws Exception {
        TopicPartition only = new TopicPartition(topic, 0);
        return admin.listOffsets(
                        Map.of(only, OffsetSpec.latest()), new ListOffsetsOptions(IsolationLevel.READ_COMMITTED))
                .partitionResult(only)
                .get()
                .offset();
    }

    private JsonNode redrive(String fix) throws Exception {
        String text = succeed("dead-letters", "redrive", "--source", "orders", "--fix", fix, "--output", "json");
        return JSON.readTree(
                text.lines().filter(line -> line.startsWith("{")).findFirst().orElseThrow());
    }

    private static boolean isDamaged(Shop.Order order) {
        return order.id() % 2 == 0;
    }

    /** A file with all orders, half of them damaged, and a line that is none. */
    private Path damaged(List<Shop.Order> orders) throws IOException {
        Stream<String> lines = orders.stream()
                .map(order ->
                        isDamaged(order) ? order.json().replace("\"amount\":\"", "\"amount\":\"EUR ") : order.json());
        return Files.write(
                folder.resolve("damaged.ndjson"),
                Stream.concat(lines, Stream.of("no order")).toList());
    }

    private String corrected(String export) throws IOException {
        List<String> lines = export.lines()
                .filter(line -> line.startsWith("{"))
                .map(line -> line.replace("\"amount\":\"EUR ", "\"amount\":\""))
                .toList();
        assertEquals(DAMAGED, lines.size(), export);
        return Files.write(folder.resolve("fix.ndjson"), lines).toString();
    }

    private static JsonNode letters(Shop shop) throws IOException {
        return Shop.get(shop.port(), "/v1/dead-letters").at("/sources/0");
    }

    private static JsonNode reason(Shop shop, String name) throws IOException {
        JsonNode reasons = letters(shop).get("reasons");
        return IntStream.range(0, reasons.size())
                .mapToObj(reasons::get)
                .filter(row -> row.get("reason").asText().equals(name))
                .findFirst()
                .orElseThrow();
    }
}
