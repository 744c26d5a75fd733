package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.launcher.Layer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every process killed with -9 in the middle of traffic. */
class FaultsTest {

    private static final int ROUNDS = 2;

    @TempDir
    Path folder;

    @Test
    void whateverIsKilledNothingIsLostAndNothingCountsTwice() throws Exception {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 1), LocalDate.of(2001, 1, 15));
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            Process speed = deployment.start(Layer.SPEED);
            Process serving = deployment.start(Layer.SERVING);
            deployment.awaitReady();
            try (Checker checker = new Checker(deployment, log, answer -> answer.statusCode() == 503, true)) {
                try (Traffic traffic = new Traffic(log, flights, 700)) {
                    for (int round = 0; round < ROUNDS; round++) {
                        killSoon(deployment.start(Layer.BATCH, "archive"), random);
                        speed = killed(speed, Layer.SPEED, deployment);
                        assertEquals(0, deployment.batch("archive"));
                        killSoon(deployment.start(Layer.BATCH, "recompute"), random);
                        serving = killed(serving, Layer.SERVING, deployment);
                        assertEquals(0, deployment.batch("recompute"));
                    }
                }
                deployment.awaitReady();
                nothingLostAndNothingTwice(deployment, log);
                deployment.publish();
                nothingLostAndNothingTwice(deployment, log);
                checker.close();
                assertEquals(List.of(), checker.wrong());
                System.out.println("answers checked, by publication: " + checker.answersByPublication() + ", refused: "
                        + checker.refusals());
            }
        }
    }

    /** Lets it work for a while, then kills it, unless it has ended. */
    private static void killSoon(Process process, Random random) throws InterruptedException {
        if (!process.waitFor(3_000 + random.nextInt(7_000), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    private static Process killed(Process process, Layer layer, TestDeployment deployment) throws Exception {
        process.destroyForcibly().waitFor();
        return deployment.start(layer);
    }

    private static void nothingLostAndNothingTwice(TestDeployment deployment, FlightLog log) {
        for (Question question : Question.ALL) {
            Question.Expected expected = new Question.Expected(question);
            log.all().forEach(expected::count);
            JsonNode answer = deployment.awaitAll(log, question.path());
            assertEquals(List.of(), expected.differences(answer.get("rows")), question.path());
        }
    }
}
