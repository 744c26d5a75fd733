package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.batch.BatchMain;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.launcher.Installation;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The flights example as a deployment of its own: real processes, a real broker, real Delta tables, real HTTP. */
final class TestDeployment implements AutoCloseable {

    static final int PARTITIONS = 3;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** The example's events, which tests send themselves, and what a run in the example's own folder has left. */
    private static final Set<String> LEFT_OUT = Set.of(".tidemark", "warehouse", "flights-2001-01.ndjson.gz");

    private final Path folder;
    private final String topic;
    private final int port;
    private final Deployment deployment;
    private final HttpClient http = HttpClient.newHttpClient();
    private final List<LayerProcess> started = new ArrayList<>();

    /** The flights example. */
    TestDeployment(Path folder) throws IOException {
        this.folder = folder;
        this.topic = SharedBroker.createTopic("flights", PARTITIONS);
        this.port = freePort();
        copy(Repository.ROOT.resolve("examples/flights"), folder);
        copy(Repository.ROOT.resolve("system-tests/src/test/resources/views"), folder.resolve("views"));
        replace("sources/flights.yaml", "topic: flights", "topic: " + topic);
        replace("tidemark.yaml", "name: flights", "name: " + topic);
        replace("tidemark.yaml", "port: 8686", "port: " + port);
        Files.writeString(
                file(),
                "\nkafka:\n  bootstrap.servers: " + SharedBroker.bootstrapServers() + "\n",
                StandardOpenOption.APPEND);
        org.junit.jupiter.api.Assertions.assertEquals(0, batch("references", "load"), "references load");
        this.deployment = DeploymentLoader.load(file());
    }

    /**
     * Another deployment.
     *
     * @param topic what tells it from others at the broker: the topic of one of its sources
     * @param files its files' contents by their names; {@code tidemark.yaml} is added to
     */
    TestDeployment(Path folder, String topic, Map<String, String> files) throws IOException {
        this.folder = folder;
        this.topic = topic;
        this.port = freePort();
        for (Map.Entry<String, String> each : files.entrySet()) {
            Path path = folder.resolve(each.getKey());
            Files.createDirectories(path.getParent());
            Files.writeString(path, each.getValue());
        }
        Files.writeString(
                file(),
                """
                version: 1
                name: %s
                kafka: {bootstrap.servers: "%s"}
                serving: {port: %d}
                speed: {metrics_port: 0}
                """
                        .formatted(topic, SharedBroker.bootstrapServers(), port),
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        this.deployment = DeploymentLoader.load(file());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.filter(path ->
                            !LEFT_OUT.contains(from.relativize(path).getName(0).toString()))
                    .toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    void replace(String file, String text, String by) throws IOException {
        Path path = folder.resolve(file);
        Files.writeString(path, Files.readString(path).replace(text, by));
    }

    Path file() {
        return folder.resolve("tidemark.yaml");
    }

    String topic() {
        return topic;
    }

    Deployment deployment() {
        return deployment;
    }

    int port() {
        return port;
    }

    /** Starts a layer's process as the launcher does. */
    LayerProcess start(Layer layer, String... arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", file().toString()));
        return start(layer, layer.process(Installation.at(Repository.ROOT), all));
    }

    /** The same with a heap of so many MiB, all of which it has in use from the beginning. */
    LayerProcess startWithHeap(Layer layer, int mebibytes) throws IOException {
        ProcessBuilder process =
                layer.process(Installation.at(Repository.ROOT), List.of("--config", file().toString()));
        // Of several, the last option counts.
        process.command()
                .addAll(
                        process.command().indexOf("-cp"),
                        List.of("-Xms" + mebibytes + "m", "-Xmx" + mebibytes + "m", "-XX:+AlwaysPreTouch"));
        return start(layer, process);
    }

    /** What its processes find in their environment besides. */
    private final Map<String, String> environment = new TreeMap<>();

    TestDeployment withEnvironment(Map<String, String> more) {
        environment.putAll(more);
        return this;
    }

    private LayerProcess start(Layer layer, ProcessBuilder builder) throws IOException {
        builder.environment().putAll(environment);
        // What they leave behind when they are killed goes with the test's folder.
        Path temporary = Files.createDirectories(folder.resolve("temporary"));
        builder.command().add(builder.command().indexOf("-cp"), "-Djava.io.tmpdir=" + temporary);
        Path output = Repository.ROOT.resolve("system-tests/target/processes");
        Files.createDirectories(output);
        LayerProcess process =
                LayerProcess.start(builder, output.resolve(topic + "-" + started.size() + "-" + layer + ".log"));
        started.add(process);
        return process;
    }

    /** Runs a batch command and kills it as soon as it is seen to do something that was not done before. */
    void killAt(Effect effect, String... command) throws Exception {
        Path warehouse = deployment.warehouse().root();
        Set<Path> before = effect.seen(warehouse);
        LayerProcess run = start(Layer.BATCH, command);
        Conditions.awaitMoment(
                String.join(" ", command) + " writes " + effect,
                () -> !before.containsAll(effect.seen(warehouse))
                        || !run.process().isAlive());
        assertTrue(run.kill(), () -> String.join(" ", command) + " ran until it was killed, having written " + effect);
    }

    /** Runs a batch command in this process, which is quicker than one of its own; the exit code comes back. */
    int batch(String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", file().toString()));
        return BatchMain.run(all.toArray(String[]::new));
    }

    /** Archives and recomputes; both have to succeed. */
    void publish() {
        org.junit.jupiter.api.Assertions.assertEquals(0, batch("archive"), "archive");
        org.junit.jupiter.api.Assertions.assertEquals(0, batch("recompute"), "recompute");
    }

    HttpResponse<String> get(String path) throws IOException {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .timeout(Duration.ofSeconds(30))
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    static JsonNode json(HttpResponse<String> response) {
        try {
            return JSON.readTree(response.body());
        } catch (IOException e) {
            throw new AssertionError("no JSON: " + response.body(), e);
        }
    }

    /** The answer, which has to be one. */
    JsonNode answer(String path) throws IOException {
        HttpResponse<String> response = get(path);
        org.junit.jupiter.api.Assertions.assertEquals(200, response.statusCode(), response.body());
        return json(response);
    }

    void awaitReady() {
        Conditions.await("readyz", () -> get("/readyz").statusCode() == 200);
    }

    /** Waits until an answer counts everything that is acknowledged by now, however much is sent meanwhile. */
    JsonNode awaitAll(FlightLog log, String path) {
        return awaitThrough(log.ends(), path);
    }

    /** Waits until an answer counts everything below these offsets, by partition. */
    JsonNode awaitThrough(Map<Integer, Long> ends, String path) {
        JsonNode[] answer = new JsonNode[1];
        Conditions.await("an answer that counts everything below " + ends, () -> {
            answer[0] = answer(path);
            Map<Integer, Long> throughs = throughs(answer[0]);
            return ends.entrySet().stream().allMatch(end -> throughs.get(end.getKey()) >= end.getValue());
        });
        return answer[0];
    }

    /** How far an answer counts, by partition. */
    static Map<Integer, Long> throughs(JsonNode answer) {
        Map<Integer, Long> throughs = new TreeMap<>();
        answer.at("/certificate/partitions")
                .forEach(partition -> throughs.put(
                        partition.get("partition").asInt(),
                        partition.get("through").asLong()));
        return throughs;
    }

    /** The number of the newest publication in the warehouse. */
    long newestPublication() {
        return deployment.warehouse().publications().latest().number();
    }

    /** Waits until queries are answered under a publication. */
    void awaitPublication(long number) {
        awaitPublication(number, Question.TRAFFIC_BY_DAY.path());
    }

    /** Waits until this query is answered under a publication. */
    void awaitPublication(long number, String path) {
        Conditions.await(
                "answers under publication " + number,
                () -> answer(path).at("/certificate/publication").asLong() == number);
    }

    @Override
    public void close() {
        started.forEach(LayerProcess::close);
    }
}
