package dev.tidemark.speed;

import dev.tidemark.deployment.NeededTopic;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends dead letters and late events to their topics, each at least once: no more than {@link #MOST_AHEAD} events are
 * emitted beyond one that is not acknowledged, and a start looks so far back. Their order in a partition is that of the
 * events. Of one task; not thread-safe.
 */
final class BesideTopics implements AutoCloseable {

    /** How many events may be emitted after one whose copy is not acknowledged yet. */
    static final int MOST_AHEAD = 10_000;

    private final Map<String, Object> settings;
    private final Deque<Sent> unacknowledged = new ArrayDeque<>();
    private KafkaProducer<byte[], byte[]> producer;
    private long events;

    /** @param after how many events had been emitted by then */
    private record Sent(long after, Future<RecordMetadata> answer) {}

    /** @param settings the settings of Kafka's clients */
    BesideTopics(Map<String, Object> settings) {
        this.settings = new HashMap<>(settings);
        this.settings.put("acks", "all");
        this.settings.put("enable.idempotence", true);
        this.settings.put("delivery.timeout.ms", Integer.MAX_VALUE);
        this.settings.put("max.request.size", NeededTopic.MAX_INCREMENT_BYTES);
    }

    /** Sends a record; it is on its way when this returns. */
    void send(ProducerRecord<byte[], byte[]> record) {
        if (producer == null) {
            producer = new KafkaProducer<>(settings, new ByteArraySerializer(), new ByteArraySerializer());
        }
        unacknowledged.add(new Sent(events, producer.send(record)));
    }

    /**
     * To be called before an event is emitted: waits where too many would come before what has been sent.
     *
     * @throws KafkaException if something that was sent cannot be written
     */
    void beforeNext() {
        events++;
        while (!unacknowledged.isEmpty() && isDue(unacknowledged.peek())) {
            await(unacknowledged.poll().answer());
        }
    }

    private boolean isDue(Sent first) {
        return first.answer().isDone() || events - first.after() > MOST_AHEAD;
    }

    /** Waits until all that was sent is written. */
    void finish() {
        while (!unacknowledged.isEmpty()) {
            await(unacknowledged.poll().answer());
        }
    }

    private static void await(Future<RecordMetadata> answer) {
        try {
            answer.get();
        } catch (ExecutionException e) {
            throw new KafkaException("a dead letter or a late event cannot be written: " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptException(e);
        }
    }

    @Override
    public void close() {
        if (producer != null) {
            try {
                producer.close(Duration.ZERO);
            } catch (InterruptException stopped) {
                // A task that is stopped is interrupted; its producer is closed all the same.
                Thread.currentThread().interrupt();
            }
            producer = null;
        }
    }
}
