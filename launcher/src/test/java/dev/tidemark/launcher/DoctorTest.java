package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.broker.SharedBroker;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What {@code doctor} finds. */
class DoctorTest {

    private static final long GIB = 1L << 30;

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();

    private int doctor(Path config, String... options) {
        out.getBuffer().setLength(0);
        CommandLine tidemark = Tidemark.commandLine();
        tidemark.setOut(new PrintWriter(out, true));
        return tidemark.execute(Stream.concat(Stream.of("-c", config.toString(), "doctor"), Stream.of(options))
                .toArray(String[]::new));
    }

    private String line(String subject) {
        return out.toString()
                .lines()
                .filter(line -> line.substring(6).startsWith(subject + ":"))
                .findFirst()
                .orElse("");
    }

    private Path fresh(int port) {
        new NewDeployment("shop", port, 0, Optional.empty()).write(directory.resolve("shop"));
        return directory.resolve("shop/tidemark.yaml");
    }

    @Test
    void aNewDeploymentIsFitAndToldToStart() {
        assertEquals(0, doctor(fresh(0)), out::toString);
        assertTrue(line("java").startsWith("ok "), out.toString());
        assertTrue(line("files").startsWith("ok    files: deployment shop, 1 sources, 1 views"), out.toString());
        assertEquals("warn  broker: none of its own runs; `tidemark up` starts one", line("broker"));
    }

    @Test
    void everyProblemOfTheFilesIsALineThatFails() throws Exception {
        Path config = fresh(0);
        Files.writeString(config, "version: 1\nname: Shop\nserving: {port: x}\n");
        assertEquals(1, doctor(config));
        assertEquals(
                2,
                out.toString()
                        .lines()
                        .filter(line -> line.startsWith("fail  files: "))
                        .count(),
                out::toString);
    }

    @Test
    void aPortThatAnotherProcessHasFails() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertEquals(1, doctor(fresh(taken.getLocalPort())));
            assertTrue(
                    line("serving.port").startsWith("fail  serving.port: " + taken.getLocalPort() + " is taken by"),
                    out.toString());
        }
    }

    @Test
    void aBrokerThatDoesNotAnswerFails() throws Exception {
        Path config = Orders.write(directory, "127.0.0.1:1", "orders");
        Files.writeString(
                config,
                Files.readString(config)
                        .replace("kafka:\n", "kafka:\n  default.api.timeout.ms: 1000\n  request.timeout.ms: 500\n"));
        assertEquals(1, doctor(config));
        assertTrue(line("broker").startsWith("fail  broker: "), out.toString());
    }

    @Test
    void fewerTaskSlotsThanPartitionsFail() throws Exception {
        Path config = Orders.write(directory, SharedBroker.bootstrapServers(), SharedBroker.createTopic("orders", 3));
        Files.writeString(config, Files.readString(config) + "spark: {spark.master: 'local[2]'}\n");
        assertEquals(1, doctor(config));
        assertTrue(
                line("task slots").startsWith("fail  task slots: spark.master is local[2], and the sources have 3"),
                out.toString());
    }

    @Test
    void jsonSaysTheSame() throws Exception {
        assertEquals(0, doctor(fresh(0), "--output", "json"));
        var json = new ObjectMapper().readTree(out.toString());
        assertEquals("warn", json.get("worst").asText());
        assertEquals("java", json.get("findings").get(0).get("subject").asText());
    }

    @Test
    void anOldJavaAndTooLittleMemoryFail() {
        Machine small = new Machine(11, "/opt/jdk-11", 2 * GIB);
        assertEquals(Finding.Level.fail, small.java().level());
        assertEquals(Finding.Level.fail, small.memory().level());
        assertEquals(
                Finding.Level.warn,
                new Machine(17, "/opt/jdk", 8 * GIB).memory().level());
        assertEquals(
                Finding.Level.ok, new Machine(21, "/opt/jdk", 16 * GIB).memory().level());
    }

    @Test
    void aJavaOnWhichSketchesFailIsWarnedOf() {
        assertEquals(
                Finding.Level.ok, new Machine(21, "/opt/jdk", 16 * GIB).java().level());
        Finding newer = new Machine(25, "/opt/jdk-25", 16 * GIB).java();
        assertEquals(Finding.Level.warn, newer.level());
        assertTrue(newer.toString().contains("approx_"), newer::toString);
    }
}
