package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleTest {

    private static final Path FLIGHTS = Path.of("..", "examples", "flights");

    @TempDir
    Path directory;

    @Test
    void itIsCopiedWithItsDataAndItsPort() throws Exception {
        Path config = Example.FLIGHTS.install(FLIGHTS, directory.resolve("demo"), Optional.of(9191));
        Deployment deployment = DeploymentLoader.load(config);
        assertEquals("flights", deployment.name());
        assertEquals(9191, deployment.servingPort());
        assertTrue(Files.exists(config.resolveSibling(Example.FLIGHTS.lines())));
        assertEquals("flights", deployment.source(Example.FLIGHTS.name()).topic());
    }

    @Test
    void whatIsThereIsKeptButForThePort() throws Exception {
        Path config = Example.FLIGHTS.install(FLIGHTS, directory, Optional.empty());
        Files.writeString(config, Files.readString(config) + "# mine\n");
        Example.FLIGHTS.install(FLIGHTS, directory, Optional.of(9191));
        assertTrue(Files.readString(config).endsWith("# mine\n"));
        assertEquals(9191, DeploymentLoader.load(config).servingPort());
    }

    @Test
    void thePortOfADemoThatRunsIsLeftAlone() throws Exception {
        Path config = Example.FLIGHTS.install(FLIGHTS, directory, Optional.of(9191));
        Path address = DeploymentLoader.load(config).brokerHome().addressFile();
        Files.createDirectories(address.getParent());
        try (ServerSocket broker = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            Files.writeString(address, "127.0.0.1:" + broker.getLocalPort());
            RefusedException refused = assertThrows(
                    RefusedException.class, () -> Example.FLIGHTS.install(FLIGHTS, directory, Optional.of(9292)));
            assertTrue(refused.getMessage().startsWith("a demo runs in " + directory), refused.getMessage());
            assertEquals(9191, DeploymentLoader.load(config).servingPort());
        }
        Example.FLIGHTS.install(FLIGHTS, directory, Optional.of(9292));
        assertEquals(9292, DeploymentLoader.load(config).servingPort(), "its broker is gone");
    }

    @Test
    void anotherDeploymentIsLeftAlone() throws Exception {
        Orders.write(directory, "localhost:9092", "orders");
        RefusedException refused = assertThrows(
                RefusedException.class, () -> Example.FLIGHTS.install(FLIGHTS, directory, Optional.empty()));
        assertEquals(
                directory + " holds the deployment 'shop', not the example 'flights': choose another --data",
                refused.getMessage());
    }

    @Test
    void aCopyThatWasInterruptedIsDoneAgain() throws Exception {
        Path whole = directory.resolve("whole");
        Path config = Example.FLIGHTS.install(FLIGHTS, whole, Optional.empty());
        Files.move(config, config.resolveSibling("tidemark.yaml.new"));
        Files.writeString(config.resolveSibling(Example.FLIGHTS.lines()), "half");
        Example.FLIGHTS.install(FLIGHTS, whole, Optional.empty());
        assertEquals("flights", DeploymentLoader.load(config).name());
        assertEquals(
                -1, Files.mismatch(FLIGHTS.resolve(Example.FLIGHTS.lines()), whole.resolve(Example.FLIGHTS.lines())));
        assertTrue(Files.notExists(config.resolveSibling("tidemark.yaml.new")));
    }

    @Test
    void aFolderWithOtherFilesIsLeftAlone() throws Exception {
        Files.writeString(directory.resolve("letter.txt"), "dear");
        RefusedException refused = assertThrows(
                RefusedException.class, () -> Example.FLIGHTS.install(FLIGHTS, directory, Optional.empty()));
        assertEquals(
                directory
                        + " holds other files (letter.txt), but no tidemark.yaml: choose another --data, or a folder that"
                        + " is empty",
                refused.getMessage());
    }

    @Test
    void whatARunInTheExamplesOwnFolderHasLeftIsNotCopied() throws Exception {
        Path original = directory.resolve("original");
        Example.FLIGHTS.install(FLIGHTS, original, Optional.empty());
        for (String left : List.of(".tidemark/broker/address", "warehouse/publications/1.json")) {
            Files.createDirectories(original.resolve(left).getParent());
            Files.writeString(original.resolve(left), "of another deployment");
        }
        Path copy = directory.resolve("copy");
        Example.FLIGHTS.install(original, copy, Optional.empty());
        assertTrue(Files.exists(copy.resolve("tidemark.yaml")));
        assertTrue(Files.notExists(copy.resolve(".tidemark")));
        assertTrue(Files.notExists(copy.resolve("warehouse")));
    }

    @Test
    void theFirstQueryAsksAViewOfTheExample() throws Exception {
        Path config = Example.FLIGHTS.install(FLIGHTS, directory, Optional.empty());
        assertTrue(DeploymentLoader.load(config).views().stream()
                .anyMatch(view -> Example.FLIGHTS.query().startsWith("/v1/views/" + view.name() + "/query?")));
    }
}
