package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
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

    private static void end(KafkaProducer<byte[], byte[]> producer, boolean aborts) {
        if (aborts) {
            producer.abortTransaction();
        } else {
            producer.commitTransaction();
        }
    }
}
