package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeout;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.EmbeddedBroker;
import dev.tidemark.deployment.UnavailableException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a producer says of its records when the broker goes away. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SourceProducerTest {

    private static final TopicPartition ORDERS = new TopicPartition("orders", 0);
    private static final Duration MINUTE = Duration.ofMinutes(1);

    @TempDir
    Path directory;

    private EmbeddedBroker broker;

    @BeforeEach
    void aBroker() throws Exception {
        EmbeddedBroker.neverExit();
        startBroker();
        try (Admin admin = admin()) {
            admin.createTopics(List.of(new NewTopic(ORDERS.topic(), Optional.of(1), Optional.empty())))
                    .all()
                    .get();
            Await.until("the topic is there", () -> end(IsolationLevel.READ_COMMITTED) == 0);
        }
    }

    @AfterEach
    void stopBroker() {
        broker.close();
    }

    private void startBroker() {
        broker = EmbeddedBroker.start(directory, 0);
    }

    @Test
    void aCommitThatTheBrokerDoesNotAnswerIsTriedAgain() throws Exception {
        try (SourceProducer producer = withTwoRecords(MINUTE)) {
            broker.close();
            CompletableFuture<Acknowledged> finished = CompletableFuture.supplyAsync(producer::finish);
            assertThrows(java.util.concurrent.TimeoutException.class, () -> finished.get(2_500, TimeUnit.MILLISECONDS));
            startBroker();
            assertEquals(new Acknowledged(2, Map.of(0, 2L)), finished.get());
            // The broker answers once the commit is decided, and writes the marker afterwards.
            Await.until("the commit's marker is written", () -> end(IsolationLevel.READ_COMMITTED) == 3);
        }
    }

    @Test
    void aCommitThatIsNeverAnsweredIsNotCalledAborted() throws Exception {
        SourceProducer producer = withTwoRecords(Duration.ZERO);
        broker.close();
        UnavailableException failure = assertThrows(UnavailableException.class, producer::finish);
        producer.close();
        String expected = "0 of 2 records are committed; whether the last transaction, of 2, is too is not known: look"
                + " before you send them again";
        assertEquals(expected + "; the first failure: the broker does not answer the commit", failure.getMessage());
        assertEquals(expected, producer.summary());
    }

    @Test
    void aTransactionThatIsOpenForTooLongNamesTheRemedy() throws Exception {
        try (SourceProducer producer = withTwoRecords(MINUTE, "transaction.timeout.ms", 1_000)) {
            Await.until("the broker has aborted it", () -> end(IsolationLevel.READ_COMMITTED) == 3);
            UnavailableException failure = assertThrows(UnavailableException.class, producer::finish);
            assertTrue(failure.getMessage().startsWith("0 of 2 records are committed; the rest"), failure.getMessage());
            assertTrue(failure.getMessage().contains("--transaction-size"), failure.getMessage());
        }
    }

    @Test
    void closingEndsAWaitForTheBroker() throws Exception {
        // Whether it waits for the topic's leader or for an answer depends on the moment at which the broker goes.
        SourceProducer producer = SourceProducer.plain(Map.of("bootstrap.servers", broker.bootstrapServers()));
        producer.send(order("first"));
        producer.finish();
        broker.close();
        CompletableFuture<Acknowledged> finished = CompletableFuture.supplyAsync(() -> {
            producer.send(order("second"));
            return producer.finish();
        });
        assertThrows(java.util.concurrent.TimeoutException.class, () -> finished.get(2, TimeUnit.SECONDS));

        assertTimeout(Duration.ofSeconds(20), producer::close);
        CompletionException stopped = assertThrows(CompletionException.class, finished::join);
        assertTrue(stopped.getCause() instanceof CancellationException, stopped.toString());
        assertEquals("1 of 2 records were acknowledged", producer.summary());
    }

    private SourceProducer withTwoRecords(Duration commitPatience) throws Exception {
        return withTwoRecords(commitPatience, "transaction.timeout.ms", 60_000);
    }

    /** A producer with two records in the log whose transaction is open. */
    private SourceProducer withTwoRecords(Duration commitPatience, String setting, int value) throws Exception {
        Map<String, Object> settings = new java.util.HashMap<>(settings());
        settings.put(setting, value);
        SourceProducer producer = SourceProducer.transactional(settings, Long.MAX_VALUE, commitPatience);
        producer.send(order("first"));
        producer.send(order("second"));
        Await.until("both are in the log", () -> end(IsolationLevel.READ_UNCOMMITTED) >= 2);
        return producer;
    }

    private Map<String, Object> settings() {
        return Map.of("bootstrap.servers", broker.bootstrapServers(), "max.block.ms", 1_500);
    }

    private static ProducerRecord<byte[], byte[]> order(String value) {
        return new ProducerRecord<>(ORDERS.topic(), value.getBytes(StandardCharsets.UTF_8));
    }

    private Admin admin() {
        return Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    private long end(IsolationLevel isolation) throws Exception {
        try (Admin admin = admin()) {
            return admin.listOffsets(Map.of(ORDERS, OffsetSpec.latest()), new ListOffsetsOptions(isolation))
                    .partitionResult(ORDERS)
                    .get()
                    .offset();
        }
    }
}
