package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.launcher.Layer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A producer that aborts a quarter of its transactions. */
class TransactionsTest {

    private static final int TRANSACTIONS = 80;
    private static final int SIZE = 50;

    @TempDir
    Path folder;

    @Tag("thorough")
    @Test
    void abortedFlightsNeverCountAndTheirOffsetsAreNotMissing() throws Exception {
        Random random = Seeds.random();
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 1), LocalDate.of(2001, 1, 2));
        try (TestDeployment deployment = new TestDeployment(folder)) {
            Map<String, Object> settings = new HashMap<>(deployment.deployment().kafkaClient());
            settings.put("transactional.id", deployment.topic());
            try (FlightLog log = new FlightLog(deployment.topic(), settings)) {
                log.producer().initTransactions();
                deployment.start(Layer.SPEED);
                deployment.start(Layer.SERVING);
                transactions(log, flights.subList(0, 2_000), random);
                deployment.awaitReady();
                check(deployment, log, 0);
                deployment.publish();
                transactions(log, flights.subList(2_000, 4_000), random);
                deployment.awaitPublication(1);
                check(deployment, log, 1);
                deployment.publish();
                deployment.awaitPublication(2);
                check(deployment, log, 2);
            }
        }
    }

    private static void transactions(FlightLog log, List<Flight> flights, Random random) throws Exception {
        for (int i = 0; i < TRANSACTIONS / 2; i++) {
            List<Flight> some = flights.subList(i * SIZE, (i + 1) * SIZE);
            if (random.nextInt(4) == 0) {
                log.abort(some);
            } else {
                log.producer().beginTransaction();
                log.sendAll(some);
                log.producer().commitTransaction();
            }
        }
    }

    private static void check(TestDeployment deployment, FlightLog log, long publication) throws Exception {
        for (Question question : Question.ALL) {
            JsonNode answer = deployment.awaitAll(log, question.path());
            assertEquals(true, answer.at("/certificate/complete").asBoolean());
            assertEquals(publication, answer.at("/certificate/publication").asLong());
            answer.at("/certificate/partitions")
                    .forEach(partition ->
                            assertEquals(0, partition.get("missing").size()));
            Question.Expected expected = new Question.Expected(question);
            log.all().forEach(expected::count);
            assertEquals(List.of(), expected.differences(answer.get("rows")));
        }
        Conservation.holds(deployment);
        Conditions.await(
                "nothing behind",
                () -> deployment
                                .answer(Question.DELAYS_BY_ORIGIN.path())
                                .at("/freshness/behind_records")
                                .asLong()
                        == 0);
    }
}
