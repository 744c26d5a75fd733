package dev.tidemark.serving.change;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.serving.problem.HttpProblem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a shell in place of the command. */
class TidemarkCommandTest {

    @TempDir
    Path folder;

    private TidemarkCommand command(String script) throws IOException {
        Path file = Files.writeString(folder.resolve("command.sh"), script);
        return new TidemarkCommand(Optional.of(List.of("sh", file.toString())), Path.of("shop.yaml"));
    }

    @Test
    void whatItPrintsLastIsTheResult() throws Exception {
        assertEquals(
                "{\"arguments\": \"-c shop.yaml replay approve 7 --output json\"}",
                command("echo publication 9 made\necho \"{\\\"arguments\\\": \\\"$*\\\"}\"\n")
                        .run("replay", "approve", "7"));
    }

    @Test
    void whatItRefusesIsSaid() throws Exception {
        TidemarkCommand refused = command("echo nothing; echo replay 7 was rejected >&2; exit 1");
        HttpProblem problem = assertThrows(HttpProblem.class, () -> refused.run("replay", "approve", "7"));
        assertEquals(409, problem.status());
        assertEquals("replay 7 was rejected", problem.getMessage());
        TidemarkCommand lost = command("echo another run has made publication 9 >&2; exit 4");
        assertEquals(
                "another run has made publication 9; try again",
                assertThrows(HttpProblem.class, () -> lost.run("replay", "approve", "7"))
                        .getMessage());
    }

    @Test
    void withoutTheCommandItSaysWhatToRun() {
        TidemarkCommand none = new TidemarkCommand(Optional.empty(), Path.of("shop.yaml"));
        HttpProblem problem = assertThrows(HttpProblem.class, () -> none.run("replay", "approve", "7"));
        assertEquals(501, problem.status());
        assertTrue(problem.getMessage().endsWith("run `tidemark replay approve 7`"), problem::getMessage);
    }

    @Test
    void oneRunsAtATime() throws Exception {
        Path begun = folder.resolve("begun");
        Path end = folder.resolve("end");
        TidemarkCommand slow =
                command("touch %s; while [ ! -e %s ]; do sleep 0.01; done; echo '{}'".formatted(begun, end));
        CompletableFuture<String> first = CompletableFuture.supplyAsync(() -> {
            try {
                return slow.run("publications", "rollback");
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        while (!Files.exists(begun)) {
            Thread.onSpinWait();
        }
        HttpProblem second = assertThrows(HttpProblem.class, () -> slow.run("publications", "rollback"));
        assertTrue(second.getMessage().startsWith("another change is being made"), second::getMessage);
        Files.createFile(end);
        assertEquals("{}", first.get());
    }
}
