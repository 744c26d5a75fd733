package dev.tidemark.broker;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * A real broker in this JVM that talks only to clients with its login: SASL PLAIN without encryption, on 127.0.0.1.
 *
 * <p>For tests.
 */
public final class SecuredBroker implements AutoCloseable {

    private final EmbeddedBroker broker;
    private final String login;

    private SecuredBroker(EmbeddedBroker broker, String login) {
        this.broker = broker;
        this.login = login;
    }

    /** Starts one in a new directory, on any free port. A fatal error of it does not end this JVM. */
    public static SecuredBroker start(Path dataDirectory, String user, String password) {
        EmbeddedBroker.neverExit();
        String login =
                "org.apache.kafka.common.security.plain.PlainLoginModule required username=\"%s\" password=\"%s\""
                        .formatted(user, password);
        Map<String, String> settings = Map.of(
                "listener.security.protocol.map", "BROKER:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
                "sasl.enabled.mechanisms", "PLAIN",
                "sasl.mechanism.inter.broker.protocol", "PLAIN",
                "listener.name.broker.plain.sasl.jaas.config", login + " user_" + user + "=\"" + password + "\";");
        return new SecuredBroker(EmbeddedBroker.start(dataDirectory, 0, Duration.ZERO, settings), login + ";");
    }

    /** The address for Kafka clients. */
    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** The {@code sasl.jaas.config} of its clients. */
    public String login() {
        return login;
    }

    /** What a client has to have. */
    public Map<String, Object> client() {
        return Map.of(
                "bootstrap.servers",
                bootstrapServers(),
                "security.protocol",
                "SASL_PLAINTEXT",
                "sasl.mechanism",
                "PLAIN",
                "sasl.jaas.config",
                login);
    }

    @Override
    public void close() {
        broker.close();
    }
}
