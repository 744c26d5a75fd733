package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.launcher.Layer;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real flights through archive, recompute, speed and serving, asked about without pause. */
class FlightsLoopTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);

    @TempDir
    Path folder;

    @Test
    void everyAnswerCountsExactlyTheFlightsThatItsCertificateNames() throws Exception {
        List<Flight> flights = Flight.of(FIRST, FIRST.plusDays(5));
        List<Flight> week = flights.subList(0, 40_000);
        List<Flight> live = flights.subList(40_000, flights.size());
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            deployment.awaitReady();
            log.sendAll(week.subList(0, 5_000));
            try (Checker checker = new Checker(deployment, log, response -> false, false)) {
                log.sendAll(week.subList(5_000, week.size()));
                try (Traffic traffic = new Traffic(log, live, 400)) {
                    deployment.publish();
                    awaitPublication(deployment, 1);
                    deployment.publish();
                    awaitPublication(deployment, 2);
                    log.sendAll(List.of(lateFlight()));
                    long flightsOfFirstDay =
                            flightsOfFirstDay(deployment.awaitAll(log, "/v1/views/traffic/query?window=1d"));
                    assertEquals(ofFirstDay(flights) + 1, flightsOfFirstDay, "a late flight counts at once");
                    deployment.publish();
                    awaitPublication(deployment, 3);
                    assertEquals(
                            ofFirstDay(flights) + 1,
                            flightsOfFirstDay(deployment.awaitAll(log, "/v1/views/traffic/query?window=1d")),
                            "and once after the next publication");
                }
                Conditions.await("answers under publication 3", () -> checker.answersByPublication()
                        .containsKey(3L));
                assertEquals(List.of(), checker.wrong());
                assertTrue(checker.answersByPublication().size() >= 3, checker.answersByPublication()::toString);
                System.out.println("answers checked, by publication: " + checker.answersByPublication());
            }
            sameAsDuckDb(deployment, log);
            aDayRecomputedAloneDoesNotMoveTheCut(deployment, log);
        }
    }

    private static void awaitPublication(TestDeployment deployment, long number) {
        Conditions.await(
                "publication " + number,
                () -> deployment
                                .answer("/v1/views/traffic/query?window=1d")
                                .at("/certificate/publication")
                                .asLong()
                        == number);
    }

    private static Flight lateFlight() {
        return new Flight(
                FIRST.atStartOfDay(java.time.ZoneOffset.UTC).toInstant().plusSeconds(3600), 999, 1, "ATL", "LAX");
    }

    private static long ofFirstDay(List<Flight> flights) {
        return flights.stream()
                .filter(flight -> flight.date().toString().startsWith("2001-01-01"))
                .count();
    }

    private static long flightsOfFirstDay(JsonNode answer) {
        return answer.at("/rows/0/flights").asLong();
    }

    private static void aDayRecomputedAloneDoesNotMoveTheCut(TestDeployment deployment, FlightLog log)
            throws Exception {
        JsonNode before = deployment.awaitAll(log, "/v1/views/traffic/query?window=1d");
        assertEquals(0, deployment.batch("archive"));
        assertEquals(0, deployment.batch("recompute", "--day", "2001-01-02"));
        awaitPublication(deployment, before.at("/certificate/publication").asLong() + 1);
        JsonNode after = deployment.awaitAll(log, "/v1/views/traffic/query?window=1d");
        assertEquals(cuts(before), cuts(after));
        assertEquals(before.get("rows"), after.get("rows"));
    }

    private static List<Long> cuts(JsonNode answer) {
        List<Long> cuts = new ArrayList<>();
        answer.at("/certificate/partitions")
                .forEach(partition -> cuts.add(partition.get("cut").asLong()));
        return cuts;
    }

    private void sameAsDuckDb(TestDeployment deployment, FlightLog log) throws Exception {
        try (DuckDb duck = new DuckDb(folder, log.all())) {
            same(
                    duck.rows(
                            """
                            select strftime(date_trunc('hour', date), '%Y-%m-%dT%H:%M:%SZ'), origin, count(*), sum(delay),
                              avg(delay), max(delay), min(delay), sum(distance)
                            from flights group by 1, 2 order by 1, 2"""),
                    deployment.awaitAll(log, "/v1/views/delays_by_origin/query?window=1h&by=origin"),
                    List.of(
                            "window_start",
                            "origin",
                            "flights",
                            "delay_sum",
                            "average_delay",
                            "worst",
                            "best",
                            "miles"));
            same(
                    duck.rows(
                            """
                            select strftime(date_trunc('day', date), '%Y-%m-%dT%H:%M:%SZ'), origin, destination, count(*),
                              avg(distance), sum(case when delay > 15 then 1 else 0 end)
                            from flights where distance > 0 group by 1, 2, 3 order by 1, 2, 3"""),
                    deployment.awaitAll(log, "/v1/views/routes/query?window=1d&by=origin,destination"),
                    List.of("window_start", "origin", "destination", "flights", "miles_avg", "late"));
            same(
                    duck.rows(
                            """
                            select strftime(time_bucket(interval '15 minutes', date), '%Y-%m-%dT%H:%M:%SZ'), count(*),
                              sum(cast(delay as decimal(10,2))), avg(cast(delay as double)), max(distance)
                            from flights group by 1 order by 1"""),
                    deployment.awaitAll(log, "/v1/views/traffic/query?window=15m"),
                    List.of("window_start", "flights", "delay_decimal", "delay_avg", "longest"));
        }
    }

    private static void same(List<List<String>> expected, JsonNode answer, List<String> columns) {
        assertEquals(expected.size(), answer.get("rows").size(), () -> columns.toString());
        for (int i = 0; i < expected.size(); i++) {
            JsonNode row = answer.at("/rows/" + i);
            for (int c = 0; c < columns.size(); c++) {
                String column = columns.get(c);
                String wanted = expected.get(i).get(c);
                if (row.get(column).isFloatingPointNumber()) {
                    assertEquals(
                            Double.parseDouble(wanted),
                            row.get(column).asDouble(),
                            1e-9 * Math.abs(Double.parseDouble(wanted)));
                } else {
                    assertEquals(wanted, row.get(column).asText(), column + " of " + row);
                }
            }
        }
    }
}
