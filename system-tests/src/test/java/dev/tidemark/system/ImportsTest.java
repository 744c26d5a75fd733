package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.launcher.Layer;
import dev.tidemark.view.CountedImport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Days that were never in the topic are imported under live traffic, and taken out again: every answer counts what its
 * certificate says, and no process minds.
 */
@Tag("thorough")
class ImportsTest {

    /** So many flights of the days before are imported, from either file. */
    private static final int A_FILE = 3_000;

    @TempDir
    Path folder;

    private final List<Flight> imported =
            Flight.of(LocalDate.of(2001, 1, 3), LocalDate.of(2001, 1, 4)).subList(0, 2 * A_FILE);

    @Test
    void daysAreTakenInAndTakenOutAgainUnderLiveTraffic() throws Exception {
        List<Flight> flights = Flight.of(LocalDate.of(2001, 1, 3), LocalDate.of(2001, 1, 10));
        List<Flight> live = flights.subList(2 * A_FILE, flights.size());
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            LayerProcess speed = deployment.start(Layer.SPEED);
            LayerProcess serving = deployment.start(Layer.SERVING);
            deployment.awaitReady();
            try (Traffic traffic = new Traffic(log, live, 50)) {
                deployment.publish();
                deployment.awaitPublication(1);
                importFiles(deployment);
                requireRight(deployment, log, 0);

                assertEquals(0, deployment.batch("archive"));
                assertEquals(0, deployment.batch("advance"));
                deployment.awaitPublication(2);
                requireRight(deployment, log, imported.size());

                // Whoever starts anew goes on from a cut that imports are in.
                speed.close();
                serving.close();
                deployment.start(Layer.SPEED);
                deployment.start(Layer.SERVING);
                deployment.awaitReady();
                requireRight(deployment, log, imported.size());
                importFiles(deployment);

                assertEquals(
                        0,
                        deployment.batch("import", "--revoke", only(deployment).id()));
                requireRight(deployment, log, imported.size());
                deployment.publish();
                deployment.awaitPublication(3);
                requireRight(deployment, log, 0);
            }
        }
    }

    /** One file of each kind; again it does nothing. */
    private void importFiles(TestDeployment deployment) throws IOException {
        List<String> cells = new ArrayList<>(List.of("date,delay,distance,origin,destination"));
        imported.subList(A_FILE, imported.size())
                .forEach(flight -> cells.add("%s,%d,%d,%s,%s"
                        .formatted(
                                flight.date(),
                                flight.delay(),
                                flight.distance(),
                                flight.origin(),
                                flight.destination())));
        Path lines = Files.write(
                folder.resolve("first.ndjson"),
                imported.subList(0, A_FILE).stream().map(Flight::json).toList());
        Path csv = Files.write(folder.resolve("second.csv"), cells);
        assertEquals(0, deployment.batch("import", "--source", "flights", csv.toString(), lines.toString()));
    }

    private static CountedImport only(TestDeployment deployment) {
        List<CountedImport> imports = deployment
                .deployment()
                .warehouse()
                .publications()
                .latest()
                .source("flights")
                .orElseThrow()
                .cut()
                .imports();
        assertEquals(1, imports.size());
        assertEquals(new CountedImport(imports.get(0).id(), 2, 2 * A_FILE), imports.get(0));
        return imports.get(0);
    }

    /** Every answer is a plain fold over what its certificate says, and every event is in one bucket. */
    private void requireRight(TestDeployment deployment, FlightLog log, long rows) throws IOException {
        log.flush();
        for (Question question : Question.ALL) {
            JsonNode answer = deployment.awaitAll(log, question.path());
            assertEquals(rows, rows(answer), question.path());
            Question.Expected expected = new Question.Expected(question);
            Map<Integer, Long> throughs = TestDeployment.throughs(answer);
            throughs.forEach((partition, through) -> {
                // The answer may be faster than the acknowledgement of the event that it counts.
                Conditions.await("acknowledgement up to " + through, () -> log.end(partition) >= through);
                log.between(partition, 0, through).values().forEach(expected::count);
            });
            if (rows > 0) {
                imported.forEach(expected::count);
            }
            assertEquals(List.of(), expected.differences(answer.get("rows")), question.path());
        }
        for (JsonNode view : deployment.answer("/v1/conservation").at("/sources/0/views")) {
            view.forEach(place -> assertEquals(0, place.get("difference").asLong(), place::toString));
            assertTrue(rows == 0 || view.get(view.size() - 1).has("import"), view::toString);
        }
    }

    private static long rows(JsonNode answer) {
        long rows = 0;
        for (JsonNode each : answer.at("/certificate/imports")) {
            rows += each.get("rows").asLong();
        }
        return rows;
    }
}
