package dev.tidemark.serving;

import static dev.tidemark.serving.AlertTopic.alert;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.serving.alert.Alert;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.alert.AlertLog;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alert topic is its own checkpoint. */
class AlertLogTest {

    @TempDir
    Path directory;

    private Shop shop;
    private AlertTopic topic;

    @BeforeEach
    void aShop() throws Exception {
        shop = Shop.open(directory, 1);
        topic = AlertTopic.of(shop, AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.empty());
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private static List<String> standing(AlertLog log) {
        return log.standing("revenue").alerts().stream().map(Alert::id).toList();
    }

    @Test
    void whatIsAppendedStandsUntilItIsResolvedOrRetractedAlsoAfterARestart() {
        List<Alert> sent = List.of(
                alert("a", State.FIRING), alert("b", State.ADDED), alert("c", State.ADDED), alert("d", State.FIRING));
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            assertTrue(log.append(sent));
            assertTrue(log.append(
                    List.of(alert("a", State.RESOLVED), alert("b", State.CONFIRMED), alert("c", State.RETRACTED))));
            assertEquals(List.of("b", "d"), standing(log));
        }
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            assertEquals(List.of("b", "d"), standing(log));
            assertEquals(
                    State.CONFIRMED,
                    log.standing("revenue").alert("b").orElseThrow().state());
            assertEquals(sent.get(3), log.standing("revenue").alert("d").orElseThrow());
        }
        assertEquals(7, topic.committed().size());
    }

    @Test
    void whatAProcessHadSentAndNotCommittedWhenItDiedIsNeverThereAndSentOnceByTheNext() throws Exception {
        AlertLog.open(topic.deployment()).close();
        KafkaProducer<byte[], byte[]> killed = Shop.producer(
                Map.of("transactional.id", "tidemark." + topic.deployment().name() + ".alerts"));
        killed.initTransactions();
        killed.beginTransaction();
        byte[] value = topic.json(alert("a", State.FIRING)).toString().getBytes(StandardCharsets.UTF_8);
        killed.send(new ProducerRecord<>(topic.name(), value)).get();
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            assertEquals(List.of(), standing(log), "what is open is aborted before the topic is read");
            assertTrue(log.append(List.of(alert("a", State.FIRING))));
        }
        assertEquals(List.of("a firing"), topic.idsAndStates());
        killed.close(java.time.Duration.ZERO);
    }

    @Test
    void aProcessThatAnotherHasTakenOverFromSendsNothingMore() {
        try (AlertLog first = AlertLog.open(topic.deployment());
                AlertLog second = AlertLog.open(topic.deployment())) {
            assertTrue(second.append(List.of(alert("a", State.FIRING))));
            String message = assertThrows(
                            SupersededException.class, () -> first.append(List.of(alert("b", State.FIRING))))
                    .getMessage();
            assertTrue(message.contains("another process sends the alerts of deployment"), message);
            assertTrue(second.append(List.of(alert("a", State.RESOLVED))));
        }
        assertEquals(List.of("a firing", "a resolved"), topic.idsAndStates());
    }

    @Test
    void aTransactionThatTheBrokerHasEndedSinceItTookTooLongIsSentAgain() throws Exception {
        Shop hasty = shop.with(Map.of("transaction.timeout.ms", "1000"));
        AlertTopic there = AlertTopic.of(hasty, AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.empty());
        String id = "tidemark." + there.deployment().name() + ".alerts";
        List<Alert> alerts = List.of(alert("a", State.FIRING), alert("b", State.FIRING));
        try (AlertLog log = AlertLog.open(there.deployment());
                Admin admin = Admin.create(there.deployment().kafkaAdmin())) {
            assertFalse(log.append(suspended(alerts, () -> state(admin, id) == TransactionState.COMPLETE_ABORT)));
            assertEquals(List.of(), standing(log));
            assertTrue(log.append(alerts));
            assertEquals(List.of("a", "b"), standing(log));
        }
        assertEquals(List.of("a firing", "b firing"), there.idsAndStates());
        hasty.close();
    }

    private static TransactionState state(Admin admin, String id) throws Exception {
        return admin.describeTransactions(List.of(id)).description(id).get().state();
    }

    /** The same, but whoever comes to the second waits for a condition, as on a machine that sleeps. */
    private static List<Alert> suspended(List<Alert> alerts, Callable<Boolean> until) {
        return new AbstractList<>() {
            @Override
            public Alert get(int index) {
                if (index == 1) {
                    awaken();
                }
                return alerts.get(index);
            }

            private void awaken() {
                try {
                    Until.holds(until);
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            }

            @Override
            public int size() {
                return alerts.size();
            }
        };
    }

    @Test
    void aTopicThatForgetsIsRefusedWithWhatToSet() {
        for (Map<String, String> settings : List.of(
                Map.of("retention.ms", "604800000"),
                Map.of("retention.bytes", "1000000", "retention.ms", "-1"),
                Map.of("cleanup.policy", "compact", "retention.ms", "-1"))) {
            String limited = SharedBroker.createTopic("alerts", 1, settings);
            Shop limitedShop = shop.alerting(
                    new Alerting("revenue", limited, AlertTopic.threshold("orders < 1", "1m", "0s"), Optional.empty()));
            String message = assertThrows(RefusedException.class, () -> AlertLog.open(limitedShop.deployment))
                    .getMessage();
            assertTrue(
                    message.startsWith("alert topic " + limited + " does not keep what it is sent for ever"), message);
            String first = settings.containsKey("retention.bytes")
                    ? "retention.bytes=-1"
                    : settings.containsKey("cleanup.policy") ? "cleanup.policy=delete" : "retention.ms=-1";
            assertTrue(message.endsWith("set " + first), message);
            limitedShop.close();
        }
    }

    @Test
    void deploymentsThatShareATopicLeaveEachOthersAlertsAlone() {
        Shop neighbour = shop.neighbour();
        AlertTopic shared =
                new AlertTopic(neighbour.alerting(topic.deployment().alerting().get(0)), topic.name());
        try (AlertLog log = AlertLog.open(topic.deployment());
                AlertLog other = AlertLog.open(shared.deployment())) {
            assertTrue(log.append(List.of(alert("a", State.FIRING))));
            assertTrue(other.append(List.of(alert("b", State.FIRING))));
        }
        try (AlertLog log = AlertLog.open(topic.deployment());
                AlertLog other = AlertLog.open(shared.deployment())) {
            assertEquals(List.of("a"), standing(log));
            assertEquals(List.of("b"), standing(other));
        }
        assertEquals(
                "{\"id\":\"a\",\"deployment\":\"%s\",\"view\":\"revenue\""
                        .formatted(topic.deployment().name()),
                topic.json(topic.committed().get(0)).toString().replaceFirst(",\"state.*", ""));
        neighbour.close();
    }

    @Test
    void aTopicThatGetsMorePartitionsKeepsItsAlertsInTheFirst() throws Exception {
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            assertTrue(log.append(List.of(alert("a", State.FIRING))));
        }
        try (Admin admin = Admin.create(topic.deployment().kafkaAdmin())) {
            admin.createPartitions(Map.of(topic.name(), NewPartitions.increaseTo(4)))
                    .all()
                    .get();
            Until.holds(() -> SourceLog.of(admin, topic.name()).partitions() == 4);
        }
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            for (String id : List.of("b", "c", "d", "e")) {
                assertTrue(log.append(List.of(alert(id, State.FIRING))));
            }
        }
        assertEquals(5, topic.committed().size());
    }

    @Test
    void anAlertOfMegabytesIsSentLikeAnyOther() {
        Alert large = alert("a", State.FIRING)
                .become(State.FIRING, Instant.now(), 1, "v1", "{\"region\":\"" + "\\u0000".repeat(1 << 20) + "\"}");
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            assertTrue(log.append(List.of(large)));
        }
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            assertEquals(List.of("a"), standing(log));
        }
    }

    @Test
    void whatIsNoAlertAndAlertsOfOtherViewsArePassedOver() throws Exception {
        AlertLog.open(topic.deployment()).close();
        try (KafkaProducer<byte[], byte[]> other = Shop.producer(Map.of())) {
            for (String value : List.of(
                    "no JSON",
                    "{}",
                    "{\"id\":\"x\",\"state\":\"firing\",\"row\":{},\"at\":\"yesterday\"}",
                    topic.json(alert("x", State.FIRING)).put("view", "other").toString(),
                    topic.json(alert("x\n", State.FIRING)).toString())) {
                other.send(new ProducerRecord<>(topic.name(), value.getBytes(StandardCharsets.UTF_8)))
                        .get();
            }
            other.send(new ProducerRecord<>(topic.name(), null)).get();
        }
        try (AlertLog log = AlertLog.open(topic.deployment())) {
            assertEquals(List.of(), standing(log));
        }
    }
}
