package dev.tidemark.serving;

import static dev.tidemark.serving.Shop.NOON;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Threshold;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.alert.AlertLog;
import dev.tidemark.serving.alert.Standing;
import dev.tidemark.serving.alert.ThresholdWatcher;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Session;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a threshold makes of the answers at chosen times, and what then stands on the topic. */
class ThresholdTest {

    @TempDir
    Path directory;

    private Shop shop;
    private LiveSource live;
    private AlertTopic topic;
    private AlertLog log;
    private ThresholdWatcher watcher;

    @BeforeEach
    void aShop() throws Exception {
        shop = Shop.open(directory, 1);
        live = new LiveSource(shop.deployment, shop.set.source(), Patience.USUAL, Optional.empty());
        live.start();
    }

    @AfterEach
    void close() {
        if (log != null) {
            log.close();
        }
        live.close();
        shop.close();
    }

    private void watch(Optional<Threshold> threshold) {
        topic = AlertTopic.of(shop, threshold, Optional.empty());
        watcher = new ThresholdWatcher("revenue", threshold.orElseThrow(), live, ZoneOffset.UTC);
        log = AlertLog.open(topic.deployment());
    }

    /** Sells at a minute after noon, and waits until that counts. */
    private void sell(int minute, String region, String amount) throws Exception {
        Sale sale = shop.sellAndCount(0, minute(minute), region, amount);
        Until.holds(() -> live.generation().orElseThrow().progress().get(0).through()
                > sale.position().offset());
    }

    private static Instant minute(int minute) {
        return NOON.plus(Duration.ofMinutes(minute));
    }

    /** Looks at so many minutes after noon; what has been sent then, as texts such as {@code firing 0.00}. */
    private List<String> look(int minute) throws Exception {
        return judge(minute).stream()
                .map(alert ->
                        alert.state() + " " + alert.fields().get("revenue").asText())
                .toList();
    }

    private List<Alert> judge(int minute) throws Exception {
        Until.holds(() -> live.notServed().isEmpty());
        Instant now = minute(minute).plusSeconds(30);
        List<Alert> changes = watcher.judge(log.standing("revenue"), now, now);
        if (!changes.isEmpty()) {
            assertTrue(log.append(changes));
        }
        return changes;
    }

    @Test
    void itFiresWhenTheConditionHasHeldForLongEnoughAndIsResolvedWhenItHoldsNoMore() throws Exception {
        watch(AlertTopic.threshold("revenue < 100", "5m", "2m"));
        sell(0, "EU", "150");
        assertEquals(List.of(), look(5), "the sale is in the window");
        assertEquals(List.of(), look(6), "it has left it, but not for long");
        assertEquals(List.of(), look(7));
        assertEquals(List.of("firing 0.00"), look(8), "an idle source fires too");
        assertEquals(List.of(), look(9), "it is said once");
        sell(9, "US", "99.99");
        assertEquals(List.of(), look(10), "still below");
        sell(9, "US", "0.01");
        assertEquals(List.of("resolved 100.00"), look(10), "exactly");
        assertEquals(List.of(), look(10));
        List<Alert> sent = topic.committed();
        assertEquals(List.of("firing", "resolved"), topic.states());
        assertEquals(sent.get(0).id(), sent.get(1).id(), "both say it of one alert");
        assertTrue(sent.get(0).id().startsWith("revenue-2026-03-02T12:06:00Z-"), sent.get(0)::id);
        assertEquals(
                "2026-03-02T12:03:00Z", sent.get(0).fields().get("window_start").asText());
        assertEquals(
                "2026-03-02T12:08:00Z", sent.get(0).fields().get("window_end").asText());
        assertEquals(shop.set.id(), sent.get(0).definition());
    }

    @Test
    void aRowIsThatOfAQuery() throws Exception {
        watch(AlertTopic.threshold("orders >= 2", "5m", "0s", "region"));
        sell(0, "EU", "10.50");
        sell(1, "EU", "10.50");
        Alert fired = judge(2).get(0);
        try (ServingLayer serving = shop.serve()) {
            String window = "from=2026-03-02T11:57:00Z&to=2026-03-02T11:58:00Z&window=5m&every=1m&by=region";
            assertEquals(Client.ready(serving).revenue(window).rows().get(0), fired.fields(), "as it is asked for");
        }
    }

    @Test
    void eachGroupHasAnAlertOfItsOwnAndOneThatFallsSilentFires() throws Exception {
        watch(AlertTopic.threshold("orders < 1", "2m", "1m", "region"));
        for (int minute = 0; minute < 12; minute++) {
            sell(minute, "US", "1");
        }
        sell(0, "EU", "1");
        assertEquals(List.of(), look(2));
        assertEquals(List.of(), look(3), "for a minute it must be silent");
        Alert silent = judge(4).get(0);
        assertEquals("EU", silent.fields().get("region").asText());
        assertEquals(0, silent.fields().get("orders").asInt(-1));
        assertEquals(List.of(), look(5));
        assertEquals(List.of(), look(11), "it fires for as long as nobody sells, and is forgotten by no window");
        sell(11, "EU", "7");
        assertEquals(List.of("resolved 7.00"), look(12));
    }

    @Test
    void averagesOfNothingCompareWithNothing() throws Exception {
        watch(AlertTopic.threshold("average < 1000 and orders < 10", "1m", "0s"));
        sell(0, "EU", "1");
        assertEquals(List.of("firing 1.00"), look(1));
        assertEquals(List.of("resolved 0.00"), look(2), "no event, no average");
    }

    @Test
    void aRestartSaysNothingAgainAndGoesOn() throws Exception {
        Optional<Threshold> threshold = AlertTopic.threshold("revenue < 100", "1m", "1m");
        watch(threshold);
        assertEquals(List.of("firing 0.00"), look(5));
        log.close();
        watch(threshold);
        assertEquals(List.of(), look(5));
        assertEquals(List.of(), look(6));
        sell(6, "EU", "100");
        assertEquals(List.of("resolved 100.00"), look(7));
        assertEquals(List.of("firing", "resolved"), topic.states());
    }

    @Test
    void aLateEventResolvesWhatItMakesUntrue() throws Exception {
        watch(AlertTopic.threshold("revenue < 100", "5m", "0s"));
        assertEquals(List.of("firing 0.00"), look(5));
        sell(3, "EU", "500");
        assertEquals(List.of("resolved 500.00"), look(5));
    }

    @Test
    void aFiringAlertIsResolvedWhenTheThresholdIsByOtherDimensionsNow() throws Exception {
        watch(AlertTopic.threshold("revenue < 100", "1m", "0s"));
        assertEquals(List.of("firing 0.00"), look(5));
        log.close();
        watch(AlertTopic.threshold("revenue < 100", "1m", "0s", "region"));
        assertEquals(List.of("resolved 0.00"), look(5));
    }

    @Test
    void ofAlertsThatAreOneGroupNowSinceTheViewLostADimensionOneIsJudged() throws Exception {
        watch(AlertTopic.threshold("orders < 1", "1m", "0s", "region"));
        for (String shop : List.of("1", "2")) {
            String row = "{\"region\":\"EU\",\"shop\":\"" + shop + "\",\"revenue\":\"0.0" + shop + "\"}";
            log.append(List.of(AlertTopic.alert(shop, State.FIRING).become(State.FIRING, NOON, 0, "v1", row)));
        }
        assertEquals(List.of("resolved 0.01"), look(5));
        assertEquals(List.of(), look(5));
        sell(5, "EU", "7");
        assertEquals(List.of("resolved 7.00"), look(6));
        assertEquals(0, log.standing("revenue").alerts().size());
    }

    @Test
    void moreGroupsAndPanesThanCanBeLookedAtAreNotJudgedAndItIsSaidWhatToChange() throws Exception {
        watch(AlertTopic.threshold("orders < 1", "1m", "9999m", "region"));
        for (int i = 0; i < 101; i++) {
            shop.sellAndCount(0, NOON, "region " + i, "1");
        }
        Until.holds(() -> live.generation().orElseThrow().progress().get(0).through() >= 101);
        assertEquals(
                "`alert` has 101 groups by [region] of view revenue to look at, at the ends of 10,000 panes each;"
                        + " accepted are 1,000,000 together: take dimensions out of `by`, or make `for` shorter",
                assertThrows(HttpProblem.class, () -> judge(5)).getMessage());
    }

    @Test
    void thePublishedAndTheStreamedAreJudgedAsOne() throws Exception {
        watch(AlertTopic.threshold("orders >= 2", "5m", "0s"));
        sell(0, "EU", "1");
        shop.publish(Map.of(0, 1L));
        Until.holds(() -> live.generation().orElseThrow().publication().number() == 1);
        sell(1, "EU", "1");
        Alert fired = judge(2).get(0);
        assertEquals(1, fired.publication());
        assertEquals(2, fired.fields().get("orders").asInt());
    }

    @Test
    void whatIsNotPublishedYetOrNoNumberIsNotJudged() throws Exception {
        for (String when : List.of("sales < 100", "busiest < 100")) {
            watch(AlertTopic.threshold(when, "1m", "0s"));
            String message = assertThrows(HttpProblem.class, () -> judge(1)).getMessage();
            assertTrue(message.startsWith("measure " + when.split(" ")[0] + ", which `alert` compares, is n"), message);
            log.close();
        }
    }

    @Test
    void aViewThatIsPublishedWithoutPanesYetIsNotJudged() throws Exception {
        live.close();
        shop.close();
        shop = Shop.ofSessions(directory, new Session("region", Duration.ofMinutes(5), 1));
        live = new LiveSource(shop.deployment, shop.set.source(), Patience.USUAL, Optional.empty());
        live.start();
        watcher = new ThresholdWatcher(
                "visits", AlertTopic.threshold("orders < 1", "1m", "0s").orElseThrow(), live, ZoneOffset.UTC);
        Until.holds(() -> live.notServed().isEmpty() && live.notObserved().isEmpty());
        Until.holds(() -> refusal().startsWith("view visits is not published with the panes yet"));
    }

    private String refusal() throws Exception {
        try {
            return "nothing is refused: " + watcher.changes(new Standing());
        } catch (HttpProblem e) {
            return e.getMessage();
        }
    }

    @Test
    void anAnswerThatMissesPositionsIsNotJudged() throws Exception {
        live.close();
        live = new LiveSource(
                shop.deployment,
                shop.set.source(),
                new Patience(Duration.ofMillis(200), Patience.USUAL.clocks()),
                Optional.empty());
        live.start();
        watch(AlertTopic.threshold("revenue < 100", "1m", "0s"));
        shop.sell(0, NOON, "EU", "1000");
        shop.sellAndCount(0, NOON, "EU", "1");
        Until.holds(() ->
                !live.generation().orElseThrow().progress().get(0).missing().isEmpty());
        assertThrows(HttpProblem.class, () -> judge(1));
    }
}
