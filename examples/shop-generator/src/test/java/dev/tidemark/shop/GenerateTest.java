package dev.tidemark.shop;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The generator's command. */
class GenerateTest {

    @TempDir
    Path directory;

    @Test
    void itWritesTheEventsOfOneSourceOneALine() throws Exception {
        ShopOptions options =
                new ShopOptions(7, Instant.parse("2026-01-01T00:00:00Z"), 50, 100, 1_000, 0.01, 0.001, 0.01, 0.001);
        List<byte[]> expected = Stream.generate(new ShopTraffic(options)::next)
                .filter(event -> event.source().equals("orders"))
                .map(ShopEvent::line)
                .limit(200)
                .toList();
        String[] lines = run(
                        "--seed=7", "--rate=50", "--products=100", "--customers=1000", "--source=orders", "--limit=200")
                .split("\n");
        assertEquals(200, lines.length);
        for (int i = 0; i < lines.length; i++) {
            assertArrayEquals(expected.get(i), lines[i].getBytes(StandardCharsets.UTF_8));
        }
    }

    @Test
    void itStopsBeforeATime() throws Exception {
        String[] lines = run("--late=0", "--malformed=0", "--source=clicks", "--until=2026-01-01T00:01:00Z")
                .split("\n");
        assertTrue(lines.length > 1_000, lines.length + " lines");
        Arrays.stream(lines).forEach(line -> assertTrue(line.startsWith("{\"clicked_at\":\"2026-01-01T00:00:"), line));
    }

    @Test
    void itTakesItsOptionsFromAFile() throws Exception {
        Path file = Files.writeString(directory.resolve("some.args"), "# a shop\n--seed=3\n\n--customers=10\n");
        assertEquals(
                run("--seed=3", "--customers=10", "--source=payments", "--limit=20"),
                run("@" + file, "--source=payments", "--limit=20"));
        assertEquals(10, ShopArguments.read(file).customers());
    }

    @Test
    void aFileWithSomethingElseIsNamed() throws Exception {
        Path file = Files.writeString(directory.resolve("some.args"), "--sed=3\n");
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> ShopArguments.read(file));
        assertTrue(e.getMessage().startsWith(file + ": Unknown option: '--sed=3'"), e.getMessage());
        Path missing = directory.resolve("none.args");
        e = assertThrows(IllegalArgumentException.class, () -> ShopArguments.read(missing));
        assertEquals(missing + ": there is no such file, or it cannot be read", e.getMessage());
    }

    @Test
    void whatIsNoOptionOfAShopIsWrongUsage() {
        assertMisused("--source is 'refunds'; one of [clicks, orders, payments] is expected", "--source=refunds");
        assertMisused("--rate is 0.0; a number above 0, up to 1,000,000 is expected", "--source=orders", "--rate=0");
        assertMisused("--products is 3; a whole number from 12 is expected", "--source=orders", "--products=3");
        assertMisused("--customers is 0; a whole number from 1 is expected", "--source=orders", "--customers=0");
        assertMisused("--late is 1.5; a share from 0 to 1 is expected", "--source=orders", "--late=1.5");
        assertMisused("--malformed is -1.0; a share from 0 to 1 is expected", "--source=orders", "--malformed=-1");
    }

    private static void assertMisused(String message, String... arguments) {
        StringWriter err = new StringWriter();
        int status = new CommandLine(new Generate())
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
        assertEquals(CommandLine.ExitCode.USAGE, status);
        assertTrue(err.toString().startsWith(message), err.toString());
    }

    /** What it prints, in a process of its own as its output is the process's. */
    private static String run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Generate.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor());
        return output;
    }
}
