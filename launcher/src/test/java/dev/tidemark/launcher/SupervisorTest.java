package dev.tidemark.launcher;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes under supervision. */
@Timeout(value = 3, unit = TimeUnit.MINUTES)
class SupervisorTest {

    @TempDir
    Path directory;

    private final List<String> said = new CopyOnWriteArrayList<>();

    @Test
    void aProcessThatIsKilledIsStartedAgainAndTheUserIsTold() throws Exception {
        try (Supervisor supervisor = new Supervisor(said::add)) {
            Supervised tiny = supervisor.start("tiny", () -> tiny("tiny"));
            Await.until("it runs", () -> runs("tiny").size() == 1);
            kill(runs("tiny").get(0));
            Await.until("it runs again", () -> runs("tiny").size() == 2);
            supervisor.requireRunning();
            assertTrue(
                    said.stream()
                            .anyMatch(line -> line.contains("tiny ended with exit code 137")
                                    && line.endsWith("starting it again in 1 s")),
                    said.toString());
            assertEquals("tiny ready", tiny.ready().get());
            assertTrue(said.contains("[tiny]     tiny ready"), said.toString());
        }
        assertGone(runs("tiny").get(1));
    }

    @Test
    void aProcessThatRefusesThreeTimesEndsTheSupervisionWithItsOwnWords() {
        try (Supervisor supervisor = impatient()) {
            supervisor.start("tiny", () -> TinyProcess.command("refuse"));
            UnavailableException failure = assertThrows(UnavailableException.class, supervisor::await);
            assertEquals(
                    "tiny does not start (exit code 1). Its last lines:\n  tiny: the answer is no",
                    failure.getMessage());
            assertEquals(
                    2,
                    said.stream()
                            .filter(line -> line.contains("starting it again"))
                            .count());
        }
    }

    @Test
    void aProcessBesideTheOthersMayRefuseAsOftenAsItLikesAndTheyGoOn() throws Exception {
        try (Supervisor supervisor = impatient()) {
            supervisor.start("other", () -> tiny("other")).ready().get();
            supervisor.startBeside("tiny", () -> TinyProcess.command("refuse"));
            Await.until(
                    "it is started a fifth time",
                    () -> said.stream()
                                    .filter(line -> line.contains("tiny ended with exit code 1 "))
                                    .count()
                            >= 4);
            supervisor.requireRunning();
            assertEquals(1, runs("other").size());
        }
    }

    @Test
    void aProcessThatWasReadyAndRefusesFromThenOnEndsTheSupervisionToo() throws Exception {
        try (Supervisor supervisor = impatient()) {
            Supervised process = supervisor.start(
                    "tiny", () -> Files.exists(diary()) ? TinyProcess.command("refuse") : tiny("tiny"));
            process.ready().get();
            kill(runs("tiny").get(0));
            UnavailableException failure = assertThrows(UnavailableException.class, supervisor::await);
            assertTrue(failure.getMessage().endsWith("tiny: the answer is no"), failure.getMessage());
        }
    }

    @Test
    void aProcessThatAnotherHasTakenOverFromIsNotStartedAgainAndTheOthersGoOn() throws Exception {
        try (Supervisor supervisor = impatient()) {
            supervisor.start("other", () -> tiny("other")).ready().get();
            supervisor.start("tiny", () -> TinyProcess.command("superseded"));
            Await.until("the user is told", () -> said.stream()
                    .anyMatch(line -> line.contains("tiny has ended, since another process does its work")));
            supervisor.requireRunning();
            assertEquals(1, runs("other").size());
        }
    }

    @Test
    void processesEndInTheReverseOrderOfTheirStart() throws Exception {
        try (Supervisor supervisor = new Supervisor(said::add)) {
            for (String name : List.of("broker", "speed", "serving")) {
                supervisor.start(name, () -> tiny(name)).ready().get();
            }
        }
        assertEquals(List.of("serving ended", "speed ended", "broker ended"), ends());
    }

    @Test
    void aTerminatedLauncherStopsItsProcessesInOrder() throws Exception {
        Process launcher = launch();
        launcher.destroy();
        launcher.waitFor();
        assertEquals(List.of("second ended", "first ended"), ends());
        assertGone(runs("first").get(0));
        assertGone(runs("second").get(0));
    }

    @Test
    void aKilledLauncherLeavesNoOrphans() throws Exception {
        Process launcher = launch();
        launcher.destroyForcibly().waitFor();
        assertGone(runs("first").get(0));
        assertGone(runs("second").get(0));
        assertEquals(2, ends().size(), "they were asked to end, not killed");
    }

    private Supervisor impatient() {
        return new Supervisor(said::add, () -> new RestartPolicy(Duration.ofMillis(50)));
    }

    private Process launch() throws Exception {
        List<String> command = TinyProcess.java();
        command.addAll(List.of(TinyProcess.class.getName(), "launch", diary().toString()));
        Process launcher = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile())
                .start();
        Await.until("both run", () -> runs("first").size() + runs("second").size() == 2);
        return launcher;
    }

    private ProcessBuilder tiny(String name) {
        return TinyProcess.command("run", name, diary().toString());
    }

    private Path diary() {
        return directory.resolve("diary");
    }

    private List<String> lines() throws IOException {
        return Files.exists(diary()) ? Files.readAllLines(diary()) : List.of();
    }

    private List<Long> runs(String name) throws IOException {
        String prefix = name + " runs ";
        return lines().stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> Long.parseLong(line.substring(prefix.length())))
                .toList();
    }

    private List<String> ends() throws IOException {
        return lines().stream().filter(line -> line.endsWith(" ended")).toList();
    }

    private static void kill(long pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }

    private static void assertGone(long pid) throws Exception {
        Await.until(
                "process " + pid + " has ended",
                () -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }
}
