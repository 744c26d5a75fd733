package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.webhook.DeliveryPace;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is told of a pattern's matches, and when: over real increments, segments and publications. */
class PatternAlertsTest {

    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");

    @TempDir
    Path directory;

    private Shop shop;
    private AlertTopic topic;
    private AlertsLayer alerts;

    @BeforeEach
    void aShop() throws Exception {
        open(Shop.ofFrauds(directory));
    }

    private void open(Shop frauds) {
        String name = frauds.topic + ".alerts";
        topic = new AlertTopic(frauds.alerting(new Alerting("frauds", name, Optional.empty(), Optional.empty())), name);
        shop = topic.shop();
    }

    @AfterEach
    void close() {
        if (alerts != null) {
            alerts.close();
        }
        shop.close();
    }

    private void watch() throws Exception {
        alerts = AlertsLayer.start(shop.deployment, Patience.USUAL, DeliveryPace.USUAL);
        Until.holds(() -> alerts.isReady());
    }

    private void watchAnew() throws Exception {
        alerts.close();
        watch();
    }

    private void sell(int second, String amount) throws Exception {
        shop.sellAndCount(0, NOON.plusSeconds(second), "EU", amount);
    }

    /** What has been sent, as texts such as {@code added 600.00}. */
    private List<String> sent() {
        return topic.committed().stream()
                .map(alert ->
                        alert.state() + " " + alert.fields().get("revenue").asText())
                .toList();
    }

    private void awaitSent(String... expected) throws Exception {
        Until.holds(() -> sent().size() >= expected.length);
        assertEquals(List.of(expected), sent());
    }

    @Test
    void eachMatchIsToldOfOnceAlsoAfterARestart() throws Exception {
        watch();
        sell(0, "0.50");
        sell(10, "600.00");
        awaitSent("added 600.00");
        watchAnew();
        sell(20, "700.00");
        awaitSent("added 600.00", "added 700.00");
        Alert alert = topic.committed().get(0);
        assertEquals("frauds", alert.view());
        assertEquals(alert.id(), alert.fields().get("match_id").asText());
        assertEquals(
                NOON.plusSeconds(10).toString(), alert.fields().get("match_end").asText());
        assertEquals(2, alert.fields().get("positions").size());
    }

    @Test
    void whatHappensWhileNobodyWatchesIsToldOfAtTheNextStart() throws Exception {
        watch();
        sell(0, "0.50");
        alerts.close();
        sell(10, "600.00");
        shop.publish(Map.of(0, 2L));
        sell(20, "700.00");
        watch();
        Until.holds(() -> sent().size() >= 3);
        assertEquals(new TreeSet<>(List.of("added 600.00", "added 700.00", "confirmed 600.00")), new TreeSet<>(sent()));
        assertEquals(3, sent().size());
    }

    @Test
    void lateEventsRetractAndAdd() throws Exception {
        watch();
        sell(0, "0.50");
        sell(30, "600.00");
        awaitSent("added 600.00");
        sell(15, "13.00");
        awaitSent("added 600.00", "retracted 600.00");
        sell(20, "0.99");
        awaitSent("added 600.00", "retracted 600.00", "added 600.00");
        List<Alert> all = topic.committed();
        assertEquals(all.get(0).id(), all.get(1).id());
        assertTrue(!all.get(0).id().equals(all.get(2).id()), "another first event makes another match");
    }

    @Test
    void aMatchIsConfirmedOnceBatchHasCountedAllItsEvents() throws Exception {
        watch();
        sell(0, "0.50");
        sell(10, "600.00");
        sell(50, "700.00");
        awaitSent("added 600.00", "added 700.00");
        shop.publish(Map.of(0, 2L));
        awaitSent("added 600.00", "added 700.00", "confirmed 600.00");
        shop.publish(Map.of(0, 3L));
        awaitSent("added 600.00", "added 700.00", "confirmed 600.00", "confirmed 700.00");
        assertEquals(2, topic.committed().get(3).publication());
        sell(5, "13.00");
        Until.holds(() -> sent().size() >= 6);
        assertEquals(
                new TreeSet<>(List.of("retracted 600.00", "retracted 700.00")), new TreeSet<>(sent().subList(4, 6)));
    }

    @Test
    void whatWasCompletedBelowTheCutBeforeAnyoneWatchedIsNotToldOf() throws Exception {
        sell(0, "0.50");
        sell(10, "600.00");
        shop.publish(Map.of(0, 2L));
        watch();
        sell(20, "700.00");
        awaitSent("added 700.00");
        shop.publish(Map.of(0, 3L));
        awaitSent("added 700.00", "confirmed 700.00");
        watchAnew();
        sell(30, "800.00");
        awaitSent("added 700.00", "confirmed 700.00", "added 800.00");
    }

    @Test
    void aChangedViewTellsOfItsOwnMatchesFromItsCutOnAndRetractsNoneOfThoseBefore() throws Exception {
        watch();
        sell(0, "0.50");
        sell(10, "600.00");
        awaitSent("added 600.00");
        shop.publish(Map.of(0, 2L));
        awaitSent("added 600.00", "confirmed 600.00");
        sell(200, "0.50");
        sell(250, "700.00");
        awaitSent("added 600.00", "confirmed 600.00", "added 700.00");
        try (Shop changed = shop.ofFraudsWithin("20s")) {
            changed.publish(Map.of(0, 4L));
            changed.sellAndCount(0, NOON.plusSeconds(15), "EU", "800.00");
            awaitSent("added 600.00", "confirmed 600.00", "added 700.00", "added 800.00");
            changed.sellAndCount(0, NOON.plusSeconds(5), "EU", "13.00");
            changed.sellAndCount(0, NOON.plusSeconds(255), "EU", "0.50");
            changed.sellAndCount(0, NOON.plusSeconds(256), "EU", "900.00");
            awaitSent(
                    "added 600.00",
                    "confirmed 600.00",
                    "added 700.00",
                    "added 800.00",
                    "retracted 800.00",
                    "added 900.00");
        }
    }

    @Test
    void aRollbackRetractsNothingThatIsRightAndSendsNothingTwice() throws Exception {
        watch();
        sell(0, "0.50");
        sell(10, "600.00");
        shop.publish(Map.of(0, 1L));
        sell(20, "700.00");
        shop.publish(Map.of(0, 3L));
        Until.holds(() -> sent().contains("confirmed 700.00"));
        List<String> before = sent();
        RollbackTest.rollBack(shop, 1);
        awaitSentUnder(3, before, 30, "800.00");
        RollbackTest.rollBack(shop, 2);
        awaitSentUnder(4, sent(), 40, "900.00");
        watchAnew();
        RollbackTest.rollBack(shop, 3);
        awaitSentUnder(5, sent(), 50, "950.00");
    }

    /** Sells until an alert is sent under a publication; whatever else is sent by then is wrong. */
    private void awaitSentUnder(long publication, List<String> before, int second, String amount) throws Exception {
        List<String> expected = new ArrayList<>(before);
        int sold = 0;
        long under = 0;
        while (under < publication) {
            String price = new java.math.BigDecimal(amount)
                    .add(new java.math.BigDecimal(sold))
                    .toString();
            sell(second, price);
            sold++;
            expected.add("added " + price);
            Until.holds(() -> sent().size() >= expected.size());
            assertEquals(expected, sent());
            under = topic.committed().get(expected.size() - 1).publication();
        }
    }

    @Test
    void whatTheLogDoesNotHoldAnyMoreIsNotRetracted() throws Exception {
        watch();
        sell(0, "0.50");
        sell(10, "600.00");
        awaitSent("added 600.00");
        alerts.close();
        shop.removeBelow(0, 2);
        watch();
        sell(20, "700.00");
        sell(30, "0.50");
        sell(40, "800.00");
        awaitSent("added 600.00", "added 800.00");
    }

    @Test
    void whilePositionsAreMissingNothingIsTold() throws Exception {
        watch();
        sell(0, "0.50");
        sell(10, "600.00");
        awaitSent("added 600.00");
        alerts.close();
        shop.recreateIncrements(1);
        sell(20, "700.00");
        try (ServingLayer serving = shop.serveImpatiently()) {
            alerts = AlertsLayer.start(
                    shop.deployment, new Patience(Duration.ofSeconds(1), Patience.USUAL.clocks()), DeliveryPace.USUAL);
            Client client = Client.of(serving);
            Until.holds(() -> client.get("/v1/views/frauds/query")
                    .json()
                    .path("type")
                    .asText()
                    .endsWith("positions-missing"));
            sell(30, "0.50");
            sell(40, "800.00");
            for (Sale sale : List.copyOf(shop.sales.subList(0, 2))) {
                shop.count(sale);
            }
            awaitSent("added 600.00", "added 700.00", "added 800.00");
        }
    }

    @Test
    void aPatternOfTheStreamAloneIsToldOfToo() throws Exception {
        shop.close();
        open(Shop.ofStreamedFrauds(directory.resolve("streamed")));
        watch();
        sell(0, "0.50");
        sell(10, "600.00");
        awaitSent("added 600.00");
        watchAnew();
        sell(20, "700.00");
        awaitSent("added 600.00", "added 700.00");
    }

    @Test
    void whatStandsInTheEndIsWhatAnAnswerHasWhereverThePublicationsAndRestartsWere() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        watch();
        long sold = 0;
        for (int i = 0; i < 120; i++) {
            String amount =
                    List.of("0.50", "600.00", "700.00", "20.00", "13.00").get(random.nextInt(5));
            sell(random.nextInt(600), amount);
            sold++;
            if (random.nextInt(25) == 0) {
                shop.publish(Map.of(0, sold - random.nextInt(3)));
            }
            if (random.nextInt(40) == 0) {
                watchAnew();
            }
        }
        try (ServingLayer serving = shop.serve()) {
            Client client = Client.ready(serving);
            List<String> ids = new ArrayList<>();
            client.get("/v1/views/frauds/query?on_missing=return")
                    .rows()
                    .forEach(row -> ids.add(row.get("match_id").asText()));
            Collections.sort(ids);
            Until.holds(() -> standing().equals(ids));
        }
    }

    /** The ids of those that stand, of a topic on which each change is one. */
    private List<String> standing() {
        TreeSet<String> standing = new TreeSet<>();
        for (Alert alert : topic.committed()) {
            boolean changed =
                    switch (alert.state()) {
                        case ADDED -> standing.add(alert.id());
                        case RETRACTED -> standing.remove(alert.id());
                        default -> standing.contains(alert.id());
                    };
            assertTrue(changed, () -> alert + " says nothing new");
        }
        return List.copyOf(standing);
    }
}
