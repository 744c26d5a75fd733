package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The {@code tidemark} command as the script starts it: a process of its own, whose output is kept. */
final class TidemarkCommand {

    /** Enough for a recompute on a machine that does other work. */
    private static final int PATIENCE_SECONDS = 300;

    private final Process process;
    private final Path output;

    private TidemarkCommand(Process process, Path output) {
        this.process = process;
        this.output = output;
    }

    /** Starts it in {@code folder}, with nothing to read. */
    static TidemarkCommand start(Path folder, String... arguments) throws IOException {
        return start(folder, Path.of("/dev/null"), arguments);
    }

    /** Starts it in {@code folder} with a file as its standard input. */
    static TidemarkCommand start(Path folder, Path input, String... arguments) throws IOException {
        return start(java(), folder, input, Map.of(), arguments);
    }

    /** Starts it with more in its environment. */
    static TidemarkCommand start(Path folder, Path input, Map<String, String> environment, String... arguments)
            throws IOException {
        return start(java(), folder, input, environment, arguments);
    }

    /** Starts the script of an unpacked archive in {@code folder}, with nothing to read and no other environment. */
    static TidemarkCommand script(Path script, Path folder, Map<String, String> environment, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(List.of("env", "-i"));
        environment.forEach((name, value) -> command.add(name + "=" + value));
        command.add(script.toString());
        return start(command, folder, Path.of("/dev/null"), Map.of(), arguments);
    }

    /**
     * Starts it in {@code folder} as a terminal does: in a process group of its own, for {@link #interrupt}. A shell
     * that has put this build into the background had it ignore SIGINT, which would be inherited.
     */
    static TidemarkCommand startInGroup(Path folder, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of("setsid", "env", "--default-signal=INT"));
        command.addAll(java());
        return start(command, folder, Path.of("/dev/null"), Map.of(), arguments);
    }

    private static TidemarkCommand start(
            List<String> java, Path folder, Path input, Map<String, String> environment, String... arguments)
            throws IOException {
        Path outputs = Files.createDirectories(Repository.ROOT.resolve("system-tests/target/processes"));
        Path output = Files.createTempFile(outputs, "tidemark-" + arguments[0] + "-", ".log");
        List<String> command = new ArrayList<>(java);
        command.addAll(List.of(arguments));
        ProcessBuilder process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectInput(input.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        process.environment().putAll(environment);
        return new TidemarkCommand(process.start(), output);
    }

    private static List<String> java() throws IOException {
        Path launcher = Repository.ROOT.resolve("launcher/target");
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dtidemark.home=" + Repository.ROOT,
                "-Dlogback.configurationFile=logback-launcher.xml",
                "-cp",
                launcher.resolve("classes") + ":"
                        + Files.readString(launcher.resolve("classpath")).trim(),
                "dev.tidemark.launcher.Tidemark");
    }

    /** Waits for its end; the exit code comes back. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            throw new AssertionError("it has not ended:\n" + text());
        }
        return process.exitValue();
    }

    /** What it has printed, both streams as one. */
    String text() {
        try {
            return Files.readString(output);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** Waits until it has printed {@code words}; fails at once if it ends without. */
    void awaitWords(String words) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        boolean alive = true;
        while (alive && !text().contains(words)) {
            alive = process.isAlive() && System.nanoTime() < deadline;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
        }
        if (!text().contains(words)) {
            throw new AssertionError("it has not printed '" + words + "':\n" + text());
        }
    }

    /** Asks it to end by SIGTERM; returns when it and the processes that it has started are gone. */
    void terminate() {
        List<ProcessHandle> all = processes();
        process.destroy();
        awaitEnd(all);
    }

    /**
     * What Ctrl-C does: SIGINT to every process of its group. Returns when all are gone; the exit code comes back.
     *
     * @throws AssertionError if a process is left in the group
     */
    int interrupt() throws IOException, InterruptedException {
        List<ProcessHandle> all = processes();
        signalGroup("INT");
        awaitEnd(all);
        assertNotEquals(0, signalGroup("0"), "something is left of the process group");
        return exitCode();
    }

    /** Whether it runs still. */
    boolean isAlive() {
        return process.isAlive();
    }

    private List<ProcessHandle> processes() {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .toList();
    }

    private static void awaitEnd(List<ProcessHandle> processes) {
        for (ProcessHandle each : processes) {
            Conditions.await("process " + each.pid() + " ends", () -> !each.isAlive());
        }
    }

    private int signalGroup(String signal) throws IOException, InterruptedException {
        return new ProcessBuilder("kill", "-s", signal, "--", "-" + process.pid())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    /** What {@code kill -9} does, to it alone; its children notice by themselves. */
    void kill() {
        process.destroyForcibly();
    }
}
