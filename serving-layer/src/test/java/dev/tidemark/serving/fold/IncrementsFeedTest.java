package dev.tidemark.serving.fold;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.IncrementFormat;
import dev.tidemark.schema.Position;
import dev.tidemark.serving.Shop;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;

class IncrementsFeedTest {

    private static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    private static final Map<String, Object> KAFKA = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());

    private final DefinitionSet set =
            new DefinitionSet("none", Shop.source("orders", "orders"), ZoneOffset.UTC, List.of());
    private final IncrementFormat format = new IncrementFormat(set.shapes());
    private final Generation generation =
            new Generation(Publication.NONE, new ServedDefinitions(set, set), "log", Map.of(), view -> true);

    @Test
    void aPartitionThatIsFoundLaterIsReadFromTheTimeOnThatIsWanted() throws Exception {
        String topic = SharedBroker.createTopic("increments", 2);
        for (int partition = 0; partition < 2; partition++) {
            append(topic, partition, 0, NOON.minusSeconds(60));
            append(topic, partition, 1, NOON.plusSeconds(60));
        }
        try (IncrementsFeed feed = new IncrementsFeed(KAFKA, topic, format)) {
            feed.open(0, Map.of(0, NOON), Map.of());
            feed.start(generation, new Progressed());
            feed.widen(2);
            awaitRead(feed, 0, 2);
            awaitRead(feed, 1, 2);
            assertEquals(3, generation.counters().received(), "the later one of partition 0, both of the other one");
        }
    }

    private void append(String topic, int partition, long offset, Instant time) throws Exception {
        Increment increment = new Increment(new Position("log", partition, offset), offset, 0, 0, List.of());
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(KAFKA, new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, partition, time.toEpochMilli(), null, format.write(increment)))
                    .get();
        }
    }

    private static void awaitRead(IncrementsFeed feed, int partition, long end) {
        long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
        while (feed.position(partition) < end && System.nanoTime() < deadline) {
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
        assertEquals(end, feed.position(partition));
    }
}
