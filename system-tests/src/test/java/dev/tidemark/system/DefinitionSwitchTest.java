package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.launcher.Layer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A view changed, one added and one dropped while traffic flows and answers are checked without pause, with kills in
 * the middle: one publication switches, and no answer is a mixture.
 */
@Tag("thorough")
class DefinitionSwitchTest {

    private static final String CHANGED = "views/delays_by_origin.yaml";
    private static final String DROPPED = "views/distances.yaml";

    /** The view that is new. */
    private static final Question ARRIVALS = new Question(
            "/v1/views/arrivals/query?by=destination",
            flight -> true,
            flight -> List.of(flight.destination()),
            List.of("destination"),
            List.of("flights"),
            publication -> publication > 1);

    @TempDir
    Path folder;

    /** Whether a publication was made of the first definitions; each is read once, since none ever changes. */
    private final Map<Long, Boolean> first = new ConcurrentHashMap<>();

    @Test
    void onePublicationSwitchesAndNoAnswerIsAMixture() throws Exception {
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 1), LocalDate.of(2001, 1, 10));
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            String before = deployment.deployment().definitionSetId("flights");
            LayerProcess speed = deployment.start(Layer.SPEED);
            LayerProcess serving = deployment.start(Layer.SERVING);
            deployment.awaitReady();
            try (Checker checker = new Checker(deployment, log, questions(deployment.deployment(), before), true);
                    Traffic traffic = new Traffic(log, flights, 200)) {
                deployment.publish();
                deployment.awaitPublication(1);
                changeFiles(deployment);
                String after = DeploymentLoader.load(deployment.file()).definitionSetId("flights");
                assertNotEquals(before, after);

                assertTrue(speed.kill());
                speed = deployment.start(Layer.SPEED);
                speed.awaitOutput("speed ready");
                // A recompute that is killed before it switches switches nothing.
                deployment.killAt(Effect.commitIn("segments"), "recompute");
                assertTrue(speed.kill());
                speed = deployment.start(Layer.SPEED);
                assertEquals(1, deployment.newestPublication());
                assertEquals(
                        404,
                        deployment.get("/v1/views/arrivals/query").statusCode(),
                        "the serving layer has the old files, and nothing has switched");

                assertEquals(0, deployment.batch("recompute"));
                // The serving layer was started with the old files, and follows all the same.
                deployment.awaitPublication(2);
                assertEquals(200, deployment.get("/v1/views/arrivals/query").statusCode());
                assertEquals(
                        503,
                        deployment.get("/v1/views/distances/query").statusCode(),
                        "its files state the dropped view, and it answers no more");
                assertTrue(serving.kill());
                serving = deployment.start(Layer.SERVING);
                deployment.awaitReady();
                assertEquals(404, deployment.get("/v1/views/distances/query").statusCode());

                awaitRetired(deployment.deployment(), before, after);
                deployment.publish();
                deployment.awaitPublication(3);
                traffic.close();
                deployment.awaitAll(log, Question.DELAYS_BY_ORIGIN.path());
                ExactlyOnce.holds(ARRIVALS, deployment.awaitAll(log, ARRIVALS.path()), log);
                Conservation.holds(deployment);
                checker.close();
                assertEquals(List.of(), checker.wrong());
                assertTrue(
                        checker.answersByPublication().keySet().containsAll(List.of(1L, 2L, 3L)),
                        checker.answersByPublication()::toString);
            }
        }
    }

    /** Only flights that were late count from now on; another view is new, and another dropped. */
    private void changeFiles(TestDeployment deployment) throws Exception {
        deployment.replace(CHANGED, "pane: 1h", "where: delay > 0\npane: 1h");
        Files.delete(folder.resolve(DROPPED));
        Files.writeString(
                folder.resolve("views/arrivals.yaml"),
                """
                name: arrivals
                source: flights
                pane: 1d
                dimensions: {destination: destination}
                measures: {flights: count()}
                """);
    }

    private List<Question> questions(Deployment deployment, String before) {
        List<Question> questions = new ArrayList<>(List.of(Question.TRAFFIC_BY_DAY, Question.ROUTES_FROM_ATLANTA));
        questions.add(Question.DELAYS_BY_ORIGIN.with(
                flight -> true, publication -> isOfFirst(deployment, before, publication)));
        questions.add(Question.DELAYS_BY_ORIGIN.with(
                flight -> flight.delay() > 0, publication -> !isOfFirst(deployment, before, publication)));
        return questions;
    }

    private boolean isOfFirst(Deployment deployment, String before, long publication) {
        return publication == 0
                || first.computeIfAbsent(
                        publication, number -> deployment.warehouse().publications().read(number).stream()
                                .flatMap(found -> found.source("flights").stream())
                                .anyMatch(state -> state.definitionSet().equals(before)));
    }

    /** Waits until what was replaced is not streamed any more while its successor is; what there is of it stays. */
    private static void awaitRetired(Deployment deployment, String before, String after) {
        String retired = deployment.incrementsTopic("flights", before);
        String streamed = deployment.incrementsTopic("flights", after);
        long[] standsSince = {-1, 0};
        Conditions.await("the end of " + retired, () -> {
            long stands = records(deployment, retired);
            long goesOn = records(deployment, streamed);
            if (stands != standsSince[0]) {
                standsSince[0] = stands;
                standsSince[1] = goesOn;
            }
            return goesOn - standsSince[1] > 400;
        });
        assertTrue(standsSince[0] > 0, "what was streamed of it is kept");
    }

    /** How many records a topic has. */
    private static long records(Deployment deployment, String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                deployment.kafkaClient(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = IntStream.range(0, TestDeployment.PARTITIONS)
                    .mapToObj(partition -> new TopicPartition(topic, partition))
                    .toList();
            return consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }
}
