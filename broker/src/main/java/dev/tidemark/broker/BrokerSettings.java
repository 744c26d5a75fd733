package dev.tidemark.broker;

import static java.util.Map.entry;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The settings of a single node that is broker and controller at once, on a machine that has other work to do.
 *
 * @param logDirectory where Kafka keeps topics and its metadata
 * @param ports loopback ports
 */
record BrokerSettings(Path logDirectory, Ports ports) {

    static final int NODE_ID = 1;
    static final String CONTROLLER_LISTENER = "CONTROLLER";

    /** The largest record batch that the broker takes: values of 10 MB and what surrounds them. */
    static final int MAX_MESSAGE_BYTES = 16 << 20;

    private static final String BROKER_LISTENER = "BROKER";

    String bootstrapServers() {
        return Ports.HOST + ":" + ports.broker();
    }

    /** Kafka's names and values, the values as text, since Kafka takes no int for a short. */
    Map<String, String> toKafka() {
        Map<String, String> settings = new HashMap<>();
        Stream.of(identity(), singleReplica(), whatTopicsGet(), quickReturn(), smallMachine())
                .forEach(group -> group.forEach((name, value) -> settings.put(name, value.toString())));
        return settings;
    }

    private Map<String, Object> identity() {
        String broker = BROKER_LISTENER + "://" + bootstrapServers();
        String controller = Ports.HOST + ":" + ports.controller();
        return Map.ofEntries(
                entry("process.roles", "broker,controller"),
                entry("node.id", NODE_ID),
                entry("controller.quorum.voters", NODE_ID + "@" + controller),
                entry("controller.listener.names", CONTROLLER_LISTENER),
                entry("inter.broker.listener.name", BROKER_LISTENER),
                entry("listeners", broker + "," + CONTROLLER_LISTENER + "://" + controller),
                entry("advertised.listeners", broker),
                entry(
                        "listener.security.protocol.map",
                        "%s:PLAINTEXT,%s:PLAINTEXT".formatted(BROKER_LISTENER, CONTROLLER_LISTENER)),
                entry("log.dirs", logDirectory.toString()));
    }

    private static Map<String, Object> singleReplica() {
        return Map.ofEntries(
                entry("default.replication.factor", 1),
                entry("min.insync.replicas", 1),
                entry("offsets.topic.replication.factor", 1),
                entry("transaction.state.log.replication.factor", 1),
                entry("transaction.state.log.min.isr", 1),
                entry("share.coordinator.state.topic.replication.factor", 1),
                entry("share.coordinator.state.topic.min.isr", 1));
    }

    private static Map<String, Object> whatTopicsGet() {
        return Map.ofEntries(
                // A mistyped topic is an error, not an empty topic.
                entry("auto.create.topics.enable", false),
                // Retention goes by the record's timestamp: any limit would delete events of 2001 on arrival.
                entry("log.retention.ms", -1),
                entry("log.retention.bytes", -1),
                entry("message.max.bytes", MAX_MESSAGE_BYTES),
                entry("replica.fetch.max.bytes", MAX_MESSAGE_BYTES));
    }

    // After a kill the controller holds the dead broker's session to be alive and lets no successor register until it
    // expires: 9 s by default. Shorter would let a long garbage collection fence a healthy broker.
    private static Map<String, Object> quickReturn() {
        return Map.of("broker.session.timeout.ms", 4_000, "broker.heartbeat.interval.ms", 1_000);
    }

    // Fewer partitions to create and fewer threads: the broker shares two cores with Spark, and starts in seconds.
    private static Map<String, Object> smallMachine() {
        return Map.ofEntries(
                entry("offsets.topic.num.partitions", 5),
                entry("transaction.state.log.num.partitions", 5),
                entry("share.coordinator.state.topic.num.partitions", 5),
                entry("group.initial.rebalance.delay.ms", 0),
                entry("num.network.threads", 2),
                entry("num.io.threads", 4),
                entry("background.threads", 2),
                entry("num.recovery.threads.per.data.dir", 2),
                entry("group.coordinator.threads", 1),
                entry("share.coordinator.threads", 1),
                // 128 MB by default, allocated at start; 16 MiB tell some 700,000 keys apart in one pass.
                entry("log.cleaner.dedupe.buffer.size", 16L << 20));
    }
}
