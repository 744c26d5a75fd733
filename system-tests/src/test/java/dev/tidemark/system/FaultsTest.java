package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Warehouse;
import dev.tidemark.launcher.Layer;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.schema.LateEvent;
import dev.tidemark.schema.RecordOrigin;
import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every process killed with -9 in the middle of traffic and of its work, again and again. */
class FaultsTest {

    /** Over rows that nothing names yet. */
    private static final Round OVER_ROWS = new Round(Effect.rowsIn("master"), false, Effect.rowsIn("segments"));

    private static final Round BETWEEN_COMMITS =
            new Round(Effect.commitIn("master"), true, Effect.commitIn("segments"));

    /** When all is done but what merely follows from it. */
    private static final Round WHEN_DONE =
            new Round(Effect.rowsIn("dead_letters"), false, Effect.commitIn("publications"));

    /**
     * What a round kills when.
     *
     * @param ofArchive what the archive is killed at: the moment that the file appears
     * @param overlapping whether the speed layer is killed when its successor streams too, or before it does
     * @param ofRecompute what the recompute is killed at
     */
    private record Round(Effect ofArchive, boolean overlapping, Effect ofRecompute) {}

    @TempDir
    Path folder;

    @Test
    void whatIsKilledBetweenItsCommitsLosesNothingAndCountsNothingTwice() throws Exception {
        killed(List.of(BETWEEN_COMMITS));
    }

    @Tag("thorough")
    @Test
    void whateverIsKilledNothingIsLostAndNothingCountsTwice() throws Exception {
        killed(List.of(OVER_ROWS, BETWEEN_COMMITS, WHEN_DONE));
    }

    private void killed(List<Round> rounds) throws Exception {
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 1), LocalDate.of(2001, 1, 15));
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            LayerProcess serving = deployment.start(Layer.SERVING);
            deployment.awaitReady();
            try (Checker checker = new Checker(deployment, log, true)) {
                try (Traffic traffic = new Traffic(log, flights, 80)) {
                    for (Round round : rounds) {
                        deployment.killAt(round.ofArchive(), "archive");
                        speed = killOnceItStreams(speed, round.overlapping(), deployment);
                        assertEquals(0, deployment.batch("archive"));
                        deployment.killAt(round.ofRecompute(), "recompute");
                        serving = killOnceItAnswers(serving, deployment);
                        assertEquals(0, deployment.batch("recompute"));
                    }
                }
                deployment.awaitReady();
                ExactlyOnce.holds(deployment, log);
                deployment.publish();
                deployment.awaitPublication(deployment.newestPublication());
                ExactlyOnce.holds(deployment, log);
                nothingLostAndNothingTwiceInTheTables(deployment, log);
                copied(deployment, LateEvent.topic(deployment.topic()), log.late());
                copied(deployment, DeadLetter.topic(deployment.topic()), log.malformed());
                checker.close();
                assertEquals(List.of(), checker.wrong());
                assertTrue(
                        checker.answersByPublication().size() >= rounds.size(),
                        checker.answersByPublication()::toString);
                System.out.println("answers checked, by publication: " + checker.answersByPublication() + ", refused: "
                        + checker.refusals());
            }
        }
    }

    /** Kills the speed layer once it has emitted something, alone or beside its successor. */
    private static LayerProcess killOnceItStreams(LayerProcess speed, boolean overlapping, TestDeployment deployment)
            throws Exception {
        deployment.awaitReady();
        speed.awaitOutput("speed ready");
        awaitProgress(deployment);
        LayerProcess next = deployment.start(Layer.SPEED);
        if (overlapping) {
            next.awaitOutput("speed ready");
            awaitProgress(deployment);
        }
        assertTrue(speed.kill(), "the speed layer ran until it was killed");
        return next;
    }

    private static void awaitProgress(TestDeployment deployment) throws IOException {
        long before = counted(deployment);
        Conditions.await("progress", () -> counted(deployment) > before);
    }

    private static LayerProcess killOnceItAnswers(LayerProcess serving, TestDeployment deployment) throws Exception {
        deployment.awaitReady();
        assertTrue(serving.kill(), "the serving layer ran until it was killed");
        return deployment.start(Layer.SERVING);
    }

    private static long counted(TestDeployment deployment) throws IOException {
        return TestDeployment.throughs(deployment.answer(Question.TRAFFIC_BY_DAY.path())).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** The tables that other engines read, once all is published: what is there twice, no later run would repair. */
    private void nothingLostAndNothingTwiceInTheTables(TestDeployment deployment, FlightLog log) throws Exception {
        Warehouse warehouse = deployment.deployment().warehouse();
        long flights = log.all().size();
        try (DuckDb duck = new DuckDb(folder, log.all())) {
            long malformed = log.malformed().size();
            keptOnce(duck, warehouse.master("flights"), flights + malformed);
            keptOnce(duck, warehouse.deadLetters(), malformed);
            assertEquals(
                    List.of(List.of(Long.toString(flights))),
                    duck.rows("select sum(flights) from " + new DeltaTable(warehouse.view("traffic")).rows()));
        }
    }

    /** Copies come at least once: whoever counts each position once has exactly those of the log. */
    private static void copied(TestDeployment deployment, String topic, Set<Place> expected) {
        assertFalse(expected.isEmpty(), topic);
        Set<Place> found = new TreeSet<>();
        Conditions.await("all copies in " + topic, () -> {
            Copies.read(
                    deployment.deployment(),
                    topic,
                    copy -> found.add(
                            Place.of(RecordOrigin.of(Copies.headers(copy)).position())));
            return found.containsAll(expected);
        });
        assertEquals(expected, found, topic);
    }

    private static void keptOnce(DuckDb duck, Path table, long records) throws Exception {
        String number = Long.toString(records);
        assertEquals(
                List.of(List.of(number, number)),
                duck.rows("select count(*), count(distinct (partition, \"offset\")) from "
                        + new DeltaTable(table).rows()),
                table::toString);
    }
}
