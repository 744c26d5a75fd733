package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.s3.CarelessStore;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
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
                "import",
                "import --list orders.csv",
                "import --revoke import-0123456789abcdef orders.csv",
                "recompute --all --day 2001-01-01",
                "recompute --from 2001-01-01",
                "recompute --from 2001-01-02 --to 2001-01-02",
                "recompute --day yesterday",
                "recompute --input elsewhere",
                "advance --day 2001-01-01",
                "replay",
                "replay create --from 2001-01-01",
                "replay create --from 2001-01-02 --to 2001-01-02",
                "replay create --from 2001-01-01 --to 2001-01-02 --input elsewhere",
                "replay create --from 2001-01-01 --to 2001-01-02 --auto-approve-below 0.1",
                "replay show one",
                "publications --limit 0",
                "publications rollback --to 0",
                "publications rollback --to one",
                "publications undo")) {
            Ended ended = run(line.isEmpty() ? new String[0] : line.split(" "));
            assertEquals(2, ended.status(), line);
            assertTrue(!ended.err().isEmpty(), line);
        }
    }

    @Test
    void checkPrintsWhatItFoundWhereverTheFileIsNamed() throws IOException {
        write("orders", "count()");
        for (String[] line : List.of(
                new String[] {"-c", file(), "check", "--output", "json"},
                new String[] {"check", "--config", file(), "--output", "json"})) {
            Ended ended = run(line);
            assertEquals(0, ended.status(), ended.err());
            assertTrue(
                    ended.out().contains("  view revenue (layers: both)"),
                    ended.out().toString());
            JsonNode view = ended.result().at("/sources/0/views/0");
            assertEquals("string", view.at("/dimensions/region").asText());
            assertEquals("bigint", view.at("/measures/it").asText());
        }
    }

    @Test
    void checkRefusesAStoreThatLetsTwoWritersOverwriteEachOther() throws IOException {
        write("orders", "count()");
        try (CarelessStore careless = new CarelessStore()) {
            Files.writeString(
                    Path.of(file()),
                    "%nwarehouse: s3a://careless/shop%nstorage: {endpoint: \"%s\", path_style: true}%n"
                            .formatted(careless.endpoint()),
                    StandardOpenOption.APPEND);
            Ended ended = run("check", "-c", file(), "--output", "json");
            assertEquals(1, ended.status());
            assertEquals("warehouse", ended.result().at("/problems/0/field").asText());
            assertTrue(ended.err().contains("s3a://careless/shop/: the store did not refuse"), ended.err());
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
    void checkReportsWrongExpressionsBesideWrongFiles() throws IOException {
        write("orders", "sum(amuont)");
        Files.writeString(folder.resolve("views/another.yaml"), "name: another\nsource: orders\npane: 1m\n");
        Ended ended = run("check", "-c", file(), "--output", "json");
        assertEquals(1, ended.status());
        assertTrue(ended.err().contains("another.yaml:1: measures: is missing"), ended.err());
        assertTrue(ended.err().contains("revenue.yaml:8: measures.it: "), ended.err());
        assertEquals(ended.err().lines().count(), ended.result().at("/problems").size());
    }

    @Test
    void checkLooksAtExpressionsOfViewsThatAreWrongOtherwise() throws IOException {
        write("orders", "sum(amuont)");
        Path revenue = folder.resolve("views/revenue.yaml");
        String right = Files.readString(revenue);
        Files.writeString(revenue, right.replace("pane: 1m", "pane: 7m").replace("name: revenue", "name: re-venue"));
        Files.writeString(folder.resolve("views/second.yaml"), right.replace("name: revenue", "name: second"));
        Files.writeString(folder.resolve("views/third.yaml"), right.replace("name: revenue", "name: second"));
        Files.writeString(
                folder.resolve("views/without.yaml"),
                "name: without\nsource: orders\npane: 1m\nwhere: statsu = 'PAID'\nmeasures:\n  it: median(amount)\n");
        Ended ended = run("check", "-c", file());
        assertTrue(ended.err().contains("revenue.yaml:1: name: 're-venue' is no name"), ended.err());
        assertTrue(ended.err().contains("revenue.yaml:4: pane: "), ended.err());
        assertTrue(ended.err().contains("revenue.yaml:8: measures.it: "), ended.err());
        assertTrue(ended.err().contains("second.yaml:8: measures.it: "), ended.err());
        assertTrue(ended.err().contains("third.yaml:1: name: 'second' is another view's name too"), ended.err());
        assertTrue(ended.err().contains("third.yaml:8: measures.it: "), ended.err());
        assertTrue(ended.err().contains("without.yaml:4: where: "), ended.err());
    }

    @Test
    void checkLooksAtExpressionsOfViewsWhoseSourceIsWrong() throws IOException {
        write("orders", "sum(amuont)");
        Path orders = folder.resolve("sources/orders.yaml");
        Files.writeString(orders, Files.readString(orders).replace("event_time: at", "event_time: status"));
        Ended ended = run("check", "-c", file());
        assertTrue(ended.err().contains("orders.yaml:5: event_time: status is no timestamp field"), ended.err());
        assertTrue(ended.err().contains("revenue.yaml:8: measures.it: "), ended.err());
        assertEquals(
                2, ended.err().lines().filter(line -> line.contains(".yaml:")).count(), ended.err());
    }

    @Test
    void checkComparesTheSchemaWithTheArchivesAndNamesTheLineOfWhatCannotBeRead() throws IOException {
        String topic = SharedBroker.createTopic("orders", 2);
        write(topic, "count()");
        Shop shop = Shop.in(folder, ZoneId.of("UTC"), topic);
        shop.send(1, Shop.order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3));
        assertEquals(0, run("archive", "-c", file()).status());
        Path schema = folder.resolve("orders.avsc");
        String pretty = Shop.SCHEMA.toString(true);

        Files.writeString(
                schema,
                pretty.replace(
                        "\"name\" : \"quantity\",\n    \"type\" : \"int\"",
                        "\"name\" : \"quantity\",\n    \"type\" : \"long\""));
        Ended wider = run("check", "-c", file());
        assertEquals(0, wider.status(), wider.err());
        assertTrue(
                wider.out()
                        .contains("source orders: the schema or the judging rules differ from those of the archive;"
                                + " the next `tidemark archive` judges its 1 records again"),
                wider.out()::toString);

        Files.writeString(schema, pretty.replace("\"name\" : \"quantity\"", "\"name\" : \"pieces\""));
        Ended missing = run("check", "-c", file(), "--output", "json");
        assertEquals(1, missing.status());
        int line = pretty.substring(0, pretty.indexOf("\"quantity\"")).split("\n").length - 1;
        assertEquals(
                schema.toRealPath() + ":" + line
                        + ": pieces: is not in earlier events and has no default; accepted is a"
                        + " field with a default, or with an alias that names an earlier field\n",
                missing.err());
        assertEquals(line, missing.result().at("/problems/0/line").asInt());
        assertEquals(missing.err(), run("archive", "-c", file()).err(), "the archive says the same");

        Files.writeString(schema, pretty);
        Path source = folder.resolve("sources/orders.yaml");
        Files.writeString(source, Files.readString(source).replace("format: json", "format: avro"));
        Ended format = run("check", "-c", file());
        assertTrue(
                format.err().contains("orders.yaml:4: format: is now avro, but events were archived as json"),
                format.err());
    }

    @Test
    void checkNamesAFileThatDoesNotExist() {
        Ended ended = run("check", "-c", file());
        assertEquals(1, ended.status());
        assertTrue(ended.err().contains("tidemark.yaml: does not exist"), ended.err());
    }

    @Test
    void anImportIsMadeListedAndRevokedFromTheCommandLine() throws IOException {
        write("no-such-topic", "count()");
        Path orders = Files.writeString(
                folder.resolve("orders.ndjson"), Shop.order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3) + "\n{}\n");
        Ended made = run("import", "-c", file(), "--output", "json", orders.toString());
        assertEquals(0, made.status(), made.err());
        String id = made.result().get("id").asText();
        assertTrue(
                made.out()
                        .contains("orders: imported 2 rows of 1 days as " + id + ", 1 of them malformed, in version 1;"
                                + " `tidemark recompute` or `advance` publishes them"),
                made.out()::toString);
        assertEquals(2, made.result().get("rows").asLong());
        assertEquals(1, made.result().get("malformed").asLong());
        assertEquals(1, made.result().get("days").asLong());
        assertEquals(1, made.result().get("version").asLong());
        assertTrue(made.result().get("added").asBoolean());
        assertEquals(bytesOfRows(), made.result().at("/bytes/written").asLong());
        assertTrue(made.result().at("/bytes/read").asLong() >= Files.size(orders), made.out()::toString);
        Ended listed = run("import", "-c", file(), "--list", "--output", "json");
        assertTrue(listed.out().get(0).startsWith("orders  " + id + "  "), listed.out()::toString);
        assertTrue(
                listed.out().get(0).endsWith("  2 rows of 1 days, 1 malformed  not published  orders.ndjson"),
                listed.out()::toString);
        assertEquals(id, listed.result().at("/0/id").asText());
        assertTrue(listed.result().at("/0/revoked_at").isNull());
        Ended revoked = run("import", "-c", file(), "--revoke", id, "--output", "json");
        assertEquals(0, revoked.status(), revoked.err());
        assertEquals(2, revoked.result().get("rows").asLong());
        Ended wrong = run("import", "-c", file(), "--source", "order", orders.toString());
        assertEquals(2, wrong.status());
        assertTrue(
                wrong.err().startsWith("--source is 'order'; accepted are the sources of the deployment: orders"),
                wrong.err());
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
    void whatKeepsEachSourceFromBeingArchivedIsALineOfStderr() throws IOException {
        write("no-such-topic", "count()");
        Path orders = folder.resolve("sources/orders.yaml");
        Files.writeString(
                orders.resolveSibling("returns.yaml"),
                Files.readString(orders)
                        .replace("name: orders", "name: returns")
                        .replace("no-such-topic", "none-such-either"));
        Ended ended = run("archive", "-c", file());
        assertEquals(1, ended.status());
        assertEquals(2, ended.err().lines().count(), ended.err());
        assertTrue(ended.err().contains("topic no-such-topic does not exist"), ended.err());
        assertTrue(ended.err().contains("topic none-such-either does not exist"), ended.err());
        assertEquals(List.of(), ended.out());
    }

    @Test
    void aLostRaceIsOneLineAndStatus4() throws Exception {
        String topic = SharedBroker.createTopic("orders", 2);
        write(topic, "sum(amount)");
        Shop shop = Shop.in(folder, ZoneId.of("UTC"), topic);
        shop.send(1, Shop.order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3));
        assertEquals(0, run("archive", "-c", file()).status());
        Path segments = folder.resolve("warehouse/segments");
        Publication theirs = new Publication(1, Instant.EPOCH, Cause.RECOMPUTE, Map.of(), Map.of());
        CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(() -> {
            while (!Files.exists(segments)) {
                LockSupport.parkNanos(Duration.ofMillis(5).toNanos());
            }
            return shop.deployment.warehouse().publications().create(theirs);
        });
        Ended ended = run("recompute", "-c", file());
        assertEquals(4, ended.status(), ended.err());
        assertEquals(1, ended.err().lines().count(), ended.err());
        assertTrue(ended.err().contains("run it again"), ended.err());
        assertTrue(other.get());
        assertEquals(theirs, shop.published());
    }

    @Tag("thorough")
    @Test
    void asProcessesArchiveAndRecomputeCarryAnEventToItsPublication() throws Exception {
        String topic = SharedBroker.createTopic("orders", 2);
        write(topic, "sum(amount)");
        Shop shop = Shop.in(folder, ZoneId.of("UTC"), topic);
        shop.send(1, Shop.order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3));

        try (Started continuous = start("archive", "--continuous", "-c", file())) {
            // A cold and busy machine takes minutes to start Spark; that the process ends early is seen at once.
            boolean archived = Eventually.succeeds(Duration.ofMinutes(5), () -> {
                boolean done = shop.master().latest().isPresent();
                assertTrue(done || !continuous.process().isAlive(), continuous::printed);
                return done;
            });
            assertTrue(archived, () -> "it has ended: " + continuous.printed());
            continuous.process().toHandle().destroy();
            Ended stopped = continuous.ended();
            assertEquals(128 + 15, stopped.status(), "a process that is told to end does, and says nothing of it");
            assertEquals("", stopped.err());
        }

        Ended recompute = ended("recompute", "--output", "json", "-c", file());
        assertEquals(0, recompute.status(), recompute.err());
        assertEquals("", recompute.err());
        JsonNode result = recompute.result();
        assertEquals(1, result.at("/publication").asLong());
        assertEquals("2001-01-01", result.at("/sources/0/days/0").asText());
        assertEquals(1, result.at("/sources/0/cells_written").asLong());
        assertEquals(1, shop.published().segmentsOf("revenue").size());
    }

    /** The bytes of all rows in the warehouse. */
    private long bytesOfRows() throws IOException {
        try (Stream<Path> files = Files.walk(folder.resolve("warehouse"))) {
            return files.filter(file -> file.toString().endsWith(".parquet"))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        }
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

    private Started start(String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                .filter(option -> option.startsWith("--add-opens"))
                .forEach(command::add);
        command.addAll(List.of("-cp", System.getProperty("java.class.path")));
        command.add(BatchMain.class.getName());
        command.addAll(List.of(arguments));
        Path out = Files.createTempFile(folder, arguments[0], ".out");
        Path err = Files.createTempFile(folder, arguments[0], ".err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Started(process, out, err);
    }

    private Ended ended(String... arguments) throws Exception {
        try (Started started = start(arguments)) {
            return started.ended();
        }
    }

    /** A command in a process of its own. */
    private record Started(Process process, Path out, Path err) implements AutoCloseable {

        String printed() {
            return text(out) + text(err);
        }

        Ended ended() throws InterruptedException {
            assertTrue(process.waitFor(5, TimeUnit.MINUTES), this::printed);
            return new Ended(process.exitValue(), text(out).lines().toList(), text(err));
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }

        private static String text(Path file) {
            try {
                return Files.readString(file);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
