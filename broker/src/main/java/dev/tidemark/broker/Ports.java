package dev.tidemark.broker;

import java.io.IOException;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The loopback ports of one data directory: the broker's, which clients know, and the controller's, which only the
 * broker itself knows. They are chosen once and remembered in the directory, because clients and Spark checkpoints
 * outlive a restart.
 *
 * @param broker where clients connect
 * @param controller where the broker finds its metadata quorum of one
 */
record Ports(int broker, int controller) {

    static final String HOST = "127.0.0.1";

    private static final String FILE_NAME = "ports.properties";

    // Below what Linux (32768) and macOS (49152) hand out to outgoing connections. A client that retries while the
    // broker is down could otherwise be given the broker's own port as its source, connect to itself and so keep the
    // broker from coming back.
    private static final int LOWEST_CHOICE = 20_000;
    private static final int HIGHEST_CHOICE = 32_000;
    private static final int ATTEMPTS = 200;

    Ports {
        requireValid("broker", broker);
        requireValid("controller", controller);
        if (broker == controller) {
            throw new IllegalArgumentException("broker and controller cannot share port " + broker);
        }
    }

    /**
     * The ports that a directory remembers, or new ones, which it remembers from now on.
     *
     * @param wanted the broker's port; 0 takes the remembered one or, in a new directory, any free one. Another number
     *     than the remembered one replaces it.
     * @throws BrokerStartException if a port is taken
     */
    static Ports of(Path directory, int wanted) throws IOException {
        Path file = directory.resolve(FILE_NAME);
        Optional<Ports> remembered = load(file);
        int broker = wanted != 0 ? wanted : remembered.map(Ports::broker).orElseGet(() -> free(0));
        int controller =
                remembered.map(Ports::controller).filter(port -> port != broker).orElseGet(() -> free(broker));
        Ports ports = new Ports(broker, controller);
        ports.requireFree(directory);
        if (!remembered.equals(Optional.of(ports))) {
            ports.save(file);
        }
        return ports;
    }

    private static Optional<Ports> load(Path file) throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file)) {
            properties.load(reader);
            return Optional.of(new Ports(number(properties, "broker"), number(properties, "controller")));
        } catch (IllegalArgumentException e) {
            throw new BrokerStartException(
                    "%s is damaged (%s); correct or delete it, and new ports are chosen"
                            .formatted(file, e.getMessage()),
                    e);
        }
    }

    private static int number(Properties properties, String key) {
        String value = properties.getProperty(key, "");
        try {
            return Integer.parseInt(value);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("%s: expected a number, found '%s'".formatted(key, value), e);
        }
    }

    private void save(Path file) throws IOException {
        new WholeFile(file)
                .write(
                        """
                        # Ports on %s, kept so that a restart has the same address
                        broker=%d
                        controller=%d
                        """
                                .formatted(HOST, broker, controller));
    }

    private void requireFree(Path directory) {
        requireFree("broker", broker, directory);
        requireFree("controller", controller, directory);
    }

    // Kafka ends the whole JVM when it cannot bind, so it is asked beforehand.
    private static void requireFree(String role, int port, Path directory) {
        if (!isFree(port)) {
            throw new BrokerStartException(
                    "%s port %s:%d is taken by another process; stop that process, or choose another port (remembered in %s)"
                            .formatted(role, HOST, port, directory.resolve(FILE_NAME)));
        }
    }

    private static int free(int butNot) {
        return ThreadLocalRandom.current()
                .ints(ATTEMPTS, LOWEST_CHOICE, HIGHEST_CHOICE)
                .filter(port -> port != butNot && isFree(port))
                .findFirst()
                .orElseThrow(() -> new BrokerStartException(
                        "found no free port on %s between %d and %d".formatted(HOST, LOWEST_CHOICE, HIGHEST_CHOICE)));
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    private static void requireValid(String role, int port) {
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("%s port %d is not between 1 and 65535".formatted(role, port));
        }
    }
}
