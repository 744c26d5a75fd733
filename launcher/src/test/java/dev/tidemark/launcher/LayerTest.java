package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayerTest {

    @TempDir
    Path home;

    private Installation installation;

    @BeforeEach
    void anInstallation() throws Exception {
        installation = Installation.at(home);
        for (String module : List.of("batch-layer", "serving-layer", "launcher")) {
            Files.createDirectories(home.resolve(module).resolve("target"));
            Files.writeString(home.resolve(module).resolve("target/classpath"), "/lib/a.jar:/lib/b.jar\n");
        }
    }

    @Test
    void aProcessWithSparkGetsWhatSparkNeedsOfTheJdk() {
        List<String> command = Layer.BATCH
                .process(installation, List.of("check", "-c", "x.yaml"))
                .command();
        assertTrue(command.contains("--add-opens=java.base/java.nio=ALL-UNNAMED"), command.toString());
        assertTrue(command.contains("-Duser.timezone=UTC"), command.toString());
        assertTrue(command.contains("-Xmx4g"), command.toString());
        assertTrue(command.contains("-XX:+ExitOnOutOfMemoryError"), command.toString());
        assertTrue(command.stream().noneMatch(word -> word.contains("${")), command.toString());
        assertEquals(
                List.of("dev.tidemark.batch.BatchMain", "check", "-c", "x.yaml"),
                command.subList(command.size() - 4, command.size()));
    }

    @Test
    void itsOwnClassesComeFirstAndItsDependenciesAfterThem() {
        List<String> command = Layer.SERVING.process(installation, List.of()).command();
        String classPath = command.get(command.indexOf("-cp") + 1);
        assertTrue(
                classPath.startsWith(home.resolve("serving-layer/target/classes") + ":/lib/a.jar:/lib/b.jar:"),
                classPath);
        assertFalse(command.stream().anyMatch(word -> word.startsWith("--add-opens")), command.toString());
    }

    @Test
    void servingIsToldHowThisCommandIsRun() {
        List<String> words = Layer.SERVING.process(installation, List.of()).command().stream()
                .filter(word -> word.startsWith("-Dtidemark.command="))
                .flatMap(String::lines)
                .toList();
        assertTrue(words.contains("-Dtidemark.home=" + home), words.toString());
        assertEquals("dev.tidemark.launcher.Tidemark", words.get(words.size() - 1));
        assertTrue(Layer.ALERTS.process(installation, List.of()).command().stream()
                .noneMatch(word -> word.startsWith("-Dtidemark.command=")));
    }

    @Test
    void theTwoProcessesOfTheServingLayerHaveNamesOfTheirOwnInTheLog() {
        List<String> command = Layer.ALERTS.process(installation, List.of()).command();
        assertTrue(command.contains("-Dlogback.configurationFile=logback-serving.xml"), command.toString());
        assertTrue(command.contains("-Dtidemark.process=alerts"), command.toString());
        assertTrue(command.contains("-Xmx2g"), command.toString());
        assertEquals("TIDEMARK_ALERTS_OPTS", Layer.ALERTS.environmentVariable());
    }

    @Test
    void anArchivesClassPathIsItsListOfNamesInItsLibraries() throws Exception {
        Path archive = home.resolve("tidemark-1");
        Files.createDirectories(archive.resolve("lib/classpath"));
        Files.writeString(archive.resolve("lib/classpath/serving-layer"), "tidemark-serving-layer.jar:a.jar\n");
        Files.writeString(archive.resolve("lib/classpath/launcher"), "tidemark-launcher.jar\n");
        List<String> command =
                Layer.SERVING.process(Installation.at(archive), List.of()).command();
        String classPath = command.get(command.indexOf("-cp") + 1);
        assertTrue(
                classPath.startsWith(
                        archive.resolve("lib/tidemark-serving-layer.jar") + ":" + archive.resolve("lib/a.jar:")),
                classPath);
    }

    @Test
    void everyProcessIsToldTheFormatOfTheLog() {
        assertEquals(
                "text",
                Layer.SERVING.process(installation, List.of()).environment().get("TIDEMARK_LOG_FORMAT"));
    }

    @Test
    void aModuleThatIsNotBuiltIsNamed() {
        UnavailableException failure =
                assertThrows(UnavailableException.class, () -> Layer.SPEED.process(installation, List.of()));
        assertTrue(failure.getMessage().startsWith("module speed-layer is not built"), failure.getMessage());
    }
}
