package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.shop.ShopArguments;
import dev.tidemark.shop.ShopEvent;
import dev.tidemark.shop.ShopOptions;
import dev.tidemark.shop.ShopTraffic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The demo as it runs unless told otherwise: a shop. */
class ShopDemoTest {

    private static final Duration HISTORY = Duration.ofDays(3);
    private static final double LIVE_RATE = 200;

    /** A view of each source, and its measure that counts. */
    private static final Map<String, String> COUNTS = Map.of(
            "clicks",
            "page_views/query?measures=views",
            "orders",
            "revenue/query?measures=orders",
            "payments",
            "payments/query?measures=attempts");

    @TempDir
    Path folder;

    private final List<TidemarkCommand> started = new ArrayList<>();
    private int port;

    @AfterEach
    void leaveNoProcess() {
        for (TidemarkCommand each : started) {
            each.terminate();
        }
    }

    @Tag("thorough")
    @Test
    void theShopIsSentOnceAndInOrderHoweverOftenItsDemoIsKilled() throws Exception {
        port = Shop.freePort();
        TidemarkCommand killed = demo();
        killed.awaitWords("sending the history");
        Conditions.await("some of the history is in the log", () -> sent() > 1_000);
        killed.kill();

        TidemarkCommand again = demo();
        again.awaitWords("playing live traffic");
        assertFalse(again.text().contains(" 0 were in the log already"), again::text);
        theHistoryIsPublished();
        long history = history().size();
        Conditions.await("live traffic", () -> sent() > history + 500);
        everyAnswerCountsWhatItsCertificateSays();
        long before = sent();
        again.kill();

        TidemarkCommand third = demo();
        third.awaitWords("playing live traffic");
        Conditions.await("more live traffic", () -> sent() > before + 500);
        everyAnswerCountsWhatItsCertificateSays();
        everyStolenCardIsFoundAndToldOf(third);
        third.terminate();
    }

    private void everyStolenCardIsFoundAndToldOf(TidemarkCommand demo) throws IOException {
        demo.awaitWords("[webhook]  card_tests added: ");
        JsonNode answer = Shop.get(port, "/v1/views/card_tests/query");
        Set<String> found = ids(answer.get("rows"), "match_id");
        ShopLog log = log();
        assertEquals(log.countedFrauds(answer), found.size(), answer::toString);
        assertTrue(found.size() > 1, answer::toString);
        JsonNode alerts = Shop.get(port, "/v1/alerts?view=card_tests&limit=1000");
        Set<String> toldOf = ids(alerts.get("alerts"), "id");
        assertFalse(toldOf.isEmpty(), alerts::toString);
        Conditions.await("alerts are of matches", () -> ids(
                        Shop.get(port, "/v1/views/card_tests/query").get("rows"), "match_id")
                .containsAll(toldOf));
        for (JsonNode row : answer.get("rows")) {
            boolean isOfHistory = Instant.parse(row.get("match_end").asText()).isBefore(liveFrom());
            assertEquals(!isOfHistory, toldOf.contains(row.get("match_id").asText()), row::toString);
        }
    }

    private static Set<String> ids(JsonNode rows, String field) {
        Set<String> ids = new TreeSet<>();
        rows.forEach(row -> ids.add(row.get(field).asText()));
        return ids;
    }

    private TidemarkCommand demo() throws IOException {
        TidemarkCommand demo = TidemarkCommand.start(
                folder, "demo", "--data", "data", "--port", Integer.toString(port), "--rate", "500");
        started.add(demo);
        return demo;
    }

    private void theHistoryIsPublished() throws IOException {
        Map<String, Long> bySource =
                history().stream().collect(Collectors.groupingBy(ShopEvent::source, Collectors.counting()));
        for (String source : COUNTS.keySet()) {
            long cut = 0;
            JsonNode answer = count(source);
            for (JsonNode partition : answer.at("/certificate/partitions")) {
                cut += partition.get("cut").asLong();
            }
            assertEquals(1, answer.at("/certificate/publication").asInt(), answer::toString);
            assertEquals(bySource.get(source), cut, answer::toString);
        }
    }

    private void everyAnswerCountsWhatItsCertificateSays() throws IOException {
        Map<String, JsonNode> answers = new HashMap<>();
        for (String source : COUNTS.keySet()) {
            answers.put(source, count(source));
        }
        JsonNode visits = Shop.get(port, "/v1/views/visits/query");
        ShopLog log = log();
        assertEquals(ExpectedVisits.folded(log.countedEvents(visits)), ExpectedVisits.answered(visits));
        answers.forEach((source, answer) -> {
            String measure = COUNTS.get(source).replaceAll(".*=", "");
            long found = answer.at("/rows/0/" + measure).asLong();
            assertTrue(found > 0, answer::toString);
            assertEquals(log.counted(answer), found, answer::toString);
        });
        Conservation.holds(port);
    }

    private JsonNode count(String source) throws IOException {
        return Shop.get(port, "/v1/views/" + COUNTS.get(source));
    }

    private ShopOptions options() {
        return ShopArguments.read(folder.resolve("data/shop.args"));
    }

    private Instant liveFrom() {
        return options().start().plus(HISTORY);
    }

    private List<ShopEvent> history() {
        Instant end = liveFrom();
        return Stream.generate(new ShopTraffic(options(), end, LIVE_RATE)::next)
                .takeWhile(event -> event.sentAt() < end.toEpochMilli())
                .toList();
    }

    private Deployment deployment() {
        Path file = folder.resolve("data/tidemark.yaml");
        assertTrue(Files.exists(file), file::toString);
        return DeploymentLoader.load(file);
    }

    private long sent() {
        return ShopLog.size(deployment());
    }

    private ShopLog log() {
        return ShopLog.read(deployment(), new ShopTraffic(options(), liveFrom(), LIVE_RATE));
    }
}
