package dev.tidemark.speed;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.compile.EarlierIds;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.Judge;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.apache.avro.Schema;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Ids of which nearly all are on disk, handed from task to task: whoever has them last closes them. */
class LogIdsTest {

    private static final long NOON = Instant.parse("2026-01-01T12:00:00Z").toEpochMilli();
    private static final int EVENTS = 100;
    private static final int IN_MEMORY = 3;

    private final String topic = SharedBroker.createTopic("orders", 1);
    private final Map<String, Object> kafka = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());
    private final LogIds ids = new LogIds("log of " + topic, topic, "definitions", IN_MEMORY, kafka);
    private final Source source = new Source(
                    "orders",
                    topic,
                    new Schema.Parser()
                            .parse(
                                    """
                            {"type": "record", "name": "Order", "fields": [
                              {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                              {"name": "id", "type": "string"}]}
                            """),
                    "at",
                    Optional.empty(),
                    Source.DEFAULT_ALLOWED_LATENESS,
                    Source.DEFAULT_EARLIEST,
                    Source.DEFAULT_HORIZON)
            .with(LateEvents.INCLUDE, Optional.of(new Deduplication("id", Duration.ofMillis(50))));

    /** Event {@code n} has id {@code n} and comes {@code n} ms after noon. */
    @BeforeEach
    void events() {
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(kafka, new ByteArraySerializer(), new ByteArraySerializer())) {
            for (int n = 0; n < EVENTS; n++) {
                byte[] value = "{\"at\":%d,\"id\":\"%d\"}".formatted(NOON, n).getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(topic, 0, NOON + n, null, value));
            }
        }
    }

    private SeenIds before(long offset) {
        return ids.before(source, new Judge(source), new EarlierIds.Record(0, offset, NOON + offset));
    }

    private static OptionalLong repeats(SeenIds ids, int event, long offset) {
        ids.advance(NOON + offset);
        return ids.repeats(String.valueOf(event), offset);
    }

    @Test
    void whatATaskLeavesIsTheNextOnes() {
        SeenIds one = before(70);
        assertEquals(OptionalLong.of(20), repeats(one, 20, 70));
        ids.keep(0, 71, one);
        SeenIds next = before(71);
        assertSame(one, next);
        assertEquals(OptionalLong.empty(), repeats(next, 20 - 1, 71), "forgotten");
        ids.keep(0, 72, next);
        SeenIds later = before(90);
        assertSame(one, later);
        assertEquals(OptionalLong.of(85), repeats(later, 85, 90), "read up to where it begins");
        assertEquals(OptionalLong.of(70), repeats(later, 20, 90));
        later.close();
    }

    @Test
    void whatWentFurtherThanATaskBeginsIsGivenUpAndReadBack() {
        SeenIds ahead = before(80);
        ids.keep(0, 80, ahead);
        SeenIds back = before(70);
        assertNotSame(ahead, back);
        assertGivenUp(ahead);
        assertEquals(OptionalLong.of(69), repeats(back, 69, 70));
        assertEquals(OptionalLong.empty(), repeats(back, 75, 70));
        back.close();
    }

    @Test
    void ofTwoTasksIdsTheLastAreKept() {
        SeenIds one = before(70);
        SeenIds other = before(70);
        ids.keep(0, 70, one);
        ids.keep(0, 70, other);
        assertGivenUp(one);
        assertSame(other, before(70));
        other.close();
    }

    @Test
    void whatIsNotStreamedAnyMoreIsGivenUp() {
        SeenIds kept = before(70);
        ids.keep(0, 70, kept);
        LogIds.keepOnly(List.of());
        assertGivenUp(kept);
        before(70).close();
    }

    private static void assertGivenUp(SeenIds ids) {
        assertThrows(IllegalStateException.class, () -> ids.advance(NOON));
    }
}
