package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

/** An example's events, from a file, on a real broker. */
class ReplayTest {

    private static final int EVENTS = 300;
    private static final long START = Instant.parse("2001-01-01T00:00:00Z").toEpochMilli();
    private static final Map<String, Object> KAFKA = Map.of("bootstrap.servers", SharedBroker.bootstrapServers());

    private final Source source = Orders.source(SharedBroker.createTopic("orders", 3));
    private final AtomicInteger sent = new AtomicInteger();

    @Test
    void eventsBeforeTheDividingTimeGoFirstAndARestartSendsTheRestOnly() throws Exception {
        play(START + EVENTS / 3, false);
        assertEquals(EVENTS / 3, total());
        play(START + 2 * EVENTS / 3, false);
        assertEquals(2 * EVENTS / 3, total());
        play(START, true);
        assertEquals(EVENTS, total());
        assertEquals(EVENTS, sent.get());
    }

    @Test
    void aLogThatHoldsTheFirstEventsOfEachPartitionIsTheExamples() throws Exception {
        log().requireNothingElse(events(START));
        play(START + EVENTS / 3, false);
        log().requireNothingElse(events(START));
        play(START, true);
        log().requireNothingElse(events(START));
    }

    @Test
    void aForeignEventIsNotTakenForOneThatWasSent() throws Exception {
        play(START + EVENTS / 3, false);
        try (SourceProducer producer = SourceProducer.plain(KAFKA)) {
            producer.send(
                    new ProducerRecord<>(source.topic(), 1, null, "{\"at\": 1}".getBytes(StandardCharsets.UTF_8)));
            producer.finish();
        }
        ExampleLog log = log();
        RefusedException refused = assertThrows(RefusedException.class, () -> log.requireNothingElse(events(START)));
        assertEquals(
                "topic %s, partition 1 ends with something else than event %d of the example for it: something else"
                                .formatted(source.topic(), ends().get(new TopicPartition(source.topic(), 1)))
                        + " has written to it; start over in another --data",
                refused.getMessage());
    }

    @Test
    void aTransactionsEndIsNotTakenForAnEvent() throws Exception {
        try (SourceProducer producer = SourceProducer.transactional(KAFKA, 1)) {
            producer.send(
                    new ProducerRecord<>(source.topic(), 1, null, "{\"at\": 1}".getBytes(StandardCharsets.UTF_8)));
        }
        ExampleLog log = log();
        assertThrows(RefusedException.class, () -> log.requireNothingElse(events(START)));
    }

    private ExampleLog log() throws Exception {
        return ExampleLog.read(ends(), KAFKA);
    }

    private void play(long until, boolean rest) throws Exception {
        try (SourceProducer producer = SourceProducer.plain(KAFKA)) {
            Replay replay = new Replay(events(until), producer, new Resumption(ends()));
            replay.playHistory(sent::incrementAndGet);
            if (rest) {
                replay.playRest(sent::incrementAndGet);
            }
            producer.finish();
        }
    }

    private ExampleEvents events(long liveFrom) {
        String events = IntStream.range(0, EVENTS)
                .mapToObj(i -> "{\"order_id\": \"o%d\", \"at\": %d}".formatted(i % 17, START + i))
                .collect(Collectors.joining("\n"));
        return new FlightsExample.Flights(
                new Lines(new ByteArrayInputStream(events.getBytes(StandardCharsets.UTF_8))),
                source,
                Instant.ofEpochMilli(liveFrom));
    }

    private Map<TopicPartition, Long> ends() throws Exception {
        try (Admin admin = Admin.create(KAFKA)) {
            return new SourceTopics(admin).ends(source.topic(), 3);
        }
    }

    private long total() throws Exception {
        return ends().values().stream().mapToLong(Long::longValue).sum();
    }
}
