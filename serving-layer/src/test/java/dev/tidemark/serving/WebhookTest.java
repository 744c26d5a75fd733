package dev.tidemark.serving;

import static dev.tidemark.serving.AlertTopic.alert;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.Webhook;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.alert.AlertLog;
import dev.tidemark.serving.alert.Delivered;
import dev.tidemark.serving.webhook.Delivery;
import dev.tidemark.serving.webhook.DeliveryPace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a receiver gets of what stands on the topic. */
class WebhookTest {

    private static final DeliveryPace QUICK = new DeliveryPace(
            Duration.ofSeconds(5), Duration.ofMillis(20), Duration.ofMillis(200), Duration.ofSeconds(1));

    @TempDir
    Path directory;

    private Shop shop;
    private HookServer hooks;
    private AlertTopic topic;
    private AlertLog log;
    private Delivery delivery;
    private CompletableFuture<Void> end;

    @BeforeEach
    void aShopAndAReceiver() throws Exception {
        shop = Shop.open(directory, 1);
        hooks = HookServer.start(0);
    }

    @AfterEach
    void close() {
        stop();
        hooks.close();
        shop.close();
    }

    private void stop() {
        if (delivery != null) {
            delivery.close();
            log.close();
        }
    }

    private void deliver(URI url, Duration giveUpAfter) {
        deliver(url, giveUpAfter, QUICK);
    }

    private void deliver(URI url, Duration giveUpAfter, DeliveryPace pace) {
        Webhook webhook = new Webhook(url, "the receiver", Optional.of("hunter2"), giveUpAfter);
        topic = AlertTopic.of(shop, AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.of(webhook));
        log = AlertLog.open(topic.deployment());
        end = new CompletableFuture<>();
        delivery =
                new Delivery(topic.deployment(), topic.deployment().alerting().get(0), webhook, pace, log, end);
        delivery.start();
    }

    private void deliver() {
        deliver(hooks.url(), Duration.ofHours(1));
    }

    private void send(String... ids) {
        for (String id : ids) {
            assertTrue(log.append(List.of(alert(id, State.FIRING))));
        }
    }

    /** How far it has come by what is committed. */
    private Delivered committed() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            return Delivered.of(
                    admin.listConsumerGroupOffsets(topic.deployment().webhookGroup("revenue"))
                            .partitionsToOffsetAndMetadata()
                            .get()
                            .get(new TopicPartition(topic.name(), 0)));
        }
    }

    @Test
    void eachAlertIsPostedWithAKeyAndASignatureThatProvesWhoSentIt() throws Exception {
        deliver();
        Alert firing = alert("a", State.FIRING);
        log.append(List.of(firing));
        log.append(List.of(firing.become(State.RESOLVED, firing.at().plusSeconds(9), 2, "v2", "{}")));
        Until.holds(() -> hooks.taken().size() == 2);
        HookServer.Post post = hooks.posts().get(0);
        assertEquals(topic.json(firing).toString(), post.body());
        assertEquals("application/json; charset=utf-8", post.header("Content-type"));
        assertEquals("a.firing." + firing.at().toEpochMilli(), post.header("Idempotency-key"));
        assertNotEquals(post.header("Idempotency-key"), hooks.posts().get(1).header("Idempotency-key"));
        String[] signature = post.header("Tidemark-signature").split(",");
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec("hunter2".getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        byte[] expected = mac.doFinal((signature[0].substring(2) + "." + post.body()).getBytes(StandardCharsets.UTF_8));
        assertEquals("v1=" + HexFormat.of().formatHex(expected), signature[1]);
    }

    @Test
    void whatIsSentWhileTheReceiverIsDownIsDeliveredInOrderWhenItIsBack() throws Exception {
        int port = hooks.port();
        hooks.close();
        deliver();
        send("a", "b", "c");
        stop();
        deliver();
        hooks = HookServer.start(port);
        Until.holds(() -> hooks.taken().size() == 3);
        assertEquals(List.of("a", "b", "c"), hooks.taken());
        Until.holds(() -> committed().delivered() == 3);
        assertEquals(0, committed().givenUp());
    }

    @Test
    void aNewWebhookBeginsWithWhatIsYoungerThanItGivesUpAfter() throws Exception {
        AlertTopic without = AlertTopic.of(shop, AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.empty());
        try (AlertLog before = AlertLog.open(without.deployment())) {
            before.append(List.of(alert("a", State.FIRING)));
        }
        deliver();
        send("b");
        Until.holds(() -> committed().delivered() == 2);
        assertEquals(List.of("a", "b"), hooks.taken());
    }

    @Test
    void aRestartDeliversNothingAgain() throws Exception {
        deliver();
        send("a");
        Until.holds(() -> committed().delivered() == 1);
        stop();
        deliver();
        send("b");
        Until.holds(() -> committed().delivered() == 2);
        assertEquals(List.of("a", "b"), hooks.taken());
    }

    @Test
    void whatIsTroubleIsTriedAgainUnderTheSameKey() throws Exception {
        int statuses = 0;
        for (int status : List.of(500, 503, 429, 408, 401, 404, 302)) {
            AtomicInteger attempts = new AtomicInteger();
            hooks.answer(alert -> attempts.incrementAndGet() < 3 ? status : 200);
            hooks.posts().clear();
            int before = statuses++;
            deliver();
            send("a" + status);
            Until.holds(() -> hooks.taken().size() == 1);
            assertEquals(3, hooks.posts().size(), "status " + status);
            assertEquals(
                    1,
                    Set.copyOf(hooks.posts().stream()
                                    .map(post -> post.header("Idempotency-key"))
                                    .toList())
                            .size());
            Until.holds(() -> committed().givenUp() == 0 && committed().delivered() == before + 1);
            stop();
        }
    }

    @Test
    void aReceiverThatAsksForTimeGetsIt() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        hooks.answer(alert -> attempts.incrementAndGet() < 2 ? 503 : 200);
        hooks.retryAfter("1");
        deliver();
        long begun = System.nanoTime();
        send("a");
        Until.holds(() -> hooks.taken().size() == 1);
        Duration taken = Duration.ofNanos(System.nanoTime() - begun);
        assertTrue(
                taken.compareTo(Duration.ofMillis(750)) > 0, "a second, but for the jitter, and not 20 ms: " + taken);
    }

    @Test
    void anAlertThatIsRefusedHoldsUpNoOther() throws Exception {
        hooks.answer(alert -> alert.get("id").asText().equals("a") ? 422 : 200);
        deliver();
        send("a", "b");
        Until.holds(() -> committed().delivered() == 1);
        assertEquals(List.of("b"), hooks.taken());
        assertEquals(2, hooks.posts().size(), "it was tried once");
        assertEquals(1, committed().givenUp());
    }

    @Test
    void whatIsTooOldIsGivenUpAndCounted() throws Exception {
        hooks.answer(alert -> 500);
        deliver(hooks.url(), Duration.ofMillis(300));
        send("a", "b");
        Until.holds(() -> committed().givenUp() == 2);
        hooks.answer(alert -> 200);
        send("c");
        Until.holds(() -> committed().delivered() == 1);
        assertEquals(List.of("c"), hooks.taken());
    }

    @Test
    void whatGivesUpSoonerThanItWouldTryAgainIsTriedAgainNevertheless() throws Exception {
        AtomicInteger attempts = new AtomicInteger();
        hooks.answer(alert -> attempts.incrementAndGet() < 2 ? 500 : 200);
        DeliveryPace slow = new DeliveryPace(
                Duration.ofSeconds(5), Duration.ofSeconds(2), Duration.ofMinutes(1), Duration.ofDays(1));
        deliver(hooks.url(), Duration.ofMillis(1_500), slow);
        send("a");
        Until.holds(() -> committed().delivered() == 1);
    }

    @Test
    void aReceiverThatAsksForNoTimeIsLeftAloneNevertheless() throws Exception {
        hooks.answer(alert -> 503);
        hooks.retryAfter("0");
        DeliveryPace slow = new DeliveryPace(
                Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofMinutes(1), Duration.ofDays(1));
        deliver(hooks.url(), Duration.ofSeconds(2), slow);
        send("a");
        Until.holds(() -> committed().givenUp() == 1);
        assertTrue(hooks.posts().size() <= 10, () -> hooks.posts().size() + " attempts in two seconds");
    }

    @Test
    void aReceiverThatSaysItsStatusAndNoMoreHasTakenTheAlert() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answerWithoutABody(silent), "silent-receiver");
            answering.start();
            deliver(URI.create("http://127.0.0.1:" + silent.getLocalPort() + "/"), Duration.ofHours(1));
            send("a", "b");
            Until.holds(() -> committed().delivered() == 2);
        }
    }

    /** Announces a body that never comes. */
    private static void answerWithoutABody(ServerSocket server) {
        try {
            while (true) {
                // Left open: a closed connection would end the body.
                Socket connection = server.accept();
                connection.getInputStream().read();
                connection
                        .getOutputStream()
                        .write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n".getBytes(StandardCharsets.UTF_8));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    @Test
    void anAddressThatNothingCanBePostedToHoldsUpItsOwnAlertsAlone() throws Exception {
        deliver(URI.create("http://127.0.0.1:99999/"), Duration.ofMillis(500));
        send("a");
        Until.holds(() -> committed().givenUp() == 1);
        assertFalse(end.isDone());
    }

    @Test
    void whereItStandsIsCommittedNowAndThenThoughNothingComesOrTheReceiverIsDown() throws Exception {
        deliver();
        send("a");
        Until.holds(() -> committed().delivered() == 1);
        forget();
        Until.holds(() -> committed().delivered() == 1);
        hooks.close();
        send("b");
        forget();
        Until.holds(() -> committed().delivered() == 1);
    }

    /** What a broker does after a week. */
    private void forget() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            String group = topic.deployment().webhookGroup("revenue");
            admin.deleteConsumerGroupOffsets(group, Set.of(new TopicPartition(topic.name(), 0)))
                    .all()
                    .get();
        }
    }

    @Test
    void alertsOfOtherViewsAreNotDelivered() throws Exception {
        deliver();
        try (var other = Shop.producer(Map.of())) {
            byte[] value = topic.json(alert("x", State.FIRING))
                    .put("view", "other")
                    .toString()
                    .getBytes(StandardCharsets.UTF_8);
            other.send(new org.apache.kafka.clients.producer.ProducerRecord<>(topic.name(), value))
                    .get();
        }
        send("a");
        Until.holds(() -> committed().delivered() == 1);
        assertEquals(List.of("a"), hooks.taken());
    }

    @Test
    void aProcessThatAnotherHasTakenOverFromDeliversOneMoreAtMost() throws Exception {
        deliver();
        send("before");
        Until.holds(() -> committed().delivered() == 1);
        try (AlertLog second = AlertLog.open(topic.deployment())) {
            for (String id : List.of("a", "b", "c")) {
                second.append(List.of(alert(id, State.FIRING)));
            }
            Until.holds(() -> end.isDone());
            assertInstanceOf(
                    SupersededException.class,
                    assertThrows(ExecutionException.class, () -> end.get()).getCause());
            assertEquals(List.of("before", "a"), hooks.taken());
        }
    }
}
