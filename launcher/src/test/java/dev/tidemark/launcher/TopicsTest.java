package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.DeploymentLoader;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code topics} and what {@code doctor} says of them, with a real broker. */
class TopicsTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final String topic = "orders-" + UUID.randomUUID();
    private Path config;
    private String increments;

    @BeforeEach
    void aDeployment() throws Exception {
        config = Orders.write(directory, SharedBroker.bootstrapServers(), topic);
        // The increments' topic carries the deployment's name, and tests share the broker.
        String unique = "shop-" + topic.substring(topic.length() - 12);
        Files.writeString(config, Files.readString(config).replace("name: shop", "name: " + unique));
        var deployment = DeploymentLoader.load(config);
        increments = deployment.incrementsTopic("orders", deployment.definitionSetId("orders"));
    }

    private int run(String... arguments) {
        out.getBuffer().setLength(0);
        CommandLine tidemark = Tidemark.commandLine();
        tidemark.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        List<String> all = new ArrayList<>(List.of("-c", config.toString()));
        all.addAll(List.of(arguments));
        return tidemark.execute(all.toArray(String[]::new));
    }

    private JsonNode plan() throws Exception {
        assertEquals(0, run("topics", "plan", "--output", "json"), err::toString);
        return new ObjectMapper().readTree(out.toString()).get("topics");
    }

    private static void set(String topic, String name, String value) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
            AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
            admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get();
            Await.until(
                    name + " is " + value,
                    () -> value.equals(admin.describeConfigs(List.of(resource))
                            .all()
                            .get()
                            .get(resource)
                            .get(name)
                            .value()));
        }
    }

    private List<String> said(String about) {
        return Stream.of(out.toString().split("\n"))
                .filter(line -> line.contains(about))
                .toList();
    }

    @Test
    void thePlanNamesEveryTopicBeforeItExists() throws Exception {
        JsonNode topics = plan();
        assertEquals(4, topics.size());
        assertEquals(topic, topics.get(0).get("topic").asText());
        assertEquals("events", topics.get(0).get("holds").asText());
        assertEquals(increments, topics.get(1).get("topic").asText());
        assertEquals("increments", topics.get(1).get("holds").asText());
        assertEquals(topic + ".dlq", topics.get(2).get("topic").asText());
        assertEquals("dead letters", topics.get(2).get("holds").asText());
        assertEquals(topic + ".late", topics.get(3).get("topic").asText());
        assertEquals("late events", topics.get(3).get("holds").asText());
        for (JsonNode each : topics) {
            assertEquals(false, each.get("exists").asBoolean());
            assertEquals(3, each.get("partitions").asInt());
        }
        assertEquals(0, run("topics"));
        assertEquals(4, said("to be created").size(), out::toString);
    }

    @Test
    void createMakesTheSourcesTopicsAndOnlyIfToldThoseOfTheIncrements() throws Exception {
        assertEquals(0, run("topics", "create", "--partitions", "2"), err::toString);
        assertEquals("created topic " + topic + "\n", err.toString());
        JsonNode topics = plan();
        assertEquals(2, topics.get(0).get("found_partitions").asInt());
        assertEquals(false, topics.get(1).get("exists").asBoolean());
        assertEquals(2, topics.get(1).get("partitions").asInt());

        assertEquals(0, run("topics", "create", "--internal"), err::toString);
        topics = plan();
        assertEquals(2, topics.get(0).get("found_partitions").asInt());
        for (JsonNode internal : List.of(topics.get(1), topics.get(2), topics.get(3))) {
            assertEquals(2, internal.get("found_partitions").asInt());
            assertEquals(internal.get("settings"), internal.get("found_settings"));
        }
    }

    @Test
    void whatWouldLoseEventsIsSaidWithItsRemedy() throws Exception {
        run("topics", "create", "--internal");
        assertEquals(0, run("doctor"), out::toString);
        set(topic, "cleanup.policy", "compact,delete");
        set(topic, "retention.ms", "3600000");
        set(increments, "message.timestamp.type", "CreateTime");
        assertEquals(1, run("doctor"));
        assertEquals(
                List.of(
                        "fail  topic " + topic + ": is compacted, which deletes events that have not been counted; set"
                                + " cleanup.policy=delete",
                        "fail  topic " + topic
                                + ": keeps records for 1h, and the archive runs every 1d: what it deletes"
                                + " in between is lost; set retention.ms higher, or to -1"),
                said("  topic " + topic + ":"));
        assertTrue(said("topic " + increments).get(0).endsWith("set message.timestamp.type=LogAppendTime"));
        assertEquals(1, run("doctor", "--cadence", "10m"));
        assertEquals(1, said("  topic " + topic + ":").size(), out::toString);
    }

    @Test
    void anAlertTopicMayForgetNothing() throws Exception {
        Path view = directory.resolve("views/sales.yaml");
        String alerts = topic + ".alerts";
        Files.writeString(
                view, Files.readString(view) + "alert_topic: %s\nalert: {when: orders < 1}\n".formatted(alerts));
        run("topics", "create", "--internal");
        JsonNode planned = plan().get(4);
        assertEquals(alerts, planned.get("topic").asText());
        assertEquals("alerts", planned.get("holds").asText());
        assertEquals(1, planned.get("found_partitions").asInt());
        assertEquals(planned.get("settings"), planned.get("found_settings"));
        assertEquals(0, run("doctor"), out::toString);
        set(alerts, "max.message.bytes", "1048588");
        run("doctor");
        assertEquals(
                List.of("warn  topic " + alerts
                        + ": takes records of up to 1048588 bytes only; set max.message.bytes=16777216"),
                said("  topic " + alerts + ":"));
        set(alerts, "retention.ms", "604800000");
        assertEquals(1, run("doctor"));
        assertEquals(
                List.of("fail  topic " + alerts + ": does not keep what it is sent for ever, and alerts that it forgets"
                        + " would be sent again: `tidemark alerts` refuses to start; set retention.ms=-1"),
                said("  topic " + alerts + ":"));
    }

    @Test
    void adoptIsRefused() {
        assertEquals(1, run("topics", "adopt", "orders"));
        assertTrue(err.toString().contains("cannot be adopted in this release"), err.toString());
    }

    @Test
    void aCadenceThatIsNoneIsWrongUsage() {
        assertEquals(2, run("doctor", "--cadence", "daily"));
        assertTrue(err.toString().contains("'daily' is no duration"), err.toString());
    }

    @Test
    void theTopicsOfLayersAreNotNamedBeforeReferencesAreLoaded() throws Exception {
        Files.createDirectories(directory.resolve("references"));
        Files.writeString(
                directory.resolve("references/customers.yaml"),
                "name: customers\ncsv: c.csv\nkey: id\ncolumns: {tier: string}\n");
        Path source = directory.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source) + "enrich: {customers: {key: order_id, columns: [tier]}}\n");
        assertEquals(1, run("topics", "create", "--internal"));
        assertTrue(
                err.toString().contains("the references [customers] have not been loaded as their files state them"),
                err::toString);
        run("doctor");
        assertTrue(out.toString().contains("warn  references: [customers] have not been loaded"), out::toString);
        assertEquals(0, run("topics", "create"), err::toString);
    }
}
