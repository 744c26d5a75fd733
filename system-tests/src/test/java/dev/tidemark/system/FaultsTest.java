package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every process killed with -9 in the middle of traffic and of its work, again and again. */
class FaultsTest {

    /** What a recompute prints when it begins to compute, when it has written segments, and when it has published. */
    private static final List<String> STAGES_OF_RECOMPUTE = List.of("recomputing", " events in ", " made");

    private final Random random = Seeds.random();

    @TempDir
    Path folder;

    @Test
    void whateverIsKilledNothingIsLostAndNothingCountsTwice() throws Exception {
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 1), LocalDate.of(2001, 1, 15));
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            LayerProcess serving = deployment.start(Layer.SERVING);
            deployment.awaitReady();
            try (Checker checker = new Checker(deployment, log, true)) {
                try (Traffic traffic = new Traffic(log, flights, 250)) {
                    for (String stage : STAGES_OF_RECOMPUTE) {
                        killInTheMiddle(deployment, "reading", 3_000, "archive");
                        speed = killOnceItStreams(speed, deployment);
                        assertEquals(0, deployment.batch("archive"));
                        killInTheMiddle(deployment, stage, 1_000, "recompute");
                        serving = killOnceItAnswers(serving, deployment);
                        assertEquals(0, deployment.batch("recompute"));
                    }
                }
                deployment.awaitReady();
                nothingLostAndNothingTwice(deployment, log);
                deployment.publish();
                deployment.awaitPublication(deployment.newestPublication());
                nothingLostAndNothingTwice(deployment, log);
                checker.close();
                assertEquals(List.of(), checker.wrong());
                assertTrue(checker.answersByPublication().size() > 2, checker.answersByPublication()::toString);
                System.out.println("answers checked, by publication: " + checker.answersByPublication() + ", refused: "
                        + checker.refusals());
            }
        }
    }

    /** Kills a run within {@code millis} after it has printed {@code stage}; one that ended before is tried again. */
    private void killInTheMiddle(TestDeployment deployment, String stage, int millis, String command) throws Exception {
        while (!killedAfter(stage, millis, deployment.start(Layer.BATCH, command))) {
            assertEquals(0, deployment.batch("archive"), "for the next try to have something to do");
        }
    }

    private boolean killedAfter(String stage, int millis, LayerProcess run) throws IOException, InterruptedException {
        run.awaitOutput(stage);
        boolean ended = run.process().waitFor(random.nextInt(millis), TimeUnit.MILLISECONDS);
        if (ended || !run.kill()) {
            run.awaitSuccess();
            return false;
        }
        return true;
    }

    /** Kills the speed layer while its successor already starts, once it has emitted something. */
    private LayerProcess killOnceItStreams(LayerProcess speed, TestDeployment deployment) throws Exception {
        deployment.awaitReady();
        speed.awaitOutput("speed ready");
        long before = counted(deployment);
        Conditions.await("progress", () -> counted(deployment) > before);
        LayerProcess next = deployment.start(Layer.SPEED);
        next.process().waitFor(random.nextInt(8_000), TimeUnit.MILLISECONDS);
        assertTrue(speed.kill(), "the speed layer ran until it was killed");
        return next;
    }

    private LayerProcess killOnceItAnswers(LayerProcess serving, TestDeployment deployment) throws Exception {
        deployment.awaitReady();
        assertTrue(serving.kill(), "the serving layer ran until it was killed");
        return deployment.start(Layer.SERVING);
    }

    private static long counted(TestDeployment deployment) throws IOException {
        long counted = 0;
        for (JsonNode partition :
                deployment.answer(Question.TRAFFIC_BY_DAY.path()).at("/certificate/partitions")) {
            counted += partition.get("through").asLong();
        }
        return counted;
    }

    private static void nothingLostAndNothingTwice(TestDeployment deployment, FlightLog log) throws IOException {
        for (Question question : Question.ALL) {
            Question.Expected expected = new Question.Expected(question);
            log.all().forEach(expected::count);
            JsonNode answer = deployment.awaitAll(log, question.path());
            assertEquals(List.of(), expected.differences(answer.get("rows")), question.path());
        }
        Conservation.holds(deployment, log);
    }
}
