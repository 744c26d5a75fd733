package dev.tidemark.broker;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/**
 * One broker per JVM, started on first use, deleted at exit.
 *
 * <p>For tests. They share it, so each creates topics of its own through {@link #createTopic}. A fatal error of the
 * broker does not end the JVM ({@link EmbeddedBroker#neverExit()}).
 */
public final class SharedBroker {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private static SharedBroker instance;

    private final Path directory;
    private final EmbeddedBroker broker;
    private final Admin admin;

    private SharedBroker() throws IOException {
        EmbeddedBroker.neverExit();
        directory = Files.createTempDirectory("tidemark-broker-");
        broker = EmbeddedBroker.start(directory, 0);
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
        Runtime.getRuntime().addShutdownHook(new Thread(this::delete, "shared-broker-shutdown"));
    }

    private static synchronized SharedBroker instance() {
        if (instance == null) {
            instance = start();
        }
        return instance;
    }

    private static SharedBroker start() {
        try {
            return new SharedBroker();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the shared broker", e);
        }
    }

    /** The address for Kafka clients, the same for the life of this JVM. */
    public static String bootstrapServers() {
        return instance().broker.bootstrapServers();
    }

    /** Creates a topic with the broker's default settings; see {@link #createTopic(String, int, Map)}. */
    public static String createTopic(String prefix, int partitions) {
        return createTopic(prefix, partitions, Map.of());
    }

    /**
     * Creates a topic that no other test has and returns when every partition of it has a leader.
     *
     * @param prefix what its name begins with; a random suffix follows
     * @param settings topic settings such as {@code retention.ms}
     * @return the topic's name
     * @throws IllegalStateException if Kafka refuses, or the topic is not ready within 30 seconds
     */
    public static String createTopic(String prefix, int partitions, Map<String, String> settings) {
        NewTopic topic = new NewTopic(prefix + "-" + suffix(), Optional.of(partitions), Optional.empty());
        instance().create(topic.configs(settings));
        return topic.name();
    }

    /** Deletes a topic and creates it again under the same name: another log, with another topic id, empty. */
    public static void recreateTopic(String topic, int partitions) {
        SharedBroker shared = instance();
        try {
            shared.admin.deleteTopics(List.of(topic)).all().get();
            long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (shared.admin.listTopics().names().get().contains(topic) && System.nanoTime() < deadline) {
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot delete topic " + topic + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while deleting topic " + topic, e);
        }
        shared.create(new NewTopic(topic, Optional.of(partitions), Optional.empty()));
    }

    // A Kafka uuid may hold '_', which metric names confuse with '.', and Kafka warns of every such topic.
    private static String suffix() {
        return Long.toString(Uuid.randomUuid().getLeastSignificantBits() >>> 1, Character.MAX_RADIX);
    }

    private void create(NewTopic topic) {
        try {
            admin.createTopics(List.of(topic)).all().get();
            awaitLeaders(topic.name());
        } catch (ExecutionException e) {
            throw new IllegalStateException("cannot create topic " + topic.name() + ": " + e.getCause(), e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while creating topic " + topic.name(), e);
        }
    }

    // The controller answers before the broker has learned of the topic, and until then clients do not find it.
    private void awaitLeaders(String topic) throws ExecutionException, InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!hasLeaders(topic)) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("topic %s has no leaders after %s".formatted(topic, PATIENCE));
            }
            LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
        }
    }

    private boolean hasLeaders(String topic) throws ExecutionException, InterruptedException {
        try {
            TopicDescription description = admin.describeTopics(List.of(topic))
                    .topicNameValues()
                    .get(topic)
                    .get();
            return description.partitions().stream().allMatch(partition -> partition.leader() != null);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return false;
            }
            throw e;
        }
    }

    private void delete() {
        admin.close(Duration.ofSeconds(5));
        broker.close();
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).forEach(SharedBroker::delete);
        } catch (IOException | UncheckedIOException e) {
            System.err.println("cannot delete the shared broker's directory " + directory + ": " + e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
