package dev.tidemark.serving.follow;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.deployment.deadletter.LetterReader;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows topics, in one thread with one consumer of committed records: from their beginning, whenever they come to be.
 * When one of them is created again, or the broker has been away, all begins anew.
 */
public final class TopicFollower implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration LOOK = Duration.ofSeconds(1);
    private static final Duration AFTER_FAILURE = Duration.ofSeconds(2);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(1);

    /** Takes in what is read, in the follower's thread. */
    public interface Reader {

        /** Forgets all: it will be handed over again. */
        void beginAnew();

        void add(ConsumerRecord<byte[], byte[]> record);

        /** @param read whether all that a topic held when last looked at has been handed over, of those that exist */
        void complete(Map<String, Boolean> read);

        /** The partitions that are followed of a topic as it is now: all of them, unless it holds what has one order. */
        default List<TopicPartition> partitions(String topic, SourceLog log) {
            return LetterReader.partitions(topic, log);
        }

        /** Once a second, for what is to be asked of the broker beside the records. */
        default void look(Admin admin) {}
    }

    private final Deployment deployment;
    private final String what;
    private final Collection<String> topics;
    private final Reader reader;
    private final Worker worker;
    private String problem = "";
    private volatile boolean closed;

    private TopicFollower(Deployment deployment, String what, Collection<String> topics, Reader reader) {
        this.deployment = deployment;
        this.what = what;
        this.topics = List.copyOf(topics);
        this.reader = reader;
        this.worker = new Worker(this::run, "follow-" + what.replace(' ', '-'));
    }

    /**
     * Begins to follow.
     *
     * @param what what the topics hold, for messages
     */
    public static TopicFollower start(Deployment deployment, String what, Collection<String> topics, Reader reader) {
        TopicFollower follower = new TopicFollower(deployment, what, topics, reader);
        follower.worker.start();
        return follower;
    }

    private void run() {
        try {
            while (!closed) {
                reader.beginAnew();
                follow();
                Thread.sleep(closed ? 0 : AFTER_FAILURE.toMillis());
            }
        } catch (InterruptedException e) {
            LOG.debug("stopped following the {}", what);
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

    private void follow(Topics found, KafkaConsumer<byte[], byte[]> consumer) {
        try {
            while (!closed && found.look()) {
                long next = System.nanoTime() + LOOK.toNanos();
                while (!closed && System.nanoTime() < next) {
                    read(consumer);
                }
            }
        } catch (RuntimeException e) {
            report(e);
        } catch (InterruptedException e) {
            LOG.debug("interrupted while following the {}", what);
        }
    }

    private void read(KafkaConsumer<byte[], byte[]> consumer) throws InterruptedException {
        if (consumer.assignment().isEmpty()) {
            Thread.sleep(POLL.toMillis());
        } else {
            consumer.poll(POLL).forEach(reader::add);
        }
        Map<String, Boolean> complete = new HashMap<>();
        for (TopicPartition partition : consumer.assignment()) {
            boolean read = consumer.currentLag(partition).orElse(1) == 0;
            complete.merge(partition.topic(), read, Boolean::logicalAnd);
        }
        reader.complete(complete);
    }

    /** The same problem is reported once, however long it lasts. */
    private void report(RuntimeException failure) {
        String now = failure.toString();
        boolean expected = failure instanceof UnavailableException || failure instanceof KafkaException;
        if (!closed && !now.equals(problem)) {
            LOG.warn("cannot follow the {}, and try again: {}", what, failure.getMessage(), expected ? null : failure);
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
                        .flatMap(topic -> reader.partitions(topic.getKey(), topic.getValue()).stream())
                        .toList());
            }
            reader.look(admin);
            return same;
        }

        private Map<String, SourceLog> found() {
            Map<String, SourceLog> found = new HashMap<>();
            for (String topic : topics) {
                SourceLog.find(admin, topic).ifPresent(log -> found.put(topic, log));
            }
            return found;
        }
    }

    @Override
    public void close() {
        closed = true;
        worker.close();
    }
}
