package dev.tidemark.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.launcher.Installation;
import dev.tidemark.launcher.Layer;
import dev.tidemark.schema.Source;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/** A shop in a folder of its own, with its processes. Closing it ends them and deletes the folder. */
final class TestBed implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Map<String, String> KEPT_FOR_GOOD = Map.of("retention.ms", "-1");
    private static final long POLL_NANOS = 5_000_000;

    private final Installation installation = Installation.find();
    private final Path folder;
    private final Deque<Running> running = new ArrayDeque<>();
    private int started;

    /**
     * A process.
     *
     * @param process the process
     * @param output the file with what it has printed
     */
    record Running(Process process, Path output) {

        /** Waits until it prints a line with {@code words}. */
        void awaitWords(String words) throws IOException {
            while (!text().contains(words)) {
                if (!process.isAlive()) {
                    throw new UnavailableException("a process has ended:\n" + text());
                }
                LockSupport.parkNanos(POLL_NANOS);
            }
        }

        String text() throws IOException {
            return Files.readString(output);
        }

        /** Kills it, as {@code kill -9} does, and waits for its end. */
        void kill() throws InterruptedException {
            process.destroyForcibly();
            process.waitFor();
        }

        /** Ends it, and waits for its end. */
        void stop() throws InterruptedException {
            process.destroy();
            process.waitFor();
        }
    }

    /**
     * What a run of the batch layer came to.
     *
     * @param report its last line
     * @param seconds how long its process lived
     * @param footprint what it took meanwhile
     */
    record Run(JsonNode report, double seconds, Footprint footprint) {}

    /**
     * The shop with views of one's own, or its own.
     *
     * @param views the folder with the views; empty for the shop's own
     */
    TestBed(Optional<Path> views) throws IOException {
        this.folder = Files.createTempDirectory("tidemark-benchmark-");
        Path shop = installation.home().resolve("examples/shop");
        for (String part : List.of("tidemark.yaml", "sources", "schemas", "views")) {
            copy(part.equals("views") ? views.orElse(shop.resolve(part)) : shop.resolve(part), folder.resolve(part));
        }
        leaveOutReferences();
        Path file = folder.resolve("tidemark.yaml");
        Files.writeString(file, Files.readString(file).replace("port: 8686", "port: " + freePort()));
    }

    /** Figures of before and after there were reference tables are to be of the same views: {@link Margins} adds one. */
    private void leaveOutReferences() throws IOException {
        Path file = folder.resolve("tidemark.yaml");
        Files.writeString(file, Files.readString(file).replace("references: references/\n", ""));
        Path orders = folder.resolve("sources/orders.yaml");
        Files.writeString(orders, Files.readString(orders).replaceFirst("(?s)\nenrich:.*", "\n"));
        Files.deleteIfExists(folder.resolve("views/margins.yaml"));
    }

    static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    /** Copies a file or a folder with all that is in it. */
    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : files.toList()) {
                Path target = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(file, target);
                }
            }
        }
    }

    /** Deletes a folder with all that is in it, if it is there. */
    static void delete(Path folder) throws IOException {
        if (Files.exists(folder)) {
            try (Stream<Path> files = Files.walk(folder)) {
                for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(file);
                }
            }
        }
    }

    /** Lets orders and clicks count once by their ids, as the shop does payments. To be called before anything is started. */
    void countOnceByIds() throws IOException {
        countOnce("orders", "order_id");
        countOnce("clicks", "click_id");
    }

    private void countOnce(String source, String field) throws IOException {
        Files.writeString(
                folder.resolve("sources/" + source + ".yaml"),
                "\nevent_id: " + field + "\ndeduplicate_within: 10m\n",
                StandardOpenOption.APPEND);
    }

    Installation installation() {
        return installation;
    }

    Path folder() {
        return folder;
    }

    Deployment deployment() {
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    /** Starts the broker and creates the sources' topics. */
    Running startBroker(int partitions) throws Exception {
        Deployment deployment = deployment();
        Running broker = start(Layer.BROKER.process(
                installation,
                List.of(
                        "--data", deployment.brokerHome().data().toString(),
                        "--address-file", deployment.brokerHome().addressFile().toString())));
        broker.awaitWords("broker ready");
        List<NewTopic> topics = deployment.sources().stream()
                .map(Source::topic)
                .map(topic -> new NewTopic(topic, Optional.of(partitions), Optional.empty()).configs(KEPT_FOR_GOOD))
                .toList();
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            admin.createTopics(topics).all().get();
            // Answered once each partition's leader has its log; before, it refuses records.
            Map<TopicPartition, OffsetSpec> ends = topics.stream()
                    .flatMap(topic -> IntStream.range(0, partitions)
                            .mapToObj(partition -> new TopicPartition(topic.name(), partition)))
                    .collect(Collectors.toMap(Function.identity(), partition -> OffsetSpec.latest()));
            admin.listOffsets(ends).all().get();
        }
        return broker;
    }

    /** Starts the speed layer; it has not begun to read when this returns. */
    Running startSpeed() throws IOException {
        return start(Layer.SPEED.process(installation, config()));
    }

    /** Starts the serving layer; it is not ready when this returns. */
    Running startServing() throws IOException {
        return start(Layer.SERVING.process(installation, config()));
    }

    /** Starts what sends alerts; it is not ready when this returns. */
    Running startAlerts() throws IOException {
        return start(Layer.ALERTS.process(installation, config()));
    }

    /** Adds to one of its files. To be called before anything is started. */
    void append(String file, String text) throws IOException {
        Files.writeString(folder.resolve(file), text, StandardOpenOption.APPEND);
    }

    private List<String> config() {
        return List.of("-c", folder.resolve("tidemark.yaml").toString());
    }

    /** Runs one step of the batch layer to its end. */
    Run batch(String... step) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(step));
        arguments.addAll(List.of("--output", "json"));
        arguments.addAll(config());
        return run(Layer.BATCH.process(installation, arguments));
    }

    /** Runs a process to its end, whose last line is JSON. */
    Run run(ProcessBuilder process) throws Exception {
        long began = System.nanoTime();
        Running run = start(process);
        Footprint footprint = Footprint.untilEndOf(run.process());
        int status = run.process().exitValue();
        double seconds = (System.nanoTime() - began) / 1e9;
        if (status != 0) {
            throw new UnavailableException("a process has failed with exit code " + status + ":\n" + run.text());
        }
        String[] lines = run.text().strip().split("\n");
        return new Run(JSON.readTree(lines[lines.length - 1]), seconds, footprint);
    }

    private Running start(ProcessBuilder process) throws IOException {
        Path output = folder.resolve("process-" + started++ + ".log");
        Running started = new Running(
                process.redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start(),
                output);
        running.push(started);
        return started;
    }

    /** How many cells the newest publication has, over all views and days. */
    long cells() {
        return deployment().warehouse().publications().latest().segments().values().stream()
                .flatMap(days -> days.values().stream())
                .mapToLong(segment -> segment.cells())
                .sum();
    }

    @Override
    public void close() throws Exception {
        // The broker was started first and goes last.
        while (!running.isEmpty()) {
            running.pop().stop();
        }
        delete(folder);
    }
}
