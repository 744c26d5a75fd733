package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.launcher.Layer;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A view is switched to a wrong definition, rolled back, and switched again, while traffic flows and answers are checked
 * without pause: every answer is that of its publication's definitions, and none steps back though the cut does.
 */
class RollbackTest {

    private static final int LOST_RACE = 4;

    @TempDir
    Path folder;

    /** Whether a publication holds the first definitions; each is read once, since none ever changes. */
    private final Map<Long, Boolean> first = new ConcurrentHashMap<>();

    @Tag("thorough")
    @Test
    void whatWasPublishedBeforeAnswersAgainAndCountsWhatCameSince() throws Exception {
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 1), LocalDate.of(2001, 1, 10));
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            String before = deployment.deployment().definitionSetId("flights");
            LayerProcess speed = deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            deployment.awaitReady();
            try (Checker checker = new Checker(deployment, log, questions(deployment.deployment(), before), false);
                    Traffic traffic = new Traffic(log, flights, 50)) {
                deployment.publish();
                deployment.awaitPublication(1);

                // The cut alone moves back.
                deployment.publish();
                deployment.awaitPublication(2);
                assertEquals(0, deployment.batch("publications", "rollback"));
                assertHolds(deployment, 3, 1);
                deployment.awaitPublication(3);
                deployment.awaitAll(log, Question.DELAYS_BY_ORIGIN.path());

                // Another definition is published, and rolled back: what is killed over it has done it or has not.
                deployment.replace("views/delays_by_origin.yaml", "pane: 1h", "where: delay > 0\npane: 1h");
                assertNotEquals(before, DeploymentLoader.load(deployment.file()).definitionSetId("flights"));
                assertTrue(speed.kill());
                speed = deployment.start(Layer.SPEED);
                speed.awaitOutput("speed ready");
                deployment.publish();
                deployment.awaitPublication(4);
                deployment.killAt(Effect.commitIn("publications"), "publications", "rollback", "--to", "3");
                assertHolds(deployment, 5, 3);
                assertEquals(1, deployment.batch("publications", "rollback", "--to", "3"), "nothing would change");
                deployment.awaitPublication(5);
                deployment.awaitAll(log, Question.DELAYS_BY_ORIGIN.path());
                assertEquals(1, deployment.batch("recompute"), "the files state what was rolled back");

                assertEquals(0, deployment.batch("archive"));
                assertEquals(0, deployment.batch("recompute", "--revert"));
                deployment.awaitPublication(6);
                deployment.awaitAll(log, Question.DELAYS_BY_ORIGIN.path());

                assertEquals(0, rollBackTwiceAtOnce(deployment));
                assertHolds(deployment, 7, 5);
                deployment.awaitPublication(7);
                traffic.close();
                deployment.awaitAll(log, Question.DELAYS_BY_ORIGIN.path());
                ExactlyOnce.holds(
                        Question.DELAYS_BY_ORIGIN, deployment.awaitAll(log, Question.DELAYS_BY_ORIGIN.path()), log);
                Conservation.holds(deployment);
                checker.close();
                assertEquals(List.of(), checker.wrong());
                assertTrue(
                        checker.answersByPublication().keySet().containsAll(List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L)),
                        checker.answersByPublication()::toString);
            }
        }
    }

    private static void assertHolds(TestDeployment deployment, long number, long restored) {
        Publication newest = deployment.deployment().warehouse().publications().latest();
        Publication held = deployment
                .deployment()
                .warehouse()
                .publications()
                .read(restored)
                .orElseThrow();
        assertEquals(number, newest.number());
        assertEquals(Cause.rollbackTo(restored), newest.cause());
        assertEquals(held.sources(), newest.sources());
        assertEquals(held.segments(), newest.segments());
    }

    /** Two processes that go back to the same publication: one does, and the other has lost or finds it done. */
    private static int rollBackTwiceAtOnce(TestDeployment deployment) throws Exception {
        List<LayerProcess> both = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            both.add(deployment.start(Layer.BATCH, "publications", "rollback", "--to", "5"));
        }
        Set<Integer> statuses = new TreeSet<>();
        for (LayerProcess one : both) {
            statuses.add(one.process().waitFor());
        }
        assertTrue(statuses.equals(Set.of(0, LOST_RACE)) || statuses.equals(Set.of(0, 1)), statuses::toString);
        return statuses.iterator().next();
    }

    private List<Question> questions(Deployment deployment, String before) {
        return List.of(
                Question.TRAFFIC_BY_DAY,
                Question.ROUTES_FROM_ATLANTA,
                Question.DELAYS_BY_ORIGIN.with(
                        flight -> true, publication -> isOfFirst(deployment, before, publication)),
                Question.DELAYS_BY_ORIGIN.with(
                        flight -> flight.delay() > 0, publication -> !isOfFirst(deployment, before, publication)));
    }

    private boolean isOfFirst(Deployment deployment, String before, long publication) {
        return publication == 0
                || first.computeIfAbsent(
                        publication, number -> deployment.warehouse().publications().read(number).stream()
                                .flatMap(found -> found.source("flights").stream())
                                .anyMatch(state -> state.definitionSet().equals(before)));
    }
}
