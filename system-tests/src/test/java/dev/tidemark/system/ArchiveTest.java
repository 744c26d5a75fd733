package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The first half hour of someone who has unpacked the archive, in an empty folder, on a machine that has a JDK and the
 * tools of its system, but no Maven.
 */
class ArchiveTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private Path script;
    private Map<String, String> environment;
    private final List<TidemarkCommand> started = new ArrayList<>();

    @AfterEach
    void leaveNoProcess() {
        for (TidemarkCommand each : started) {
            each.terminate();
        }
    }

    private void unpack() throws Exception {
        Path target = Repository.ROOT.resolve("distribution/target");
        try (Stream<Path> files = Files.list(target)) {
            Path archive = files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no archive in " + target + ": run mvn package"));
            System.out.printf("the archive has %,d bytes%n", Files.size(archive));
            Process tar = new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString())
                    .inheritIO()
                    .start();
            assertEquals(0, tar.waitFor());
        }
        try (Stream<Path> unpacked = Files.list(folder)) {
            script = unpacked.findFirst().orElseThrow().resolve("bin/tidemark");
        }
        environment = environment();
    }

    /** A JDK and the system's tools on the path, an empty home, and what makes the processes of tests start sooner. */
    private Map<String, String> environment() throws IOException {
        Map<String, String> own = new TreeMap<>(System.getenv());
        own.keySet().removeIf(name -> !name.startsWith("TIDEMARK_"));
        own.put("PATH", Path.of(System.getProperty("java.home"), "bin") + ":" + tools());
        own.put("HOME", Files.createDirectory(folder.resolve("home")).toString());
        return own;
    }

    /** A folder with the system's tools, those aside that belong to Maven or to another Java. */
    private Path tools() throws IOException {
        // Not in the temporary folder: each link would be warned of when that is deleted.
        Path tools = Files.createDirectories(Repository.ROOT.resolve("system-tests/target/tools"));
        for (String system : List.of("/usr/bin", "/bin")) {
            try (Stream<Path> programs = Files.list(Path.of(system))) {
                for (Path program : programs.toList()) {
                    Path link = tools.resolve(program.getFileName());
                    if (!program.getFileName().toString().matches("(mvn|java).*")
                            && Files.notExists(link, LinkOption.NOFOLLOW_LINKS)) {
                        Files.createSymbolicLink(link, program);
                    }
                }
            }
        }
        return tools;
    }

    private void everyJarIsInTheArchive() throws IOException {
        Path lib = script.getParent().resolveSibling("lib");
        try (Stream<Path> classPaths = Files.list(lib.resolve("classpath"))) {
            for (Path classPath : classPaths.toList()) {
                for (String name : Files.readString(classPath).trim().split(":")) {
                    assertEquals(lib, lib.resolve(name).getParent(), classPath::toString);
                    assertTrue(Files.exists(lib.resolve(name)), () -> name + " of " + classPath);
                }
            }
        }
    }

    private TidemarkCommand start(Path where, String... arguments) throws IOException {
        TidemarkCommand command = TidemarkCommand.script(script, where, environment, arguments);
        started.add(command);
        return command;
    }

    private String succeed(Path where, String... arguments) throws Exception {
        TidemarkCommand command = start(where, arguments);
        assertEquals(0, command.exitCode(), command::text);
        return command.text();
    }

    @Test
    void fromAnEmptyFolderToAnAnswer() throws Exception {
        unpack();
        everyJarIsInTheArchive();
        Path shop = folder.resolve("shop");
        int port = Shop.freePort();
        int metricsPort = Shop.freePort();
        long begun = System.nanoTime();

        succeed(folder, "init", "shop", "--port", "" + port, "--metrics-port", "" + metricsPort);
        succeed(shop, "check");
        succeed(shop, "doctor");
        TidemarkCommand up = start(shop, "--log-format", "json", "up");
        up.awaitWords("shop is up at http://127.0.0.1:" + port);
        succeed(shop, "produce", "--source", "orders", "orders.ndjson");
        Conditions.await("every order is counted", () -> rows(shop).equals(rowsOfAllOrders()));

        System.out.printf(
                "init, check, doctor, up, produce, query: %.1f minutes%n",
                Duration.ofNanos(System.nanoTime() - begun).toMillis() / 60_000.0);
        Conservation.holds(port);
        whatIsThereIsTold(shop, port, metricsPort);
        batchCountsTheSame(shop);
        Conservation.holds(port);
        whatIsFollowedIsToldAsItComes(shop);
        eachLineOfTheLogIsJson(up);
        up.terminate();
        theSchemaGrowsAndTheHistoryIsReadByIt(shop, port);
    }

    private List<String> rows(Path shop) throws Exception {
        return succeed(shop, "query", "revenue", "--by", "region", "--order", "region", "--output", "csv")
                .lines()
                .filter(line -> !line.contains("publication"))
                .toList();
    }

    private static List<String> rowsOfAllOrders() {
        return List.of(
                "region,orders,revenue,average,largest,final",
                "APAC,1,7.25,7.250000,7.25,false",
                "EU,2,24.90,12.450000,19.90,false",
                "US,1,42.50,42.500000,42.50,false");
    }

    private void whatIsThereIsTold(Path shop, int port, int metricsPort) throws Exception {
        String table = succeed(shop, "query", "revenue", "--by", "region", "--filter", "region=EU");
        assertTrue(table.contains("EU           2    24.90  12.450000    19.90  false\n"), table);
        assertTrue(table.contains("1 row, publication 0, complete"), table);

        TidemarkCommand wrong = start(shop, "query", "revenue", "--by", "regoin");
        assertEquals(1, wrong.exitCode());
        assertTrue(wrong.text().contains("region"), wrong::text);

        String status = succeed(shop, "status");
        assertTrue(status.startsWith("shop: ready\n"), status);
        assertTrue(status.contains("source orders, topic orders, publication 0"), status);
        assertTrue(status.lines().anyMatch(line -> line.matches(" +revenue +5 +4 .* 0")), status);

        String topics = succeed(shop, "topics");
        assertTrue(topics.contains("increments of orders"), topics);
        assertFalse(topics.contains("to be created"), topics);
        String doctor = succeed(shop, "doctor");
        assertTrue(doctor.contains("this deployment is served at"), doctor);

        String serving = get(port);
        assertTrue(serving.contains("tidemark_query_seconds_count{deployment=\"shop\""), serving);
        assertEquals(5, sum(serving, "tidemark_events{"), serving);
        assertTrue(serving.contains("jvm_memory_used_bytes"), serving);
        String speed = get(metricsPort);
        assertTrue(speed.contains("tidemark_speed_query_running{deployment=\"shop\",layer=\"speed\"} 1.0"), speed);
        assertEquals(5, sum(speed, "tidemark_increments_end{"), speed);
    }

    private static String get(int port) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics"))
                .timeout(Duration.ofSeconds(30))
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertEquals(200, answer.statusCode());
        return answer.body();
    }

    private static double sum(String metrics, String name) {
        return metrics.lines()
                .filter(line -> line.startsWith(name))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
                .sum();
    }

    private void batchCountsTheSame(Path shop) throws Exception {
        succeed(shop, "archive");
        succeed(shop, "recompute");
        Conditions.await("publication 1", () -> succeed(shop, "query", "revenue", "--output", "json")
                .contains("\"publication\":1"));
        assertEquals(rowsOfAllOrders(), rows(shop));
    }

    private void whatIsFollowedIsToldAsItComes(Path shop) throws Exception {
        TidemarkCommand follow = start(shop, "query", "revenue", "--by", "region", "--output", "csv", "--follow");
        follow.awaitWords("US,1,42.50,");
        assertFalse(follow.text().contains("AF,"), follow::text);
        produce(
                shop,
                "{'order_id': '6', 'ordered_at': '2026-03-01T11:00:00Z', 'region': 'AF', 'status': 'PAID',"
                        + " 'amount': '3.00'}");
        follow.awaitWords("AF,1,3.00,3.000000,3.00,false");
        follow.terminate();
    }

    private void produce(Path shop, String event) throws Exception {
        Path file = Files.writeString(shop.resolve("one.ndjson"), event.replace('\'', '"') + "\n");
        succeed(shop, "produce", "--source", "orders", file.toString());
    }

    /** A field more, with a default, and a view that splits by it. */
    private void theSchemaGrowsAndTheHistoryIsReadByIt(Path shop, int port) throws Exception {
        replace(
                shop.resolve("schemas/orders.avsc"),
                "{\"name\": \"region\"",
                "{\"name\": \"channel\", \"type\": \"string\", \"default\": \"desk\"},\n  {\"name\": \"region\"");
        replace(shop.resolve("views/revenue.yaml"), "  region: region\n", "  region: region\n  channel: channel\n");
        String diff = succeed(shop, "check", "--diff");
        assertTrue(diff.contains("view revenue: dimensions.channel is new: channel"), diff);
        assertTrue(diff.contains("recomputing would compute what `tidemark archive` has judged again"), diff);
        TidemarkCommand up = start(shop, "up");
        up.awaitWords("shop is up at");
        for (String said : List.of(
                "source orders: schema is {",
                "source orders: view revenue: dimensions.channel is new: channel",
                "source orders: until the next recompute publishes what the files state, publication 1 goes on"
                        + " answering, and events are streamed for both")) {
            assertTrue(up.text().contains(said), up::text);
        }
        up.awaitWords("recomputing the history of what has changed; what is published answers until that is done");
        produce(
                shop,
                "{'order_id': '7', 'ordered_at': '2026-03-01T12:00:00Z', 'region': 'AF', 'status': 'PAID',"
                        + " 'amount': '9.00', 'channel': 'web'}");
        List<String> expected = List.of(
                "channel,orders,revenue,average,largest,final",
                "desk,5,77.65,15.530000,42.50,false",
                "web,1,9.00,9.000000,9.00,false");
        Conditions.await("every order is counted by its channel", () -> {
            TidemarkCommand query =
                    start(shop, "query", "revenue", "--by", "channel", "--order", "channel", "--output", "csv");
            return query.exitCode() == 0
                    && query.text()
                            .lines()
                            .filter(line -> !line.contains("publication"))
                            .toList()
                            .equals(expected);
        });
        up.awaitWords("publication 2 has switched to what the files state");
        Conservation.holds(port);
        up.terminate();
    }

    private static void replace(Path file, String text, String by) throws IOException {
        String whole = Files.readString(file);
        assertTrue(whole.contains(text), () -> file + " has " + text);
        Files.writeString(file, whole.replace(text, by));
    }

    private static void eachLineOfTheLogIsJson(TidemarkCommand up) throws IOException {
        List<String> lines = up.text().lines().toList();
        for (String line : lines) {
            JsonNode object = JSON.readTree(line);
            for (String field : List.of("@timestamp", "log.level", "message", "service.name")) {
                assertTrue(object.has(field), line);
            }
        }
        for (String service : List.of("tidemark", "speed", "serving")) {
            assertTrue(
                    lines.stream().anyMatch(line -> line.contains("\"service.name\":\"" + service + "\"")), up::text);
        }
    }
}
