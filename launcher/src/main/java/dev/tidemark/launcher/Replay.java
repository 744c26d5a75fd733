package dev.tidemark.launcher;

import dev.tidemark.schema.Source;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Plays an example's events, stamped with their event times, from wherever the log has them already. Accumulates.
 */
final class Replay {

    private final Lines lines;
    private final Source source;
    private final SourceProducer producer;
    private final Resumption resumption;
    private Optional<Event> next;
    private long skipped;

    private record Event(byte[] line, LineFields fields) {}

    Replay(Lines lines, Source source, SourceProducer producer, Resumption resumption) {
        this.lines = lines;
        this.source = source;
        this.producer = producer;
        this.resumption = resumption;
        this.next = read();
    }

    private Optional<Event> read() {
        return lines.next().map(line -> new Event(line, LineFields.of(line, source)));
    }

    /** How many events were in the log already. */
    long skipped() {
        return skipped;
    }

    /** The event time that it has come to; empty at the end. */
    Optional<Instant> now() {
        return next.flatMap(event -> event.fields().eventTime());
    }

    /**
     * Sends everything before {@code end}.
     *
     * @param beforeEach runs before each event that is sent: to hold the pace, to count
     */
    void playUntil(Instant end, Runnable beforeEach) {
        while (next.isPresent()
                && next.get().fields().eventTime().filter(end::isAfter).isPresent()) {
            play(next.get(), beforeEach);
            next = read();
        }
    }

    /** Sends the rest. */
    void playRest(Runnable beforeEach) {
        while (next.isPresent()) {
            play(next.get(), beforeEach);
            next = read();
        }
        resumption.requireNothingLeft();
    }

    private void play(Event event, Runnable beforeEach) {
        Optional<byte[]> key = event.fields().key().map(text -> text.getBytes(StandardCharsets.UTF_8));
        OptionalInt partition = resumption.next(key.orElse(event.line()));
        if (partition.isEmpty()) {
            skipped++;
            return;
        }
        beforeEach.run();
        long timestamp = event.fields().historicalTimestamp(System.currentTimeMillis());
        producer.send(
                new ProducerRecord<>(source.topic(), partition.getAsInt(), timestamp, key.orElse(null), event.line()));
    }
}
