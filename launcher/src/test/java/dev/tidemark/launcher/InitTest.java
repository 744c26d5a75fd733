package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.schema.Source;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** What {@code init} writes. */
class InitTest {

    @TempDir
    Path directory;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int init(String... arguments) {
        CommandLine tidemark = Tidemark.commandLine();
        tidemark.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return tidemark.execute(
                Stream.concat(Stream.of("init"), Stream.of(arguments)).toArray(String[]::new));
    }

    private Deployment load(Path folder) {
        return DeploymentLoader.load(folder.resolve("tidemark.yaml"));
    }

    @Test
    void aDeploymentThatLoadsWithABrokerOfItsOwn() {
        Path folder = directory.resolve("My Shop");
        assertEquals(0, init(folder.toString()), err::toString);
        Deployment deployment = load(folder);
        assertEquals("my-shop", deployment.name());
        assertEquals(Map.of(), deployment.kafka());
        assertEquals(8686, deployment.servingPort());
        assertEquals(8687, deployment.speedMetricsPort());
        assertEquals(
                List.of("orders"),
                deployment.sources().stream().map(Source::name).toList());
        assertEquals(
                List.of("revenue"),
                deployment.viewsOf("orders").stream().map(view -> view.name()).toList());
        assertTrue(out.toString().contains("tidemark up"), out.toString());
    }

    @Test
    void whatIsSaidStandsInIt() {
        Path folder = directory.resolve("x");
        assertEquals(
                0,
                init(
                        folder.toString(),
                        "--name",
                        "trips",
                        "--port",
                        "9000",
                        "--metrics-port",
                        "0",
                        "--bootstrap-servers",
                        "broker:9092"),
                err::toString);
        Deployment deployment = load(folder);
        assertEquals("trips", deployment.name());
        assertEquals(9000, deployment.servingPort());
        assertEquals(0, deployment.speedMetricsPort());
        assertEquals(Map.of("bootstrap.servers", "broker:9092"), deployment.kafka());
    }

    @Test
    void itsEventsAreWellFormed() throws Exception {
        Path folder = directory.resolve("shop");
        init(folder.toString());
        Source orders = load(folder).source("orders");
        List<String> lines = Files.readAllLines(folder.resolve("orders.ndjson"));
        assertEquals(5, lines.size());
        for (String line : lines) {
            assertTrue(LineFields.of(line.getBytes(), orders).eventTime().isPresent(), line);
            assertTrue(LineFields.of(line.getBytes(), orders).key().isPresent(), line);
        }
    }

    @Test
    void eachFileNamesItsSchemaForEditors() throws Exception {
        Path folder = directory.resolve("shop");
        init(folder.toString());
        for (String file : List.of("tidemark.yaml", "sources/orders.yaml", "views/revenue.yaml")) {
            String first = Files.readAllLines(folder.resolve(file)).get(0);
            assertTrue(first.startsWith("# yaml-language-server: $schema="), first);
            String schema = first.substring(first.indexOf('=') + 1);
            assertTrue(Files.exists(folder.resolve(file).resolveSibling(schema)), schema);
        }
    }

    @Test
    void aFolderThatIsNotEmptyIsLeftAlone() throws Exception {
        Files.writeString(directory.resolve("mine.txt"), "x");
        assertEquals(1, init(directory.toString()));
        assertEquals(
                "tidemark: %s is not empty (it holds mine.txt); a folder that is empty or not there yet is expected\n"
                        .formatted(directory),
                err.toString());
        assertFalse(Files.exists(directory.resolve("tidemark.yaml")));
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        assertEquals(2, init(directory.toString(), "--name", "My Shop"));
        assertTrue(
                err.toString().contains("--name is 'My Shop'; lower-case letters, digits and - are expected"),
                err.toString());
    }

    @ParameterizedTest
    @CsvSource({"shop, shop", "My Shop 2, my-shop-2", "2026-shop, shop", "___, shop", "Läden, l-den"})
    void theFoldersNameGivesTheDeployments(String folder, String name) {
        assertEquals(name, NewDeployment.nameOf(Path.of("/tmp", folder)));
    }
}
