package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.Webhook;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.AlertLog;
import dev.tidemark.serving.alert.Standing;
import dev.tidemark.serving.alert.ThresholdWatcher;
import dev.tidemark.serving.alert.WatchedSource;
import dev.tidemark.serving.alert.Watcher;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Patience;
import dev.tidemark.serving.webhook.DeliveryPace;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole of what sends alerts, by the clock: a view with panes of a second. */
class AlertsLayerTest {

    @TempDir
    Path directory;

    private Shop shop;
    private HookServer hooks;
    private AlertTopic topic;

    @BeforeEach
    void aShop() throws Exception {
        shop = Shop.ofSeconds(directory);
        hooks = HookServer.start(0);
        Webhook webhook = new Webhook(hooks.url(), "the receiver", Optional.empty(), Duration.ofHours(1));
        topic = AlertTopic.of(shop, AlertTopic.threshold("orders >= 2", "1m", "0s"), Optional.of(webhook));
    }

    @AfterEach
    void close() {
        hooks.close();
        shop.close();
    }

    private AlertsLayer start() {
        return AlertsLayer.start(topic.deployment(), Patience.USUAL, DeliveryPace.USUAL);
    }

    private void sellNow() throws Exception {
        shop.sellAndCount(0, Instant.now().truncatedTo(ChronoUnit.SECONDS), "EU", "5");
    }

    @Test
    void whatFiresIsOnTheTopicAndAtTheWebhookOnceWhateverIsStartedAgain() throws Exception {
        sellNow();
        try (AlertsLayer alerts = start()) {
            Until.holds(alerts::isReady);
            assertEquals(List.of(), topic.states(), "one order is no alert");
            sellNow();
            Until.holds(() -> hooks.taken().size() == 1);
        }
        try (AlertsLayer alerts = start()) {
            Until.holds(alerts::isReady);
            shop.sellAndCount(0, Instant.now().truncatedTo(ChronoUnit.SECONDS), "EU", "5");
            Alert fired = topic.committed().get(0);
            assertEquals(topic.json(fired).toString(), hooks.posts().get(0).body());
            assertEquals(List.of("firing"), topic.states());
        }
        assertEquals(1, hooks.posts().size());
    }

    @Test
    void aBacklogIsCountedBeforeAnythingIsSaid() throws Exception {
        AlertTopic few = AlertTopic.of(shop, AlertTopic.threshold("orders < 300", "1m", "0s"), Optional.empty());
        Instant before = Instant.now().minusSeconds(5).truncatedTo(ChronoUnit.SECONDS);
        for (int i = 0; i < 300; i++) {
            shop.sellAndCount(0, before, "EU", "5");
        }
        try (AlertsLayer alerts = AlertsLayer.start(few.deployment(), Patience.USUAL, DeliveryPace.USUAL)) {
            Until.holds(alerts::isReady);
            assertEquals(List.of(), few.states(), "there are enough, once they are counted");
        }
    }

    @Test
    void whileItIsBehindNothingIsSaidOfWhatHasNotBeenCounted() throws Exception {
        AlertTopic idle = AlertTopic.of(shop, AlertTopic.threshold("orders < 1", "1s", "0s"), Optional.empty());
        sellNow();
        Sale waiting = shop.sell(0, Instant.now(), "EU", "5");
        try (AlertsLayer alerts = AlertsLayer.start(idle.deployment(), Patience.USUAL, DeliveryPace.USUAL)) {
            Instant later = Instant.now().plusSeconds(3);
            Until.holds(() -> Instant.now().isAfter(later), later);
            assertEquals(List.of(), idle.states(), "the panes that have ended since may have events");
            shop.count(waiting);
            Until.holds(() -> idle.states().equals(List.of("firing")));
        }
    }

    @Test
    void theFirstOfTwoEndsAndSaysWhy() throws Exception {
        try (AlertsLayer first = start()) {
            Until.holds(first::isReady);
            try (AlertsLayer second = start()) {
                Until.holds(second::isReady);
                sellNow();
                sellNow();
                Until.holds(first::hasEnded);
                assertThrows(SupersededException.class, first::await);
                Until.holds(() -> topic.states().equals(List.of("firing")));
            }
        }
    }

    @Test
    void aViewThatCannotBeLookedAtHoldsUpNoOtherAndIsWatchedAnew() throws Exception {
        AtomicInteger watchers = new AtomicInteger();
        LiveSource live = new LiveSource(shop.deployment, shop.set.source(), Patience.USUAL, Optional.empty());
        CompletableFuture<Void> end = new CompletableFuture<>();
        try (AlertLog log = AlertLog.open(topic.deployment());
                WatchedSource source = new WatchedSource(
                        live,
                        List.of(
                                () -> failing(watchers.incrementAndGet()),
                                () -> new ThresholdWatcher(
                                        "revenue",
                                        AlertTopic.threshold("orders >= 2", "1m", "0s")
                                                .orElseThrow(),
                                        live,
                                        ZoneOffset.UTC)),
                        log,
                        end)) {
            source.start();
            Until.holds(source::isReady);
            sellNow();
            sellNow();
            Until.holds(() -> topic.states().equals(List.of("firing")));
            Until.holds(() -> topic.states().equals(List.of("firing", "added")));
            assertEquals(2, watchers.get());
            assertFalse(end.isDone());
        }
    }

    @Test
    void aThousandAlertsAtOnceAreSentInOrderAndNotAllInOneTransaction() throws Exception {
        List<Alert> all = IntStream.range(0, 1_200)
                .mapToObj(number -> AlertTopic.alert("m" + number, Alert.State.ADDED))
                .toList();
        LiveSource live = new LiveSource(shop.deployment, shop.set.source(), Patience.USUAL, Optional.empty());
        try (AlertLog log = AlertLog.open(topic.deployment());
                WatchedSource source =
                        new WatchedSource(live, List.of(() -> watcher(() -> all)), log, new CompletableFuture<>())) {
            source.start();
            Until.holds(() -> topic.committed().size() == all.size());
        }
        assertEquals(all, topic.committed());
        assertEquals(all.size() + 3, topic.end(), "each transaction has a record of its own at its end");
    }

    /** One that the first time cannot look at its view. */
    private static Watcher failing(int number) {
        return watcher(() -> {
            if (number == 1) {
                throw new IllegalStateException("it cannot be looked at");
            }
            return List.of(AlertTopic.alert("m", Alert.State.ADDED));
        });
    }

    /** One of the view that wants these to stand. */
    private static Watcher watcher(Supplier<List<Alert>> all) {
        return new Watcher() {
            @Override
            public String view() {
                return "revenue";
            }

            @Override
            public boolean isCaughtUp() {
                return true;
            }

            @Override
            public List<Alert> changes(Standing standing) {
                return all.get().stream()
                        .filter(alert -> standing.alert(alert.id()).isEmpty())
                        .toList();
            }
        };
    }

    @Test
    void aViewThatIsNotPublishedYetKeepsItFromBeingReadyNoLongerThanUntilThatIsSaid() throws Exception {
        shop.publish(Map.of(0, 0L));
        Shop other = shop.stating(Shop.named("sales"));
        AlertTopic unpublished = new AlertTopic(
                other.alerting(new Alerting(
                        "sales", topic.name(), AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.empty())),
                topic.name());
        other.deployment.warehouse().saveDefinitions(other.set);
        other.createIncrements(1);
        try (AlertsLayer alerts = AlertsLayer.start(unpublished.deployment(), Patience.USUAL, DeliveryPace.USUAL)) {
            Until.holds(alerts::isReady);
            assertFalse(alerts.hasEnded());
        }
    }

    @Test
    void aDeploymentWithoutAlertsIsRefused() {
        String message = assertThrows(
                        RefusedException.class,
                        () -> AlertsLayer.start(shop.deployment, Patience.USUAL, DeliveryPace.USUAL))
                .getMessage();
        assertTrue(message.startsWith("no view has an `alert_topic`"), message);
    }
}
