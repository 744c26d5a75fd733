package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whoever is slow reads later, and catches up by itself: a burst, a serving layer that stands still, a broker that makes
 * its clients wait, and a client that reads nothing, one after the other under traffic that never ends, and one process of
 * either layer through all of it.
 */
@Tag("thorough")
class BackPressureTest {

    private static final int USUAL = 250;
    private static final int BURST = 20 * USUAL;
    private static final Duration OF_THE_BURST = Duration.ofSeconds(20);
    private static final Duration OF_A_STOP = Duration.ofSeconds(15);

    /** Who listens waits so long only behind a client that reads nothing, which is dropped after 30 seconds. */
    private static final Duration HELD_UP = Duration.ofSeconds(25);

    /** A second of what is usual: nobody is so far behind who keeps up. */
    private static final int BEHIND = USUAL;

    /** Its answer is so large that a few of them are more than the buffers of both ends of a connection hold. */
    private static final Question LIVE = new Question(
            "/v1/views/routes/query?by=origin,destination",
            flight -> flight.distance() > 0,
            flight -> List.of(flight.origin(), flight.destination()),
            List.of("origin", "destination"),
            List.of("flights", "miles_avg", "late"),
            publication -> true);

    private static final Question ASKED = Question.TRAFFIC_BY_DAY;
    private static final String FRESH = ASKED.path() + "&max_lag=1s";

    /** The id of the client that sends the flights. */
    private static final String TRAFFIC = "traffic";

    /** Far less than usual: what is kept for somebody who is slow would not fit in. */
    private static final int SPEED_HEAP_MIB = 512;

    private static final int SERVING_HEAP_MIB = 256;

    /** What docs/back-pressure.md says of the memory beside the heap. */
    private static final int SPEED_BESIDE_MIB = 600;

    private static final int SERVING_BESIDE_MIB = 400;

    @TempDir
    Path folder;

    @Test
    void whoIsSlowReadsLaterAndCatchesUpByItself() throws Exception {
        assumeTrue(LayerProcess.canBePausedAndWeighed(), "needs `kill` and /proc");
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 1), LocalDate.of(2001, 1, 15));
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(deployment.topic(), settings(deployment))) {
            LayerProcess speed = deployment.startWithHeap(Layer.SPEED, SPEED_HEAP_MIB);
            LayerProcess serving = deployment.startWithHeap(Layer.SERVING, SERVING_HEAP_MIB);
            deployment.awaitReady();
            int half = flights.size() / 2;
            try (Checker checker = new Checker(deployment, log, false);
                    LiveClient asleep = LiveClient.asleep(deployment, LIVE);
                    LiveClient awake = LiveClient.awake(deployment, LIVE)) {
                try (Traffic usual = new Traffic(log, flights.subList(0, half), USUAL)) {
                    speed.awaitOutput("speed ready");
                    Conditions.await("events", () -> log.ends().size() == TestDeployment.PARTITIONS);
                    awaitCaughtUp("the start", deployment, log, awake);
                    aBurst(deployment, log, flights.subList(half, flights.size()), awake);
                    aServingLayerThatStandsStill(deployment, log, serving, awake);
                    aSlowBroker(deployment, log, awake);
                    awaitDropped(deployment);
                }
                awaitCaughtUp("the end", deployment, log, awake);
                aClientThatHasReadNothing(asleep, awake, log);
                ExactlyOnce.holds(deployment, log);
                checker.close();
                assertEquals(List.of(), checker.wrong());
                System.out.println(log.all().size() + " flights, answers checked, by publication: "
                        + checker.answersByPublication());
            }
            staysWithin("speed", speed, SPEED_HEAP_MIB, SPEED_BESIDE_MIB);
            staysWithin("serving", serving, SERVING_HEAP_MIB, SERVING_BESIDE_MIB);
        }
    }

    private static Map<String, Object> settings(TestDeployment deployment) {
        Map<String, Object> settings = new HashMap<>(deployment.deployment().kafkaClient());
        settings.put("client.id", TRAFFIC);
        return settings;
    }

    private static void aBurst(TestDeployment deployment, FlightLog log, List<Flight> flights, LiveClient awake)
            throws Exception {
        long before = log.all().size();
        awake.behind();
        try (Traffic more = new Traffic(log, flights, BURST - USUAL)) {
            Thread.sleep(OF_THE_BURST.toMillis());
        }
        long sent = log.all().size() - before;
        assertTrue(sent >= BURST * OF_THE_BURST.toSeconds() * 3 / 4, "no burst: " + sent);
        LiveClient.Behind behind = awaitCaughtUp("a burst of %,d".formatted(sent), deployment, log, awake);
        assertTrue(behind.records() > 0, behind::toString);
    }

    private static void aServingLayerThatStandsStill(
            TestDeployment deployment, FlightLog log, LayerProcess serving, LiveClient awake) throws Exception {
        awake.behind();
        serving.pause();
        try {
            Thread.sleep(OF_A_STOP.toMillis());
            // A process that stands still does not say how far it is behind.
            long behind = sum(log.ends()) - sum(TestDeployment.throughs(awake.newest()));
            assertTrue(behind > BEHIND, () -> "behind by " + behind);
        } finally {
            serving.resume();
        }
        awaitCaughtUp("a serving layer that stood still", deployment, log, awake);
    }

    private static void aSlowBroker(TestDeployment deployment, FlightLog log, LiveClient awake) throws Exception {
        awake.behind();
        long end = System.nanoTime() + OF_A_STOP.toNanos();
        try (SlowBroker slow = new SlowBroker(TRAFFIC)) {
            Conditions.await("an answer is too far behind", () -> isTooFarBehind(deployment.get(FRESH)));
            Thread.sleep(Math.max(0, Duration.ofNanos(end - System.nanoTime()).toMillis()));
        }
        LiveClient.Behind behind = awaitCaughtUp("a slow broker", deployment, log, awake);
        assertTrue(behind.records() > BEHIND, behind::toString);
    }

    private static boolean isTooFarBehind(HttpResponse<String> response) {
        return response.statusCode() == 503
                && TestDeployment.json(response).path("type").asText().endsWith(":too-far-behind");
    }

    /** Waits until answers and the live client count all that is acknowledged by now, and answers are fresh. */
    private static LiveClient.Behind awaitCaughtUp(
            String after, TestDeployment deployment, FlightLog log, LiveClient awake) throws IOException {
        long begun = System.nanoTime();
        Map<Integer, Long> ends = log.ends();
        deployment.awaitThrough(ends, ASKED.path());
        Conditions.await("a fresh answer", () -> deployment.get(FRESH).statusCode() == 200);
        Conditions.await("a live answer", () -> awake.hasReached(ends));
        LiveClient.Behind behind = awake.behind();
        System.out.printf(
                Locale.ROOT,
                "after %s: caught up in %.1f s; behind by up to %,d records, %,d ms%n",
                after,
                (System.nanoTime() - begun) / 1e9,
                behind.records(),
                behind.millis());
        return behind;
    }

    private static long sum(Map<Integer, Long> ends) {
        return ends.values().stream().mapToLong(Long::longValue).sum();
    }

    /** Of the two who listen one is left: it has not taken anything for half a minute, since its buffers are full. */
    private static void awaitDropped(TestDeployment deployment) {
        Conditions.await("the place of who reads nothing is free", () -> deployment
                .get("/metrics")
                .body()
                .lines()
                .anyMatch(line -> line.startsWith("tidemark_live_clients{") && line.endsWith(" 1.0")));
    }

    private static void aClientThatHasReadNothing(LiveClient asleep, LiveClient awake, FlightLog log) {
        assertTrue(
                awake.longestWait().compareTo(HELD_UP) < 0,
                () -> "another waited for " + awake.longestWait().toMillis() + " ms");
        asleep.wake();
        Conditions.await("the newest answer for who has slept", () -> asleep.hasReached(log.ends()));
        ExactlyOnce.holds(LIVE, asleep.newest(), log);
        ExactlyOnce.holds(LIVE, awake.newest(), log);
        System.out.printf(
                "a client that reads nothing: %d of %d answers, in %d streams; another waited for at most %d ms%n",
                asleep.answers(),
                awake.answers(),
                asleep.streams(),
                awake.longestWait().toMillis());
    }

    private static void staysWithin(String name, LayerProcess process, int heap, int beside) throws IOException {
        assertTrue(process.process().isAlive(), name + " has never ended");
        long peak = process.peakMiB();
        System.out.printf("%s: at most %d MiB with a heap of %d%n", name, peak, heap);
        assertTrue(peak <= heap + beside, () -> "%s took %d MiB".formatted(name, peak));
    }
}
