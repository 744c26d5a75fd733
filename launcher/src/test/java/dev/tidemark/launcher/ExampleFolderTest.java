package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.shop.ShopArguments;
import dev.tidemark.shop.ShopOptions;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ExampleFolderTest {

    private static final Path EXAMPLES = Path.of("..", "examples");
    private static final Path LINES = Path.of(FlightsExample.LINES);

    @TempDir
    Path directory;

    @Test
    void itIsCopiedWithItsDataAndItsPort() throws Exception {
        Path config = flights(directory.resolve("demo")).install(Optional.of(9191));
        Deployment deployment = DeploymentLoader.load(config);
        assertEquals("flights", deployment.name());
        assertEquals(9191, deployment.servingPort());
        assertTrue(Files.exists(config.resolveSibling(FlightsExample.LINES)));
        assertEquals("flights", deployment.source("flights").topic());
    }

    @Test
    void whatIsThereIsKeptButForThePort() throws Exception {
        Path config = flights(directory).install(Optional.empty());
        Files.writeString(config, Files.readString(config) + "# mine\n");
        flights(directory).install(Optional.of(9191));
        assertTrue(Files.readString(config).endsWith("# mine\n"));
        assertEquals(9191, DeploymentLoader.load(config).servingPort());
    }

    @Test
    void thePortOfADemoThatRunsIsLeftAlone() throws Exception {
        Path config = flights(directory).install(Optional.of(9191));
        Path address = DeploymentLoader.load(config).brokerHome().addressFile();
        Files.createDirectories(address.getParent());
        try (ServerSocket broker = new ServerSocket(0, 0, InetAddress.getLoopbackAddress())) {
            Files.writeString(address, "127.0.0.1:" + broker.getLocalPort());
            RefusedException refused = assertThrows(
                    RefusedException.class, () -> flights(directory).install(Optional.of(9292)));
            assertTrue(refused.getMessage().startsWith("a demo runs in " + directory), refused.getMessage());
            assertEquals(9191, DeploymentLoader.load(config).servingPort());
        }
        flights(directory).install(Optional.of(9292));
        assertEquals(9292, DeploymentLoader.load(config).servingPort(), "its broker is gone");
    }

    @Test
    void anotherDeploymentIsLeftAlone() throws Exception {
        Orders.write(directory, "localhost:9092", "orders");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> flights(directory).install(Optional.empty()));
        assertEquals(
                directory + " holds the deployment 'shop', not the example 'flights': choose another --data",
                refused.getMessage());
    }

    @Test
    void aCopyThatWasInterruptedIsDoneAgain() throws Exception {
        Path whole = directory.resolve("whole");
        Path config = flights(whole).install(Optional.empty());
        Files.move(config, config.resolveSibling("tidemark.yaml.new"));
        Files.writeString(config.resolveSibling(FlightsExample.LINES), "half");
        flights(whole).install(Optional.empty());
        assertEquals("flights", DeploymentLoader.load(config).name());
        assertEquals(-1, Files.mismatch(EXAMPLES.resolve("flights").resolve(LINES), whole.resolve(LINES)));
        assertTrue(Files.notExists(config.resolveSibling("tidemark.yaml.new")));
    }

    @Test
    void aFolderWithOtherFilesIsLeftAlone() throws Exception {
        Files.writeString(directory.resolve("letter.txt"), "dear");
        RefusedException refused =
                assertThrows(RefusedException.class, () -> flights(directory).install(Optional.empty()));
        assertEquals(
                directory
                        + " holds other files (letter.txt), but no tidemark.yaml: choose another --data, or a folder that"
                        + " is empty",
                refused.getMessage());
    }

    @Test
    void whatARunInTheExamplesOwnFolderHasLeftIsNotCopied() throws Exception {
        Path original = directory.resolve("original");
        flights(original).install(Optional.empty());
        for (String left : List.of(".tidemark/broker/address", "warehouse/publications/1.json")) {
            Files.createDirectories(original.resolve(left).getParent());
            Files.writeString(original.resolve(left), "of another deployment");
        }
        Path copy = directory.resolve("copy");
        new ExampleFolder(new FlightsExample(), original, copy).install(Optional.empty());
        assertTrue(Files.exists(copy.resolve("tidemark.yaml")));
        assertTrue(Files.notExists(copy.resolve(".tidemark")));
        assertTrue(Files.notExists(copy.resolve("warehouse")));
    }

    @Test
    void aShopOpensThreeDaysBeforeItsFirstRunAndStaysTheSame() throws Exception {
        Path config = shop(directory).install(Optional.empty());
        Path options = config.resolveSibling("shop.args");
        ShopOptions first = ShopArguments.read(options);
        Duration open = Duration.between(first.start(), Instant.now());
        assertTrue(open.compareTo(Duration.ofDays(3)) >= 0, open::toString);
        assertTrue(open.compareTo(Duration.ofDays(3).plusMinutes(5)) < 0, open::toString);

        shop(directory).install(Optional.of(9191));
        assertEquals(first, ShopArguments.read(options));
    }

    @Test
    void theFirstQueryAsksAViewOfTheExample() throws Exception {
        for (Example example : Example.all()) {
            Path config = folder(example, directory.resolve(example.name())).install(Optional.empty());
            assertTrue(DeploymentLoader.load(config).views().stream()
                    .anyMatch(view -> example.query().startsWith("/v1/views/" + view.name() + "/query?")));
        }
    }

    private static ExampleFolder flights(Path directory) {
        return folder(new FlightsExample(), directory);
    }

    private static ExampleFolder shop(Path directory) {
        return folder(new ShopExample(), directory);
    }

    private static ExampleFolder folder(Example example, Path directory) {
        return new ExampleFolder(example, EXAMPLES.resolve(example.name()), directory);
    }
}
