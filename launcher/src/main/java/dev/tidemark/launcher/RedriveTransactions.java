package dev.tidemark.launcher;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.deadletter.RedriveMark;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Transactions that each hold events that are sent again and the marks that say so: none is there without the other.
 *
 * <p>The transactional id is the source's, the same in every run. Opening it ends what an earlier run has left, so that
 * the marks that are read afterwards are all that there will ever be, but for those written here. Not thread-safe, but
 * anyone may close.
 */
final class RedriveTransactions implements AutoCloseable {

    /** How long readers of the source's topic may have to wait for a run that was killed. */
    private static final int LONGEST_TRANSACTION_MILLIS = 30_000;

    private static final int LARGEST_REQUEST = 16 << 20;
    private static final int BLOCK_MILLIS = 15_000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final KafkaProducer<byte[], byte[]> producer;
    private final Source source;
    private final SourceLog log;
    private final Map<Integer, Long> ends = new TreeMap<>();
    private final Map<Integer, Long> written = new TreeMap<>();
    private long inTransaction;
    private long committed;
    private volatile boolean closed;

    private RedriveTransactions(KafkaProducer<byte[], byte[]> producer, Source source, SourceLog log) {
        this.producer = producer;
        this.source = source;
        this.log = log;
    }

    /**
     * Opens them, once what an earlier run has begun is committed or aborted; if that still runs, it fails.
     *
     * @param log the log that the source's topic is
     * @throws UnavailableException if the broker does not answer
     */
    static RedriveTransactions open(Deployment deployment, Source source, SourceLog log) {
        RedriveTransactions opened =
                new RedriveTransactions(new KafkaProducer<>(settings(deployment, source)), source, log);
        try {
            opened.attempt(opened.producer::initTransactions);
            return opened;
        } catch (RuntimeException e) {
            opened.producer.close(Duration.ZERO);
            throw e;
        }
    }

    private static Map<String, Object> settings(Deployment deployment, Source source) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("transactional.id", "tidemark." + deployment.name() + "." + source.name() + ".redrive");
        settings.put("key.serializer", ByteArraySerializer.class);
        settings.put("value.serializer", ByteArraySerializer.class);
        settings.putIfAbsent("transaction.timeout.ms", LONGEST_TRANSACTION_MILLIS);
        settings.putIfAbsent("max.request.size", LARGEST_REQUEST);
        settings.putIfAbsent("max.block.ms", BLOCK_MILLIS);
        return settings;
    }

    /** Sends events and their marks in a new transaction, and returns when all are in their logs, uncommitted. */
    void write(List<Redriven> events) {
        attempt(() -> {
            producer.beginTransaction();
            inTransaction = events.size();
            written.clear();
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            events.forEach(event -> answers.add(producer.send(event.record(source.topic(), log.partitions()))));
            producer.flush();
            for (int i = 0; i < events.size(); i++) {
                mark(events.get(i), answers.get(i).get());
            }
        });
    }

    private void mark(Redriven event, RecordMetadata at) {
        Position redriven = new Position(log.id(), at.partition(), at.offset());
        written.merge(at.partition(), at.offset() + 1, Math::max);
        producer.send(new RedriveMark(event.letter().position(), redriven, Instant.ofEpochMilli(event.timestamp()))
                .record(source.topic()));
    }

    /** Commits what was written. */
    void commit() {
        attempt(producer::commitTransaction);
        committed += inTransaction;
        ends.putAll(written);
    }

    /** What is committed. */
    Acknowledged committed() {
        return new Acknowledged(committed, ends);
    }

    private interface Step {
        void run() throws ExecutionException, InterruptedException;
    }

    private void attempt(Step step) {
        try {
            step.run();
        } catch (ExecutionException e) {
            throw failed(e.getCause());
        } catch (KafkaException | IllegalStateException e) {
            throw failed(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancellationException("stopped");
        }
    }

    private RuntimeException failed(Throwable cause) {
        if (closed) {
            return new CancellationException("stopped");
        }
        String again = "run the command again: what has been sent, %,d events for certain, is not sent twice"
                .formatted(committed);
        return isFenced(cause)
                ? new RefusedException("another redrive of source %s has begun, which ends this one; %s"
                        .formatted(source.name(), again))
                : new UnavailableException("the broker refuses: %s; %s".formatted(cause.getMessage(), again));
    }

    private static boolean isFenced(Throwable cause) {
        for (Throwable each = cause; each != null; each = each.getCause()) {
            if (each instanceof ProducerFencedException || each instanceof InvalidProducerEpochException) {
                return true;
            }
        }
        return false;
    }

    /** A transaction that is not committed is aborted. */
    @Override
    public void close() {
        closed = true;
        producer.close(CLOSE_PATIENCE);
    }
}
