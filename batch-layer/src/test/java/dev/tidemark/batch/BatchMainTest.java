package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.broker.SharedBroker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BatchMainTest {

    @TempDir
    Path folder;

    /** How a command ended, and what it printed. */
    private record Ended(int status, List<String> out, String err) {

        JsonNode result() throws IOException {
            return new ObjectMapper().readTree(out.get(out.size() - 1));
        }
    }

    @Test
    void wrongUsageIsStatus2() throws IOException {
        write("orders", "count()");
        for (String line : List.of(
                "",
                "nonsense",
                "archive --nonsense",
                "recompute --all --day 2001-01-01",
                "recompute --from 2001-01-01",
                "recompute --from 2001-01-02 --to 2001-01-02",
                "recompute --day yesterday",
                "recompute --input elsewhere")) {
            Ended ended = run(line.isEmpty() ? new String[0] : line.split(" "));
            assertEquals(2, ended.status(), line);
            assertTrue(!ended.err().isEmpty(), line);
        }
    }

    @Test
    void recomputingFromTheLogIsRefused() throws IOException {
        write("orders", "count()");
        Ended ended = run("recompute", "--input", "log", "-c", file());
        assertEquals(1, ended.status());
        assertTrue(ended.err().contains("from the archive only"), ended.err());
        assertEquals(1, ended.err().lines().count());
    }

    @Test
    void checkPrintsWhatItFoundWhereverTheFileIsNamed() throws IOException {
        write("orders", "count()");
        for (String[] line : List.of(
                new String[] {"-c", file(), "check", "--output", "json"},
                new String[] {"check", "--config", file(), "--output", "json"})) {
            Ended ended = run(line);
            assertEquals(0, ended.status(), ended.err());
            assertTrue(ended.out().contains("  view revenue"), ended.out().toString());
            JsonNode view = ended.result().at("/sources/0/views/0");
            assertEquals("string", view.at("/dimensions/region").asText());
            assertEquals("bigint", view.at("/measures/it").asText());
        }
    }

    @Test
    void checkNamesTheLineOfAnExpressionThatIsWrong() throws IOException {
        write("orders", "sum(amuont)");
        Ended ended = run("check", "-c", file(), "--output", "json");
        assertEquals(1, ended.status());
        assertTrue(ended.err().contains("revenue.yaml:8: measures.it: "), ended.err());
        assertTrue(ended.err().contains("amuont"), ended.err());
        assertEquals(8, ended.result().at("/problems/0/line").asInt());
    }

    @Test
    void checkNamesAFileThatDoesNotExist() {
        Ended ended = run("check", "-c", file());
        assertEquals(1, ended.status());
        assertTrue(ended.err().contains("tidemark.yaml: does not exist"), ended.err());
    }

    @Test
    void aMissingTopicIsOneLineAndStatus1() throws IOException {
        write("no-such-topic", "count()");
        Ended ended = run("archive", "-c", file());
        assertEquals(1, ended.status());
        assertEquals(1, ended.err().lines().count(), ended.err());
        assertTrue(ended.err().contains("topic no-such-topic does not exist"), ended.err());
    }

    @Test
    void asProcessesArchiveAndRecomputeCarryAnEventToItsPublication() throws Exception {
        String topic = SharedBroker.createTopic("orders", 2);
        write(topic, "sum(amount)");
        Shop shop = Shop.in(folder, ZoneId.of("UTC"), topic);
        shop.send(1, Shop.order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3));

        Process continuous = start("archive", "--continuous", "-c", file());
        Eventually.succeeds(() -> shop.master().latest().orElseThrow());
        continuous.toHandle().destroy();
        assertTrue(continuous.waitFor(30, TimeUnit.SECONDS));
        assertEquals(128 + 15, continuous.exitValue(), "a process that is told to end does, and says nothing of it");
        assertEquals("", new String(continuous.getErrorStream().readAllBytes()));

        Ended recompute = ended(start("recompute", "--output", "json", "-c", file()));
        assertEquals(0, recompute.status(), recompute.err());
        assertEquals("", recompute.err());
        JsonNode result = recompute.result();
        assertEquals(1, result.at("/publication").asLong());
        assertEquals("2001-01-01", result.at("/sources/0/days/0").asText());
        assertEquals(1, result.at("/sources/0/cells_written").asLong());
        assertEquals(1, shop.published().segmentsOf("revenue").size());
    }

    private String file() {
        return folder.resolve("tidemark.yaml").toString();
    }

    private void write(String topic, String measure) throws IOException {
        Files.createDirectories(folder.resolve("sources"));
        Files.createDirectories(folder.resolve("views"));
        Files.writeString(folder.resolve("orders.avsc"), Shop.SCHEMA.toString());
        Files.writeString(
                folder.resolve("tidemark.yaml"),
                """
                version: 1
                name: shop
                kafka:
                  bootstrap.servers: %s
                spark:
                  spark.master: local[1]
                """
                        .formatted(SharedBroker.bootstrapServers()));
        Files.writeString(
                folder.resolve("sources/orders.yaml"),
                """
                name: orders
                topic: %s
                schema: ../orders.avsc
                format: json
                event_time: at
                """
                        .formatted(topic));
        Files.writeString(
                folder.resolve("views/revenue.yaml"),
                """
                name: revenue
                source: orders
                where: status <> 'TEST'
                pane: 1m
                dimensions:
                  region: region
                measures:
                  it: %s
                """
                        .formatted(measure));
    }

    private static Ended run(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        ByteArrayOutputStream complained = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true));
        System.setErr(new PrintStream(complained, true));
        try {
            int status = BatchMain.run(arguments);
            return new Ended(status, printed.toString().lines().toList(), complained.toString());
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
    }

    private static Process start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(BatchMain.class.getName());
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).start();
    }

    private static Ended ended(Process process) throws Exception {
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(2, TimeUnit.MINUTES));
        return new Ended(process.exitValue(), out.lines().toList(), err);
    }
}
