package dev.tidemark.launcher;

import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.common.TopicPartition;

/** Plays an example's events, from wherever the log has them already. Accumulates. */
final class Replay {

    private final ExampleEvents events;
    private final SourceProducer producer;
    private final Resumption resumption;
    private Optional<ExampleEvent> next;
    private long skipped;

    Replay(ExampleEvents events, SourceProducer producer, Resumption resumption) {
        this.events = events;
        this.producer = producer;
        this.resumption = resumption;
        this.next = events.next();
    }

    /** How many events were in the log already. */
    long skipped() {
        return skipped;
    }

    /** The time that it has come to: that of the next record, if it were sent now; empty at the end. */
    Optional<Instant> now() {
        return next.map(event -> Instant.ofEpochMilli(event.timestamp(System.currentTimeMillis())));
    }

    /**
     * Sends the history.
     *
     * @param beforeEach runs before each event that is sent: to hold the pace, to count
     */
    void playHistory(Runnable beforeEach) {
        while (next.filter(ExampleEvent::isHistory).isPresent()) {
            play(next.get(), beforeEach);
            next = events.next();
        }
    }

    /** Sends the rest, if it has an end; otherwise returns by failing only. */
    void playRest(Runnable beforeEach) {
        while (next.isPresent()) {
            play(next.get(), beforeEach);
            next = events.next();
        }
        resumption.requireDone();
    }

    private void play(ExampleEvent event, Runnable beforeEach) {
        TopicPartition partition = resumption.partition(event);
        if (resumption.isSent(partition)) {
            skipped++;
            return;
        }
        beforeEach.run();
        producer.send(event.record(partition.partition(), System.currentTimeMillis()));
    }
}
