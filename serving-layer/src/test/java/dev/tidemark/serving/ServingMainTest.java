package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import dev.tidemark.view.aggregate.Count;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The process, started as the launcher starts it. */
class ServingMainTest {

    @TempDir
    Path directory;

    @Test
    void saysWhenItIsReadyAndStopsWhenItIsTold() throws Exception {
        Deployment deployment = writeDeployment();
        Process process = start("--config", deployment.file().toString(), "--port", "0");
        try {
            String ready = process.inputReader().readLine();
            assertTrue(ready != null && ready.startsWith("serving ready at http://127.0.0.1:"), output("err"));
            Client client = new Client(Integer.parseInt(ready.substring(ready.lastIndexOf(':') + 1)));
            assertEquals(200, client.get("/readyz").status());
            assertEquals(200, client.get("/v1/views/revenue/query").status());
            process.destroy();
            assertTrue(process.waitFor(15, TimeUnit.SECONDS), "still runs after SIGTERM");
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    void failsWithOneLineThatSaysWhy() throws Exception {
        Process process = start("-c", directory.resolve("none.yaml").toString());
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertEquals(1, output("err").lines().count(), output("err"));
        assertTrue(output("err").contains("none.yaml"), output("err"));
    }

    @Test
    void saysWhereTheBrokersNameStandsIfThereIsNoSuchHost() throws Exception {
        write(
                "tidemark.yaml",
                """
                version: 1
                name: shop
                warehouse: ./warehouse
                kafka:
                  bootstrap.servers: no-such-host.invalid:9092
                sources: sources/
                views: views/
                """);
        writeDefinitions("orders");
        String file = directory.resolve("tidemark.yaml").toString();
        Process process = start("-c", file, "--port", "0");
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(UnavailableException.EXIT_STATUS, process.exitValue(), "it may come back");
        assertTrue(output("err").contains("bootstrap"), output("err"));
        assertTrue(output("err").contains("see kafka.bootstrap.servers in " + file), output("err"));
    }

    /** A process whose thread runs out of memory. */
    static final class DyingThread {
        private DyingThread() {}

        public static void main(String[] args) throws InterruptedException {
            ServingMain.endOnErrors("serve");
            Thread dying = new Thread(() -> {
                throw new OutOfMemoryError("Java heap space");
            });
            dying.setDaemon(true);
            dying.start();
            Thread.sleep(60_000);
        }
    }

    @Test
    void endsWhenAThreadDiesOfAnError() throws Exception {
        Process process = startMain(DyingThread.class);
        assertTrue(process.waitFor(30, TimeUnit.SECONDS));
        assertEquals(1, process.exitValue());
        assertTrue(output("err").contains("OutOfMemoryError: Java heap space in thread"), output("err"));
    }

    private Process start(String... arguments) throws Exception {
        return startMain(ServingMain.class, arguments);
    }

    private Process startMain(Class<?> main, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-Dlogback.configurationFile=logback-serving.xml",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(directory.resolve("err").toFile())
                .start();
    }

    private String output(String file) throws Exception {
        return Files.readString(directory.resolve(file));
    }

    private Deployment writeDeployment() throws Exception {
        write(
                "tidemark.yaml",
                """
                version: 1
                name: shop
                warehouse: ./warehouse
                kafka:
                  bootstrap.servers: %s
                sources: sources/
                views: views/
                """
                        .formatted(SharedBroker.bootstrapServers()));
        writeDefinitions(SharedBroker.createTopic("orders", 1));
        Deployment deployment = DeploymentLoader.load(directory.resolve("tidemark.yaml"));
        ViewDefinition definition = deployment.views().get(0);
        View view = new View(
                definition,
                List.of(new Field("region", ValueType.STRING)),
                List.of(new Measure("orders", MeasureCall.parse("count()"), new Count())));
        deployment
                .warehouse()
                .saveDefinitions(new DefinitionSet(
                        deployment.definitionSetId("orders"),
                        deployment.source("orders"),
                        deployment.zone(),
                        List.of(view)));
        return deployment;
    }

    private void writeDefinitions(String topic) throws Exception {
        write(
                "sources/orders.yaml",
                """
                name: orders
                topic: %s
                schema: ../orders.avsc
                format: json
                event_time: at
                """
                        .formatted(topic));
        write(
                "orders.avsc",
                """
                {"type": "record", "name": "order", "fields": [{"name": "region", "type": "string"},
                  {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}}]}
                """);
        write(
                "views/revenue.yaml",
                """
                name: revenue
                source: orders
                pane: 1m
                dimensions:
                  region: region
                measures:
                  orders: count()
                """);
    }

    private void write(String file, String content) throws Exception {
        Path path = directory.resolve(file);
        Files.createDirectories(path.getParent());
        Files.writeString(path, content);
    }
}
