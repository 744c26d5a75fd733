package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records so that each is in the topic once when it is acknowledged, and says which were. After the first record
 * that fails, nothing more is sent. One thread sends; another may close.
 */
final class SourceProducer implements AutoCloseable {

    private static final int LARGEST_REQUEST = 16 << 20;
    private static final int TRANSACTION_MILLIS = 300_000;
    private static final int BLOCK_MILLIS = 15_000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final KafkaProducer<byte[], byte[]> producer;
    private final long transactionSize;

    private final Map<Integer, Long> ends = new TreeMap<>();
    private long acknowledged;
    private Exception failure;

    private long sent;
    private long inTransaction;
    private Acknowledged committed = Acknowledged.NOTHING;
    private boolean closed;

    private SourceProducer(Map<String, Object> settings, long transactionSize) {
        this.producer = new KafkaProducer<>(settings);
        this.transactionSize = transactionSize;
    }

    /** A producer without transactions; {@code settings} are those of the deployment's Kafka clients and more. */
    static SourceProducer plain(Map<String, Object> settings) {
        return new SourceProducer(common(settings), 0);
    }

    /** A producer that commits a transaction after every {@code size} records, and one with the rest at the end. */
    static SourceProducer transactional(Map<String, Object> settings, long size) {
        Map<String, Object> all = common(settings);
        all.put("transactional.id", "tidemark-produce-" + UUID.randomUUID());
        all.put("transaction.timeout.ms", TRANSACTION_MILLIS);
        SourceProducer producer = new SourceProducer(all, size);
        try {
            producer.producer.initTransactions();
            return producer;
        } catch (KafkaException e) {
            producer.producer.close(Duration.ZERO);
            throw new UnavailableException("the broker gives no transaction: " + e.getMessage());
        }
    }

    private static Map<String, Object> common(Map<String, Object> settings) {
        Map<String, Object> all = new HashMap<>(settings);
        all.put("acks", "all");
        all.put("enable.idempotence", true);
        all.put("key.serializer", ByteArraySerializer.class);
        all.put("value.serializer", ByteArraySerializer.class);
        all.putIfAbsent("linger.ms", 5);
        all.putIfAbsent("batch.size", 1 << 17);
        all.putIfAbsent("max.request.size", LARGEST_REQUEST);
        all.putIfAbsent("max.block.ms", BLOCK_MILLIS);
        return all;
    }

    /**
     * Sends a record; whether it arrives shows later.
     *
     * @throws UnavailableException if a record has failed
     */
    synchronized void send(ProducerRecord<byte[], byte[]> record) {
        requireUsable();
        try {
            if (transactionSize > 0 && inTransaction == 0) {
                producer.beginTransaction();
            }
            inTransaction++;
            sent++;
            producer.send(record, this::onAnswer);
            if (inTransaction == transactionSize) {
                commit();
            }
        } catch (KafkaException e) {
            throw failed(e);
        }
    }

    /**
     * Waits until everything that was sent is acknowledged, and committed.
     *
     * @throws UnavailableException if a record or the commit has failed
     */
    synchronized Acknowledged finish() {
        requireUsable();
        try {
            producer.flush();
            requireUsable();
            if (transactionSize > 0 && inTransaction > 0) {
                commit();
            }
        } catch (KafkaException e) {
            throw failed(e);
        }
        return result();
    }

    private void commit() {
        producer.commitTransaction();
        committed = acknowledged();
        inTransaction = 0;
    }

    private void onAnswer(RecordMetadata written, Exception refused) {
        synchronized (ends) {
            if (refused == null) {
                acknowledged++;
                ends.merge(written.partition(), written.offset() + 1, Math::max);
            } else if (failure == null) {
                failure = refused;
            }
        }
    }

    private void requireUsable() {
        if (closed) {
            throw new CancellationException("stopped");
        }
        synchronized (ends) {
            if (failure != null) {
                throw failed(failure);
            }
        }
    }

    private UnavailableException failed(Exception cause) {
        return new UnavailableException(summary() + "; the first failure: " + cause.getMessage());
    }

    /** How many records were sent, and how many of them count. */
    synchronized String summary() {
        return transactionSize > 0
                ? "%,d of %,d records are committed; the rest was aborted and does not count"
                        .formatted(committed.records(), sent)
                : "%,d of %,d records were acknowledged"
                        .formatted(acknowledged().records(), sent);
    }

    /** What counts so far: what is committed, or without transactions what is acknowledged. */
    synchronized Acknowledged result() {
        return transactionSize > 0 ? committed : acknowledged();
    }

    private Acknowledged acknowledged() {
        synchronized (ends) {
            return new Acknowledged(acknowledged, ends);
        }
    }

    /** Aborts an open transaction; without transactions, waits a little for what is on its way. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (transactionSize > 0 && inTransaction > 0) {
                producer.abortTransaction();
            }
        } catch (KafkaException e) {
            // The broker aborts it when it times out; nobody who reads committed records sees it either way.
        }
        producer.close(CLOSE_PATIENCE);
    }
}
