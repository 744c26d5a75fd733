package dev.tidemark.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.utils.Exit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedBrokerTest {

    private static final Instant NEW_YEAR_2001 = Instant.parse("2001-01-01T00:01:00Z");

    @TempDir
    Path directory;

    @BeforeAll
    static void keepTheTestRunnerAlive() {
        EmbeddedBroker.neverExit();
    }

    @Test
    void aRestartKeepsAddressTopicIdAndRecordsOf2001() throws Exception {
        String address;
        Uuid topicId;
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
            address = broker.bootstrapServers();
            Topics topics = new Topics(address);
            topicId = topics.create("flights");
            topics.send("flights", NEW_YEAR_2001, bytes("LAS-PHL"));
            topics.send("flights", NEW_YEAR_2001.plusSeconds(60), bytes("ATL-SAV"));
        }

        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
            assertEquals(address, broker.bootstrapServers());
            Topics topics = new Topics(address);
            assertEquals(topicId, topics.idOf("flights"));
            assertEquals(0, topics.startOf("flights"));
            List<ConsumerRecord<byte[], byte[]>> records = topics.read("flights", 2);
            assertEquals(
                    List.of("LAS-PHL", "ATL-SAV"),
                    records.stream().map(EmbeddedBrokerTest::text).toList());
            assertEquals(NEW_YEAR_2001.toEpochMilli(), records.get(0).timestamp());
        }
    }

    @Test
    void aValueOfTenMegabytesIsTaken() throws Exception {
        byte[] value = new byte[10_000_000];
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
            Topics topics = new Topics(broker.bootstrapServers());
            topics.create("large");
            topics.send("large", NEW_YEAR_2001, value);
            assertEquals(value.length, topics.read("large", 1).get(0).value().length);
        }
    }

    @Test
    void aSecondBrokerOnTheSameDirectoryIsRefusedAndTheFirstIsUnharmed() throws Exception {
        try (EmbeddedBroker broker = EmbeddedBroker.start(directory, 0)) {
            BrokerStartException refusal =
                    assertThrows(BrokerStartException.class, () -> EmbeddedBroker.start(directory, 0));
            assertEquals(
                    "data directory %s is in use by a broker in process %d; stop that broker or choose another directory"
                            .formatted(directory, ProcessHandle.current().pid()),
                    refusal.getMessage());
            new Topics(broker.bootstrapServers()).create("still-serving");
        }
    }

    @Test
    void aTakenPortIsRefusedAndNotRemembered() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName(Ports.HOST))) {
            int port = other.getLocalPort();
            BrokerStartException refusal =
                    assertThrows(BrokerStartException.class, () -> EmbeddedBroker.start(directory, port));
            assertTrue(
                    refusal.getMessage()
                            .startsWith("broker port 127.0.0.1:%d is taken by another process".formatted(port)),
                    refusal.getMessage());
            assertTrue(Files.notExists(directory.resolve("ports.properties")));
        }
    }

    @Test
    void anotherPortCanBeAskedForAndIsRememberedInstead() throws Exception {
        Ports first = Ports.of(directory, 0);
        int another =
                Ports.of(Files.createTempDirectory(directory, "elsewhere"), 0).broker();
        assertEquals(new Ports(another, first.controller()), Ports.of(directory, another));
        assertEquals(new Ports(another, first.controller()), Ports.of(directory, 0));
    }

    @Test
    void portsThatHaveNotChangedAreNotWrittenAgain() throws Exception {
        Ports first = Ports.of(directory, 0);
        Path file = directory.resolve("ports.properties");
        Object written = Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        assertEquals(first, Ports.of(directory, 0));
        assertEquals(
                written, Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    @Test
    void portsThatChangeAreWrittenWholeBesideTheOldOnes() throws Exception {
        Ports first = Ports.of(directory, 0);
        // A process that has opened the file keeps reading what it found.
        try (BufferedReader reader = Files.newBufferedReader(directory.resolve("ports.properties"))) {
            int another = Ports.of(Files.createTempDirectory(directory, "elsewhere"), 0)
                    .broker();
            Ports.of(directory, another);
            assertTrue(reader.lines().toList().contains("broker=" + first.broker()));
        }
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(
                    List.of("ports.properties"),
                    files.filter(Files::isRegularFile)
                            .map(path -> path.getFileName().toString())
                            .toList());
        }
    }

    @Test
    void damagedPortsAreNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("ports.properties"), "broker=none\n");
        BrokerStartException refusal =
                assertThrows(BrokerStartException.class, () -> EmbeddedBroker.start(directory, 0));
        assertEquals(
                "%s is damaged (broker: expected a number, found 'none'); correct or delete it, and new ports are chosen"
                        .formatted(file),
                refusal.getMessage());
    }

    @Test
    void aFileInThePlaceOfTheDirectoryIsRefused() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        BrokerStartException refusal = assertThrows(BrokerStartException.class, () -> EmbeddedBroker.start(file, 0));
        assertTrue(refusal.getMessage().startsWith("data directory " + file + " cannot be used"), refusal.getMessage());
    }

    @Test
    void closingTwiceIsClosingOnceAndFreesTheDirectory() throws Exception {
        EmbeddedBroker broker = EmbeddedBroker.start(directory, 0);
        broker.close();
        broker.close();
        DirectoryLock.acquire(directory, Duration.ZERO).close();
    }

    @Test
    void aFatalErrorThrowsWhereTheJvmMustLive() {
        assertThrows(IllegalStateException.class, () -> Exit.exit(1, "no controller"));
        assertThrows(IllegalStateException.class, () -> Exit.halt(1, "no disk"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static String text(ConsumerRecord<byte[], byte[]> record) {
        return new String(record.value(), StandardCharsets.UTF_8);
    }
}
