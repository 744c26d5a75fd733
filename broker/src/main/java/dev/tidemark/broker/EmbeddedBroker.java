package dev.tidemark.broker;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;

/**
 * A real Kafka broker in this JVM: one KRaft node that is broker and controller at once.
 *
 * <p>It listens on 127.0.0.1 only, without authentication. Topics are not created on first use, have one replica, and
 * keep their records for ever unless they say otherwise, since retention goes by the records' timestamps. It takes
 * record batches of up to 16 MiB.
 *
 * <p>Everything lives in the data directory, the chosen ports included: a broker started there again has the same
 * address, cluster id, topics and records. A directory serves one broker at a time.
 *
 * <p>Kafka logs through slf4j and this module brings no binding; a process of the broker's own is started with logback
 * on its class path and {@code -Dlogback.configurationFile=logback-broker.xml} (see {@link BrokerMain}).
 */
public final class EmbeddedBroker implements AutoCloseable {

    private final KafkaRaftServer server;
    private final DirectoryLock lock;
    private final String bootstrapServers;
    private boolean closed;

    private EmbeddedBroker(KafkaRaftServer server, DirectoryLock lock, String bootstrapServers) {
        this.server = server;
        this.lock = lock;
        this.bootstrapServers = bootstrapServers;
    }

    /**
     * Starts a broker and returns when it serves clients.
     *
     * <p>A fatal error of the running broker (a full disk, say) ends this JVM, as Kafka does everywhere; see {@link
     * #neverExit()}.
     *
     * @param dataDirectory created and formatted if it is new, otherwise used as it is
     * @param port where clients connect; 0 is the port that the directory remembers or, in a new one, any free port.
     *     Another port than the remembered one replaces it.
     * @throws BrokerStartException if the directory is in use or unusable, a port is taken, or Kafka refuses to start
     */
    public static EmbeddedBroker start(Path dataDirectory, int port) {
        return start(dataDirectory, port, Duration.ZERO);
    }

    /** @param patience how long to wait for another broker to leave the directory */
    static EmbeddedBroker start(Path dataDirectory, int port, Duration patience) {
        return start(dataDirectory, port, patience, Map.of());
    }

    /** @param more settings of Kafka's that go before those of {@link BrokerSettings} */
    static EmbeddedBroker start(Path dataDirectory, int port, Duration patience, Map<String, String> more) {
        Path directory = dataDirectory.toAbsolutePath().normalize();
        try {
            Files.createDirectories(directory);
            DirectoryLock lock = DirectoryLock.acquire(directory, patience);
            try {
                return start(directory, Ports.of(directory, port), lock, more);
            } catch (Throwable e) {
                lock.close();
                throw e;
            }
        } catch (IOException e) {
            throw new BrokerStartException(
                    "data directory %s cannot be used (%s); choose a directory that this user may write"
                            .formatted(directory, e),
                    e);
        }
    }

    private static EmbeddedBroker start(Path directory, Ports ports, DirectoryLock lock, Map<String, String> more)
            throws IOException {
        BrokerSettings settings = new BrokerSettings(directory.resolve("kafka"), ports);
        try {
            formatIfNew(settings.logDirectory());
            Map<String, String> all = new HashMap<>(settings.toKafka());
            all.putAll(more);
            KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(all), Time.SYSTEM);
            startOrShutDown(server);
            return new EmbeddedBroker(server, lock, settings.bootstrapServers());
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new BrokerStartException(
                    "Kafka did not start on %s in %s: %s".formatted(settings.bootstrapServers(), directory, e), e);
        }
    }

    private static void formatIfNew(Path logDirectory) throws Exception {
        // Formatting writes this file last, so an interrupted formatting is done again.
        if (Files.exists(logDirectory.resolve("meta.properties"))) {
            return;
        }
        Files.createDirectories(logDirectory);
        new Formatter()
                .setPrintStream(new PrintStream(OutputStream.nullOutputStream()))
                .setClusterId(Uuid.randomUuid().toString())
                .setNodeId(BrokerSettings.NODE_ID)
                .setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER)
                .addDirectory(logDirectory.toString())
                .run();
    }

    private static void startOrShutDown(KafkaRaftServer server) {
        try {
            server.startup();
        } catch (Throwable e) {
            server.shutdown();
            throw e;
        }
    }

    /** The address for Kafka clients, {@code 127.0.0.1:PORT}; the same before and after a restart. */
    public String bootstrapServers() {
        return bootstrapServers;
    }

    /**
     * Shuts the broker down cleanly and returns when its threads have ended and its directory is free. Closing again
     * does nothing; a second caller waits for the first.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try (DirectoryLock held = lock) {
            server.shutdown();
            server.awaitShutdown();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot release the lock of the broker's data directory", e);
        }
    }

    /**
     * From now on a fatal error of Kafka throws in the thread that met it, and does not end this JVM. For tests: the
     * broker may be unusable afterwards, but the test runner lives to report it. It applies to all Kafka code of this
     * JVM and cannot be taken back.
     */
    public static void neverExit() {
        Exit.setExitProcedure(EmbeddedBroker::refuseToExit);
        Exit.setHaltProcedure(EmbeddedBroker::refuseToExit);
    }

    private static void refuseToExit(int status, String message) {
        throw new IllegalStateException(
                "Kafka met a fatal error and asked to end the JVM with status %d: %s".formatted(status, message));
    }
}
