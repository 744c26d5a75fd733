package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.SupersededException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.deadletter.LetterReader;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A deployment's alert topics, written by one process at a time. What stands on them is their own checkpoint: opening ends
 * what an earlier process has left open, and then reads them to their end. What is appended is one Kafka transaction, and
 * is remembered once that is committed. Thread-safe, but for each view's {@link Standing}, which belongs to whoever watches
 * the view.
 */
public final class AlertLog implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(AlertLog.class);

    /** How long readers of the topics may have to wait for a process that was killed and is not started again. */
    private static final int LONGEST_TRANSACTION_MILLIS = 30_000;

    private static final int BLOCK_MILLIS = 15_000;
    private static final int DELIVERY_MILLIS = 20_000;
    private static final int REQUEST_MILLIS = 10_000;
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(5);

    private final Deployment deployment;
    private final KafkaProducer<byte[], byte[]> producer;
    private final Map<String, String> topics = new HashMap<>();
    private final Map<String, Standing> standing = new HashMap<>();

    private AlertLog(Deployment deployment, KafkaProducer<byte[], byte[]> producer) {
        this.deployment = deployment;
        this.producer = producer;
        for (Alerting alerting : deployment.alerting()) {
            topics.put(alerting.view(), alerting.topic());
            standing.put(alerting.view(), new Standing());
        }
    }

    /**
     * Opens the topics, and takes over from whichever process had them.
     *
     * @throws dev.tidemark.deployment.RefusedException if a topic may lose what it is sent
     * @throws UnavailableException if the broker does not answer
     */
    public static AlertLog open(Deployment deployment) {
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            AlertTopics.ensure(admin, deployment);
        }
        AlertLog log = new AlertLog(deployment, new KafkaProducer<>(settings(deployment)));
        try {
            log.producer.initTransactions();
            // Only now: nobody else can add to them any more.
            log.read();
            return log;
        } catch (KafkaException e) {
            log.producer.close(Duration.ZERO);
            throw new UnavailableException("the alert topics cannot be opened: " + e.getMessage());
        } catch (RuntimeException e) {
            log.producer.close(Duration.ZERO);
            throw e;
        }
    }

    private static Map<String, Object> settings(Deployment deployment) {
        Map<String, Object> settings = new HashMap<>(deployment.kafkaClient());
        settings.put("transactional.id", "tidemark." + deployment.name() + ".alerts");
        settings.put("key.serializer", ByteArraySerializer.class);
        settings.put("value.serializer", ByteArraySerializer.class);
        // Whatever a view's row may hold: one that could not be sent would hold up all that come after it.
        settings.put("max.request.size", NeededTopic.MAX_INCREMENT_BYTES);
        settings.putIfAbsent("transaction.timeout.ms", LONGEST_TRANSACTION_MILLIS);
        settings.putIfAbsent("max.block.ms", BLOCK_MILLIS);
        settings.putIfAbsent("request.timeout.ms", REQUEST_MILLIS);
        settings.putIfAbsent("delivery.timeout.ms", DELIVERY_MILLIS);
        return settings;
    }

    private void read() {
        try (KafkaConsumer<byte[], byte[]> consumer = LetterReader.consumer(deployment)) {
            for (String topic : deployment.alertTopics()) {
                LetterReader.readToEnd(
                        consumer, List.of(new TopicPartition(topic, Alert.PARTITION)), record -> Alert.of(
                                        record, deployment.name())
                                .filter(alert -> topic.equals(topics.get(alert.view())))
                                .ifPresent(alert -> standing.get(alert.view()).add(alert)));
            }
        }
    }

    /** What stands of a view. */
    public Standing standing(String view) {
        return standing.get(view);
    }

    /**
     * Sends alerts in one transaction.
     *
     * @return whether they stand; if not, none of them does, and they may be sent again
     * @throws SupersededException if another process has taken over
     * @throws UnavailableException if nobody can say whether they stand: whoever opens the topics anew can
     */
    public synchronized boolean append(List<Alert> alerts) {
        boolean stand = transact(() -> {
            List<Future<RecordMetadata>> answers = new ArrayList<>();
            alerts.forEach(
                    alert -> answers.add(producer.send(alert.record(topics.get(alert.view()), deployment.name()))));
            producer.flush();
            for (Future<RecordMetadata> answer : answers) {
                answer.get();
            }
        });
        if (stand) {
            alerts.forEach(alert -> standing.get(alert.view()).add(alert));
        }
        return stand;
    }

    /**
     * Commits how far a view's webhook has delivered: by the same producer, so that a process that was taken over from does
     * not go on to deliver.
     *
     * @return whether it is committed
     * @throws SupersededException if another process has taken over
     * @throws UnavailableException if nobody can say whether it is committed
     */
    public synchronized boolean delivered(String view, Map<TopicPartition, OffsetAndMetadata> offsets) {
        ConsumerGroupMetadata group = new ConsumerGroupMetadata(deployment.webhookGroup(view));
        return transact(() -> producer.sendOffsetsToTransaction(offsets, group));
    }

    private interface Step {
        void run() throws ExecutionException, InterruptedException;
    }

    private boolean transact(Step step) {
        try {
            producer.beginTransaction();
            step.run();
        } catch (ExecutionException e) {
            return abort(e.getCause());
        } catch (KafkaException | IllegalStateException e) {
            return abort(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return abort(e);
        }
        try {
            producer.commitTransaction();
            return true;
        } catch (KafkaException | IllegalStateException e) {
            throw ended(e);
        }
    }

    /** Who was taken over from learns it here; a transaction that the broker has ended since it took too long is over. */
    private boolean abort(Throwable cause) {
        try {
            producer.abortTransaction();
            LOG.warn("alerts could not be sent, and will be again: {}", cause.toString());
            return false;
        } catch (KafkaException | IllegalStateException e) {
            throw ended(e);
        }
    }

    private RuntimeException ended(Throwable cause) {
        return isFenced(cause)
                ? new SupersededException(("another process sends the alerts of deployment %s now, and has taken over"
                                + " from this one; one is enough, see that only one is started")
                        .formatted(deployment.name()))
                : new UnavailableException(
                        ("whether alerts were sent is not known (%s); a new start reads the topic to" + " find out")
                                .formatted(cause.getMessage()));
    }

    private static boolean isFenced(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof ProducerFencedException) {
                return true;
            }
        }
        return false;
    }

    /** What is not committed is aborted. */
    @Override
    public void close() {
        producer.close(CLOSE_PATIENCE);
    }
}
