package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.s3.CarelessStore;
import dev.tidemark.s3.SharedS3;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
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
    void aStoreIsFitIfItKeepsWritersApart() throws Exception {
        SharedS3.Bucket bucket = SharedS3.bucket();
        Path config = fresh(0);
        String onDisk = Files.readString(config);
        Files.writeString(config, onDisk.replace("warehouse: ./warehouse", in(bucket.name(), bucket.endpoint())));
        assertEquals(0, doctor(config), out::toString);
        assertEquals(
                "ok    storage: s3a://%s/shop refuses what another has created".formatted(bucket.name()),
                line("storage"));
        try (CarelessStore careless = new CarelessStore()) {
            Files.writeString(config, onDisk.replace("warehouse: ./warehouse", in("careless", careless.endpoint())));
            assertEquals(1, doctor(config), out::toString);
            assertTrue(
                    line("storage").startsWith("fail  storage: s3a://careless/shop/: the store did not refuse"),
                    out.toString());
        }
    }

    private static String in(String bucket, URI endpoint) {
        return "warehouse: s3a://%s/shop%nstorage: {endpoint: \"%s\", path_style: true}".formatted(bucket, endpoint);
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
    void itSaysWhoseClockLatenessRestsOn() throws Exception {
        String topic = SharedBroker.createTopic("orders", 1);
        Path config = Orders.write(directory, SharedBroker.bootstrapServers(), topic);
        doctor(config);
        String subject = "timestamps of topic " + topic;
        assertTrue(
                line(subject).startsWith("ok    " + subject + ": CreateTime: producers' clocks say"), out.toString());
        setTopic(topic, "message.timestamp.type", "LogAppendTime");
        doctor(config);
        assertTrue(
                line(subject).startsWith("ok    " + subject + ": LogAppendTime: the broker's clock"), out.toString());
    }

    @Test
    void aTopicThatForgetsBeforeIdsAreForgottenFails() throws Exception {
        String topic = SharedBroker.createTopic("orders", 1);
        Path config = Orders.write(directory, SharedBroker.bootstrapServers(), topic);
        Path source = directory.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source) + "event_id: order_id\ndeduplicate_within: 2d\n");
        setTopic(topic, "retention.ms", Long.toString(Duration.ofDays(2).toMillis()));
        assertEquals(1, doctor(config, "--cadence", "1h"));
        assertTrue(
                line("topic " + topic)
                        .startsWith("fail  topic " + topic + ": keeps records for 2d, and deduplicate_within of source"
                                + " orders is 2d"),
                out.toString());
    }

    private static void setTopic(String topic, String setting, String value) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            admin.incrementalAlterConfigs(Map.of(
                            new ConfigResource(ConfigResource.Type.TOPIC, topic),
                            List.of(new AlterConfigOp(new ConfigEntry(setting, value), AlterConfigOp.OpType.SET))))
                    .all()
                    .get();
        }
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
