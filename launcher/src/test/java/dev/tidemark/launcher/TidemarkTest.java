package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** What the command line accepts, and what it says when it does not. */
class TidemarkTest {

    @TempDir
    Path directory;

    private final CommandLine tidemark = Tidemark.commandLine();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        tidemark.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
        return tidemark.execute(arguments);
    }

    @Test
    void helpNamesEverySubcommand() {
        assertEquals(0, run("--help"));
        for (String name : List.of(
                "demo",
                "init",
                "doctor",
                "up",
                "broker",
                "topics",
                "produce",
                "query",
                "status",
                "dead-letters",
                "check",
                "archive",
                "recompute",
                "publications",
                "speed",
                "serve")) {
            assertTrue(out.toString().contains("\n  " + name), name);
        }
        assertEquals("", err.toString());
    }

    @Test
    void theVersionIsTheBuilds() throws Exception {
        assertEquals(0, run("--version"));
        String pom = Files.readString(Path.of("pom.xml"));
        String version = pom.replaceFirst("(?s).*?<version>([^<]*)</version>.*", "$1");
        assertEquals("tidemark " + version, out.toString().strip());
    }

    @Test
    void wrongUsageIsExitCodeTwoAndPointsToHelp() {
        assertEquals(2, run("prodce"));
        assertEquals(
                """
                tidemark: Unmatched argument at index 0: 'prodce'
                Did you mean: tidemark produce or tidemark broker or tidemark advance?
                usage: tidemark --help
                """,
                err.toString());
    }

    @Test
    void aCommandIsRequired() {
        assertEquals(2, run());
        assertEquals("tidemark: a command is missing\nusage: tidemark --help\n", err.toString());
    }

    @Test
    void anExampleThatThereIsNotNamesThoseThatThereAre() {
        assertEquals(2, run("demo", "--example", "bank"));
        assertEquals(
                "tidemark: --example is 'bank'; there are: shop, flights\nusage: tidemark demo --help\n",
                err.toString());
    }

    @Test
    void aMissingDeploymentIsOneLine() {
        Path missing = directory.resolve("none.yaml");
        assertEquals(1, run("-c", missing.toString(), "up"));
        assertEquals(1, err.toString().lines().count(), err.toString());
        assertTrue(err.toString().startsWith(missing.toString()), err.toString());
    }

    @Test
    void everyProblemOfADeploymentIsALineOfItsOwn() throws Exception {
        Path config = Files.writeString(directory.resolve("tidemark.yaml"), "version: 1\nnam: shop\ntimezone: Mars\n");
        assertEquals(1, run("produce", "--source", "orders", "--config", config.toString()));
        assertTrue(err.toString().lines().count() > 1, err.toString());
        assertTrue(err.toString().lines().allMatch(line -> line.startsWith(directory.toString())), err.toString());
    }

    @Test
    void aNumberThatIsNotPositiveIsRefused() {
        assertEquals(2, run("produce", "-s", "orders", "--rate", "0"));
        assertTrue(err.toString().startsWith("tidemark: --rate is 0.0; a number above 0 is expected"), err.toString());
    }

    @Test
    void anUnknownTriggerIsRefusedBeforeAnythingStarts() {
        assertEquals(2, run("up", "--trigger", "x"));
        assertTrue(
                err.toString().startsWith("tidemark: --trigger is 'x'; realtime or micro-batch is expected\n"),
                err.toString());
    }

    @Test
    void aPortThatIsNoneIsRefusedBeforeTheFolderIsMade() {
        Path data = directory.resolve("demo");
        for (String port : List.of("0", "70000", "-1")) {
            assertEquals(2, run("demo", "--port", port, "--data", data.toString()));
            assertTrue(err.toString().contains("--port is " + port + "; 1 to 65535 is expected"), err.toString());
        }
        assertTrue(Files.notExists(data));
    }

    @Test
    void aLayersCommandGetsItsArgumentsAsTheyAreAndTheConfig() {
        String config = Path.of("x.yaml").toAbsolutePath().toString();
        List<String> expected = List.of("recompute", "-c", config, "--from", "2001-01-01", "--all", "--help");
        assertEquals(expected, forLayer("-c", "x.yaml", "recompute", "--from", "2001-01-01", "--all", "--help"));
        assertEquals(expected, forLayer("recompute", "--from", "2001-01-01", "--config=x.yaml", "--all", "--help"));
    }

    @Test
    void aLayersCommandHasTheDefaultConfig() {
        String config = Path.of("tidemark.yaml").toAbsolutePath().toString();
        assertEquals(List.of("-c", config, "--trigger", "micro-batch"), forLayer("speed", "--trigger", "micro-batch"));
    }

    @Test
    void anUnknownLogFormatIsRefused() {
        assertEquals(2, run("up", "--log-format", "xml"));
        assertTrue(err.toString().contains("'xml'") && err.toString().contains("[text, json]"), err.toString());
    }

    private List<String> forLayer(String... arguments) {
        CommandLine parser = Tidemark.commandLine();
        LayerCommand command = parser.parseArgs(arguments)
                .subcommand()
                .commandSpec()
                .commandLine()
                .getCommand();
        return command.forLayer();
    }
}
