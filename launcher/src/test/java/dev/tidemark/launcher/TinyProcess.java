package dev.tidemark.launcher;

import dev.tidemark.deployment.SupersededException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/** A process with nothing in it, and a launcher of two of them, as real JVMs. */
public final class TinyProcess {

    private TinyProcess() {}

    /** {@code run NAME DIARY}: writes its life to the diary; {@code refuse}: exits 1; {@code superseded}; {@code launch DIARY}. */
    public static void main(String[] args) throws InterruptedException {
        switch (args[0]) {
            case "refuse" -> {
                System.err.println("tiny: the answer is no");
                System.exit(1);
            }
            case "superseded" -> System.exit(SupersededException.EXIT_STATUS);
            case "launch" -> launch(Path.of(args[1]));
            default -> run(args[1], Path.of(args[2]));
        }
    }

    private static void run(String name, Path diary) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> write(diary, name + " ended")));
        write(diary, name + " runs " + ProcessHandle.current().pid());
        System.out.println(name + " ready");
        new CountDownLatch(1).await();
    }

    private static void launch(Path diary) throws InterruptedException {
        try (Lifetime lifetime = new Lifetime()) {
            Supervisor supervisor = new Supervisor(System.out::println);
            lifetime.onEnd(supervisor::close);
            supervisor.start("first", () -> command("run", "first", diary.toString()));
            supervisor.start("second", () -> command("run", "second", diary.toString()));
            supervisor.await();
        }
    }

    /** A tethered process with these arguments. */
    static ProcessBuilder command(String... arguments) {
        List<String> command = java();
        command.addAll(TetheredMain.of(TinyProcess.class.getName(), List.of(arguments)));
        return new ProcessBuilder(command);
    }

    /** The start of a command that runs a class of the tests. */
    static List<String> java() {
        return new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path")));
    }

    private static void write(Path diary, String line) {
        try {
            Files.writeString(diary, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
