package dev.tidemark.launcher;

import dev.tidemark.deployment.UnavailableException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends records so that each is in the topic once when it is acknowledged, and says which were. After the first record
 * that fails, nothing more is sent. One thread sends; another may close, which ends whatever the first waits for.
 */
final class SourceProducer implements AutoCloseable {

    private static final int LARGEST_REQUEST = 16 << 20;
    private static final int BLOCK_MILLIS = 15_000;
    private static final Duration COMMIT_PATIENCE = Duration.ofMinutes(5);

    /** How long a transaction may be open; brokers grant no more unless they are told to. */
    private static final Duration LONGEST_TRANSACTION = Duration.ofMinutes(15);

    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    /** What the broker answers once it has aborted a transaction by itself. */
    private static final Set<Class<?>> EXPIRED =
            Set.of(InvalidTxnStateException.class, ProducerFencedException.class, InvalidProducerEpochException.class);

    private final KafkaProducer<byte[], byte[]> producer;
    private final long transactionSize;
    private final Duration commitPatience;

    private final Map<Integer, Long> ends = new TreeMap<>();
    private long acknowledged;
    private Exception refusal;

    private long sent;
    private long inTransaction;
    private boolean unconfirmed;
    private Acknowledged committed = Acknowledged.NOTHING;
    private UnavailableException failure;
    private volatile boolean closed;

    private SourceProducer(Map<String, Object> settings, long transactionSize, Duration commitPatience) {
        this.producer = new KafkaProducer<>(settings);
        this.transactionSize = transactionSize;
        this.commitPatience = commitPatience;
    }

    /** A producer without transactions; {@code settings} are those of the deployment's Kafka clients and more. */
    static SourceProducer plain(Map<String, Object> settings) {
        return new SourceProducer(common(settings), 0, Duration.ZERO);
    }

    /** A producer that commits a transaction after every {@code size} records, and one with the rest at the end. */
    static SourceProducer transactional(Map<String, Object> settings, long size) {
        return transactional(settings, size, COMMIT_PATIENCE);
    }

    /** @param commitPatience how long a commit that the broker does not answer is tried again */
    static SourceProducer transactional(Map<String, Object> settings, long size, Duration commitPatience) {
        Map<String, Object> all = common(settings);
        all.put("transactional.id", "tidemark-produce-" + UUID.randomUUID());
        all.putIfAbsent("transaction.timeout.ms", (int) LONGEST_TRANSACTION.toMillis());
        SourceProducer producer = new SourceProducer(all, size, commitPatience);
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
        attempt(() -> {
            if (transactionSize > 0 && inTransaction == 0) {
                producer.beginTransaction();
            }
            inTransaction++;
            sent++;
            producer.send(record, this::onAnswer);
            if (inTransaction == transactionSize) {
                settle();
            }
        });
    }

    /**
     * Waits until everything that was sent is acknowledged, and committed.
     *
     * @throws UnavailableException if a record or the commit has failed
     */
    synchronized Acknowledged finish() {
        attempt(this::settle);
        return result();
    }

    private void attempt(Runnable step) {
        requireUsable();
        try {
            step.run();
        } catch (KafkaException e) {
            throw failed(e);
        } catch (IllegalStateException e) {
            // The client's answer to one that uses it while another closes it.
            requireUsable();
            throw e;
        }
    }

    private void settle() {
        producer.flush();
        requireUsable();
        if (transactionSize > 0 && inTransaction > 0) {
            commit();
        }
    }

    private void commit() {
        long deadline = System.nanoTime() + commitPatience.toNanos();
        while (!tryCommit()) {
            requireUsable();
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("the broker does not answer the commit");
            }
        }
        committed = acknowledged();
        inTransaction = 0;
    }

    /** Whether the broker has confirmed the commit. Without its answer the commit may have happened, or may yet. */
    private boolean tryCommit() {
        boolean triedBefore = unconfirmed;
        unconfirmed = true;
        try {
            producer.commitTransaction();
            unconfirmed = false;
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (KafkaException e) {
            unconfirmed = triedBefore || closed;
            throw e;
        }
    }

    private void onAnswer(RecordMetadata written, Exception refused) {
        synchronized (ends) {
            if (refused == null) {
                acknowledged++;
                ends.merge(written.partition(), written.offset() + 1, Math::max);
            } else if (refusal == null) {
                refusal = refused;
            }
        }
    }

    private void requireUsable() {
        if (failure != null) {
            throw failure;
        }
        if (closed) {
            throw new CancellationException("stopped");
        }
        Exception refused;
        synchronized (ends) {
            refused = refusal;
        }
        if (refused != null) {
            throw failed(refused);
        }
    }

    private RuntimeException failed(Exception cause) {
        if (closed) {
            return new CancellationException("stopped");
        }
        // Only then is it known what has arrived.
        close();
        failure = new UnavailableException(summary() + "; the first failure: " + cause.getMessage() + remedy(cause));
        return failure;
    }

    /** Nobody else has the transactional id; so if the broker holds the transaction to be over, it was open too long. */
    private static String remedy(Exception cause) {
        Throwable root = cause.getCause() == null ? cause : cause.getCause();
        return EXPIRED.contains(root.getClass())
                ? (" (the transaction was open for longer than %d min, or kafka.transaction.timeout.ms: commit more often,"
                                + " with --transaction-size N)")
                        .formatted(LONGEST_TRANSACTION.toMinutes())
                : "";
    }

    /** How many records were sent, and how many of them count. */
    synchronized String summary() {
        if (transactionSize == 0) {
            return "%,d of %,d records were acknowledged"
                    .formatted(acknowledged().records(), sent);
        }
        String known = "%,d of %,d records are committed; ".formatted(committed.records(), sent);
        return unconfirmed
                ? known
                        + "whether the last transaction, of %,d, is too is not known: look before you send them again"
                                .formatted(inTransaction)
                : known + "the rest was aborted and does not count";
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

    /**
     * Waits a little for what is on its way; then nothing more is sent. An open transaction is aborted, by the client or,
     * if the broker is away, when it times out; one whose commit has begun is not.
     */
    @Override
    public void close() {
        closed = true;
        producer.close(CLOSE_PATIENCE);
    }
}
