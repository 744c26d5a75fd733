package dev.tidemark.serving.letter;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.deadletter.LetterReader;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the dead letters of all sources, in one thread with one consumer: from the beginning of their topics, whenever
 * those come to be. Answers to queries do not wait for it.
 */
public final class LetterFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LetterFollower.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

    private final Deployment deployment;
    private final Map<String, SourceLetters> bySource = new TreeMap<>();
    private final Map<String, SourceLetters> byTopic = new HashMap<>();
    private final Thread thread = new Thread(this::run, "follow-dead-letters");
    private String problem = "";
    private volatile boolean closed;

    private LetterFollower(Deployment deployment) {
        this.deployment = deployment;
        deployment.sources().forEach(source -> {
            SourceLetters letters = new SourceLetters(source);
            bySource.put(source.name(), letters);
            byTopic.put(letters.topic(), letters);
            byTopic.put(letters.marksTopic(), letters);
        });
        thread.setDaemon(true);
    }

    /** Begins to follow. */
    public static LetterFollower start(Deployment deployment) {
        LetterFollower follower = new LetterFollower(deployment);
        follower.thread.start();
        return follower;
    }

    /** Each source's, by the sources' names. */
    public Map<String, SourceLetters> bySource() {
        return bySource;
    }

    private void run() {
        try {
            while (!closed) {
                bySource.values().forEach(SourceLetters::beginAnew);
                follow();
                Thread.sleep(closed ? 0 : AFTER_FAILURE.toMillis());
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped following the dead letters");
        }
    }

    /** Returns when what was read no longer is what is there: then all begins anew. */
    private void follow() {
        try {
            Admin admin = Admin.create(deployment.kafkaAdmin());
            try (KafkaConsumer<byte[], byte[]> consumer = LetterReader.consumer(deployment)) {
                follow(new Topics(admin, consumer), consumer);
                // Kafka's clients complain when they are closed by a thread that is interrupted.
                Thread.interrupted();
            } finally {
                admin.close(CLOSE_PATIENCE);
            }
        } catch (RuntimeException e) {
            report(e);
        }
    }

    private void follow(Topics topics, KafkaConsumer<byte[], byte[]> consumer) {
        try {
            while (!closed && topics.look()) {
                long next = System.nanoTime() + LOOK.toNanos();
                while (!closed && System.nanoTime() < next) {
                    read(consumer);
                }
            }
        } catch (RuntimeException e) {
            report(e);
        } catch (InterruptedException e) {
            LOG.debug("interrupted while following the dead letters");
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
        if (consumer.assignment().isEmpty()) {
            Thread.sleep(POLL.toMillis());
        } else {
            consumer.poll(POLL).forEach(record -> byTopic.get(record.topic()).add(record));
        }
        Map<SourceLetters, Boolean> complete = new HashMap<>();
        bySource.values().forEach(letters -> complete.put(letters, true));
        for (TopicPartition partition : consumer.assignment()) {
            boolean read = consumer.currentLag(partition).orElse(1) == 0;
            complete.merge(byTopic.get(partition.topic()), read, Boolean::logicalAnd);
        }
        complete.forEach(SourceLetters::complete);
    }

    /** The same problem is reported once, however long it lasts. */
    private void report(RuntimeException failure) {
        String now = failure.toString();
        boolean expected = failure instanceof UnavailableException || failure instanceof KafkaException;
        if (!closed && !now.equals(problem)) {
            LOG.warn(
                    "cannot follow the dead letters, and try again: {}",
                    failure.getMessage(),
                    expected ? null : failure);
        }
        problem = now;
    }

    /** What is known of the topics. Accumulates. */
    private final class Topics {
        private final Admin admin;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final Map<String, SourceLog> known = new HashMap<>();

        private Topics(Admin admin, KafkaConsumer<byte[], byte[]> consumer) {
            this.admin = admin;
            this.consumer = consumer;
        }

        /** Takes in topics and partitions that have come; false if a topic is not the same log any more. */
        private boolean look() {
            Map<String, SourceLog> found = found();
            boolean same = known.entrySet().stream()
                    .allMatch(topic -> found.containsKey(topic.getKey())
                            && found.get(topic.getKey())
                                    .id()
                                    .equals(topic.getValue().id()));
            if (same && !found.equals(known)) {
                known.putAll(found);
                consumer.assign(found.entrySet().stream()
                        .flatMap(topic -> LetterReader.partitions(topic.getKey(), topic.getValue()).stream())
                        .toList());
            }
            return same;
        }

        private Map<String, SourceLog> found() {
            Map<String, SourceLog> found = new HashMap<>();
            for (String topic : byTopic.keySet()) {
                SourceLog.find(admin, topic).ifPresent(log -> found.put(topic, log));
            }
            return found;
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            thread.join(Duration.ofSeconds(10).toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
