package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.serving.fold.Patience;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Transaction markers and aborted records use up offsets, and are not missing. */
class TransactionalSourceTest {

    @TempDir
    Path directory;

    @Test
    void offsetsWithoutEventsAreClosedAndAbortedEventsNeverCount() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                KafkaProducer<byte[], byte[]> producer = Shop.producer(Map.of("transactional.id", shop.topic));
                ServingLayer serving = shop.serve()) {
            Client client = Client.of(serving);
            Until.holds(serving::isReady);
            producer.initTransactions();
            List<Sale> committed = new ArrayList<>();
            for (int transaction = 0; transaction < 12; transaction++) {
                boolean aborts = transaction % 4 == 3;
                producer.beginTransaction();
                for (int i = 0; i < 3; i++) {
                    Sale sale = shop.sell(producer, 0, Shop.NOON, "EU", "1.00");
                    if (!aborts) {
                        committed.add(sale);
                    }
                }
                end(producer, aborts);
            }
            for (Sale sale : committed) {
                shop.count(sale);
            }
            // 12 transactions of 3 records and a marker.
            Until.holds(() -> client.revenue("").through(0) == 48);
            Client.Reply reply = client.revenue("");
            assertEquals(27, reply.rows().get(0).get("orders").asLong());
            assertTrue(reply.certificate().get("complete").asBoolean());
            Until.holds(() -> client.revenue("")
                            .json()
                            .get("freshness")
                            .get("behind_records")
                            .asLong()
                    == 0);
        }
    }

    @Test
    void aPublicationAboveAGapTakesOver() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                KafkaProducer<byte[], byte[]> producer = Shop.producer(Map.of("transactional.id", shop.topic));
                ServingLayer serving = shop.serve()) {
            Client client = Client.of(serving);
            producer.initTransactions();
            producer.beginTransaction();
            Sale sale = shop.sell(producer, 0, Shop.NOON, "EU", "1.00");
            producer.commitTransaction();
            shop.count(sale);
            Until.holds(() -> client.revenue("").through(0) == 2);
            shop.publish(Map.of(0, 1L));
            Until.holds(
                    () -> client.revenue("").certificate().get("publication").asLong() == 1);
            assertEquals(2, client.revenue("").through(0));
        }
    }

    @Test
    void aTailWithManyGapsHasBeenCountedWhenItIsReady() throws Exception {
        int transactions = 400;
        try (Shop shop = Shop.open(directory, 1);
                KafkaProducer<byte[], byte[]> producer = Shop.producer(Map.of("transactional.id", shop.topic))) {
            producer.initTransactions();
            List<Sale> sold = new ArrayList<>();
            for (int transaction = 0; transaction < transactions; transaction++) {
                producer.beginTransaction();
                sold.add(shop.sell(producer, 0, Shop.NOON, "EU", "1.00"));
                producer.commitTransaction();
            }
            for (Sale sale : sold) {
                // Each covers itself only, as the first increment of a task does.
                shop.count(sale);
            }
            try (ServingLayer serving = shop.serve()) {
                Client client = Client.of(serving);
                Until.holds(serving::isReady);
                Client.Reply first = client.revenue("");
                assertEquals(transactions, first.rows().get(0).get("orders").asInt());
                assertTrue(
                        first.through(0) > sold.get(transactions - 1).position().offset());
            }
        }
    }

    @Test
    void readinessDoesNotWaitForAnIncrementThatDoesNotCome() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Sale late = shop.sell(0, Shop.NOON, "EU", "2.00");
            shop.sellAndCount(0, Shop.NOON, "EU", "4.00");
            try (ServingLayer serving = shop.serve(new Patience(Duration.ofDays(1), Patience.USUAL.clocks()))) {
                Client client = Client.of(serving);
                Until.holds(serving::isReady);
                assertEquals(1, client.revenue("").through(0));
                shop.count(late);
                Until.holds(() -> client.revenue("").through(0) == 3);
            }
        }
    }

    @Test
    void onlyEventsAreMissing() throws Exception {
        try (Shop shop = Shop.open(directory, 1);
                KafkaProducer<byte[], byte[]> producer = Shop.producer(Map.of("transactional.id", shop.topic));
                ServingLayer serving = shop.serveImpatiently()) {
            Client client = Client.of(serving);
            producer.initTransactions();
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.sell(0, Shop.NOON, "EU", "2.00");
            producer.beginTransaction();
            shop.sell(producer, 0, Shop.NOON, "EU", "4.00");
            producer.abortTransaction();
            shop.sellAndCount(0, Shop.NOON, "EU", "8.00");
            Until.holds(() -> client.revenue("on_missing=return").through(0) == 5);
            Client.Reply reply = client.revenue("on_missing=return");
            assertEquals(
                    "[[1,2]]",
                    reply.certificate().get("partitions").get(0).get("missing").toString());
        }
    }

    @Test
    void whatIsBehindAnOpenTransactionIsNotMissing() throws Exception {
        Duration patience = Duration.ofMillis(500);
        try (Shop shop = Shop.open(directory, 1);
                KafkaProducer<byte[], byte[]> producer = Shop.producer(Map.of("transactional.id", shop.topic));
                ServingLayer serving = shop.serve(new Patience(patience, Patience.USUAL.clocks()))) {
            Client client = Client.of(serving);
            Until.holds(serving::isReady);
            producer.initTransactions();
            producer.beginTransaction();
            Sale open = shop.sell(producer, 0, Shop.NOON, "EU", "1.00");
            Sale plain = shop.sell(0, Shop.NOON, "EU", "2.00");
            long sold = System.nanoTime();
            Until.holds(() -> System.nanoTime() - sold > 3 * patience.toNanos());
            Client.Reply held = client.revenue("");
            assertEquals(0, held.through(0));
            assertTrue(held.certificate().get("complete").asBoolean());
            producer.commitTransaction();
            shop.count(open);
            shop.count(plain);
            Until.holds(() -> client.revenue("").through(0) == 3);
            assertEquals("3.00", client.revenue("").rows().get(0).get("revenue").asText());
        }
    }

    private static void end(KafkaProducer<byte[], byte[]> producer, boolean aborts) {
        if (aborts) {
            producer.abortTransaction();
        } else {
            producer.commitTransaction();
        }
    }
}
