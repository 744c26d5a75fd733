package dev.tidemark.system;

import static dev.tidemark.system.Compared.Equality.ABOUT;
import static dev.tidemark.system.Compared.Equality.DOUBLE;
import static dev.tidemark.system.Compared.Equality.INTEGER;
import static dev.tidemark.system.Compared.Equality.JSON;
import static dev.tidemark.system.Compared.Equality.RANK_95;
import static dev.tidemark.system.Compared.Equality.TEXT;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real flights through archive, recompute, speed and serving, asked about without pause. Beside the views that both
 * layers compute there is one of batch alone, and one of the stream alone.
 */
class FlightsLoopTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final Duration LATENESS = Duration.ofDays(4);
    private static final Question NIGHTLY = byDay("nightly");
    private static final Question STREAMED = byDay("streamed");

    @TempDir
    Path folder;

    private static Question byDay(String view) {
        return new Question(
                "/v1/views/" + view + "/query?window=1d",
                flight -> true,
                flight -> List.of(flight.day()),
                List.of("window_start"),
                List.of("flights", "miles"),
                publication -> true);
    }

    @BeforeEach
    void stateViewsOfOneLayer() throws IOException {
        stateView("nightly", "batch");
        stateView("streamed", "speed");
    }

    private void stateView(String name, String layers) throws IOException {
        Files.writeString(
                Files.createDirectories(folder.resolve("views")).resolve(name + ".yaml"),
                """
                name: %s
                source: flights
                layers: %s
                pane: 1h
                measures: {flights: count(), miles: sum(distance)}
                """
                        .formatted(name, layers));
    }

    @Test
    void everyAnswerCountsExactlyTheFlightsThatItsCertificateNames() throws Exception {
        List<Flight> flights = Flight.of(FIRST, FIRST.plusDays(5));
        List<Flight> history = flights.subList(0, 40_000);
        List<Flight> live = flights.subList(40_000, flights.size());
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            deployment.awaitReady();
            log.sendAll(history.subList(0, 5_000));
            try (Checker checker = new Checker(deployment, log, false)) {
                Conditions.await("answers before the first publication", () -> checker.answersByPublication()
                        .containsKey(0L));
                log.sendAll(history.subList(5_000, history.size()));
                assertEquals(503, deployment.get(NIGHTLY.path()).statusCode(), "nothing has been published");
                theStreamAloneCountsEverything(deployment, log);
                try (Traffic traffic = new Traffic(log, live, 150)) {
                    publish(deployment, 1);
                    batchAloneReachesItsCut(deployment, log, 1);
                    publish(deployment, 2);
                    batchAloneReachesItsCut(deployment, log, 2);
                    aLateFlightCountsAtOnceAndOnceAfterThePublicationThatFoldsItIn(deployment, log);
                }
                theStreamAloneCountsEverything(deployment, log);
                Conditions.await("answers under publication 3", () -> checker.answersByPublication()
                        .containsKey(3L));
                checker.close();
                assertEquals(List.of(), checker.wrong());
                assertEquals(
                        Set.of(0L, 1L, 2L, 3L), checker.answersByPublication().keySet());
                System.out.println("answers checked, by publication: " + checker.answersByPublication());
            }
            assertEquals(
                    log.ends(),
                    TestDeployment.throughs(deployment.awaitAll(log, Question.TRAFFIC_BY_DAY.path())),
                    "all that was sent is counted, and nothing beyond it");
            sameAsDuckDb(deployment, log);
            Conservation.holds(deployment, log);
            aDayRecomputedAloneDoesNotMoveTheCut(deployment, log);
            batchAloneReachesItsCut(deployment, log, 4);
            theStreamAloneCountsEverything(deployment, log);
            sameAsDuckDb(deployment, log);
            Conservation.holds(deployment, log);
        }
    }

    private static void publish(TestDeployment deployment, long number) {
        deployment.publish();
        deployment.awaitPublication(number);
    }

    /** However much has come since: exactly what lies below the cut, which is that of the other views. */
    private static void batchAloneReachesItsCut(TestDeployment deployment, FlightLog log, long publication)
            throws IOException {
        JsonNode answer = deployment.answer(NIGHTLY.path());
        assertEquals(publication, answer.at("/certificate/publication").asLong());
        assertEquals(numbers(deployment.answer(Question.TRAFFIC_BY_DAY.path()), "cut"), numbers(answer, "cut"));
        assertEquals(numbers(answer, "cut"), numbers(answer, "through"));
        Question.Expected expected = new Question.Expected(NIGHTLY);
        TestDeployment.throughs(answer)
                .forEach((partition, cut) ->
                        log.between(partition, 0, cut).values().forEach(expected::count));
        assertEquals(List.of(), expected.differences(answer.get("rows")));
    }

    /** From the first flight on, though batch has published the others' history. */
    private static void theStreamAloneCountsEverything(TestDeployment deployment, FlightLog log) throws IOException {
        JsonNode answer = deployment.awaitAll(log, STREAMED.path());
        assertEquals(0, answer.at("/certificate/publication").asLong());
        assertEquals(List.of(0L, 0L, 0L), numbers(answer, "cut"));
        ExactlyOnce.holds(STREAMED, answer, log);
    }

    private static void aLateFlightCountsAtOnceAndOnceAfterThePublicationThatFoldsItIn(
            TestDeployment deployment, FlightLog log) throws Exception {
        long before = flightsOfFirstDay(deployment.awaitAll(log, Question.TRAFFIC_BY_DAY.path()));
        Instant time = FIRST.atStartOfDay(ZoneOffset.UTC).toInstant().plusSeconds(3600);
        RecordMetadata sent = log.send(
                        new Flight(time, 999, 1, "ATL", "LAX"),
                        time.plus(LATENESS).toEpochMilli())
                .get();
        Map<Integer, Long> late = Map.of(sent.partition(), sent.offset() + 1);
        assertEquals(before + 1, flightsOfFirstDay(deployment.awaitThrough(late, Question.TRAFFIC_BY_DAY.path())));
        publish(deployment, 3);
        assertEquals(before + 1, flightsOfFirstDay(deployment.awaitThrough(late, Question.TRAFFIC_BY_DAY.path())));
    }

    private static long flightsOfFirstDay(JsonNode answer) {
        assertEquals(
                FIRST.atStartOfDay(ZoneOffset.UTC).toInstant(),
                Instant.parse(answer.at("/rows/0/window_start").asText()));
        return answer.at("/rows/0/flights").asLong();
    }

    private static void aDayRecomputedAloneDoesNotMoveTheCut(TestDeployment deployment, FlightLog log)
            throws Exception {
        JsonNode before = deployment.awaitAll(log, Question.TRAFFIC_BY_DAY.path());
        log.sendAll(Flight.of(FIRST.plusDays(5), FIRST.plusDays(6)).subList(0, 100));
        assertEquals(0, deployment.batch("archive"));
        assertEquals(0, deployment.batch("recompute", "--day", "2001-01-02"));
        deployment.awaitPublication(4);
        JsonNode after = deployment.awaitAll(log, Question.TRAFFIC_BY_DAY.path());
        assertEquals(numbers(before, "cut"), numbers(after, "cut"));
        assertNotEquals(numbers(before, "through"), numbers(after, "through"));
        Question.Expected expected = new Question.Expected(Question.TRAFFIC_BY_DAY);
        log.all().forEach(expected::count);
        assertEquals(List.of(), expected.differences(after.get("rows")));
    }

    private static List<Long> numbers(JsonNode answer, String field) {
        List<Long> numbers = new ArrayList<>();
        answer.at("/certificate/partitions")
                .forEach(partition -> numbers.add(partition.get(field).asLong()));
        return numbers;
    }

    private void sameAsDuckDb(TestDeployment deployment, FlightLog log) throws Exception {
        try (DuckDb duck = new DuckDb(folder, log.all())) {
            same(
                    duck.rows(
                            """
                            select strftime(date_trunc('hour', date), '%Y-%m-%dT%H:%M:%SZ'), origin, count(*), sum(delay),
                              max(delay), min(delay), sum(distance), avg(delay)
                            from flights group by 1, 2 order by 1, 2"""),
                    deployment.awaitAll(log, "/v1/views/delays_by_origin/query?window=1h&by=origin"),
                    columns(
                            Compared.all(TEXT, "window_start", "origin"),
                            Compared.all(INTEGER, "flights", "delay_sum", "worst", "best", "miles"),
                            Compared.all(DOUBLE, "average_delay")));
            same(
                    duck.rows(
                            """
                            select strftime(date_trunc('day', date), '%Y-%m-%dT%H:%M:%SZ'), origin, destination, count(*),
                              sum(case when delay > 15 then 1 else 0 end), avg(distance)
                            from flights where distance > 0 group by 1, 2, 3 order by 1, 2, 3"""),
                    deployment.awaitAll(log, "/v1/views/routes/query?window=1d&by=origin,destination"),
                    columns(
                            Compared.all(TEXT, "window_start", "origin", "destination"),
                            Compared.all(INTEGER, "flights", "late"),
                            Compared.all(DOUBLE, "miles_avg")));
            same(
                    duck.rows(
                            """
                            select strftime(time_bucket(interval '15 minutes', date), '%Y-%m-%dT%H:%M:%SZ'),
                              sum(cast(delay as decimal(10,2))), count(*), max(distance), avg(cast(delay as double))
                            from flights group by 1 order by 1"""),
                    deployment.awaitAll(log, "/v1/views/traffic/query?window=15m"),
                    columns(
                            Compared.all(TEXT, "window_start", "delay_decimal"),
                            Compared.all(INTEGER, "flights", "longest"),
                            Compared.all(DOUBLE, "delay_avg")));
            everyMeasureOverEveryKindOfNumber(deployment, log, duck);
            estimates(deployment, log, duck);
        }
    }

    /** DuckDB averages decimals as doubles, so their exact average, rounded half up, is asked for in whole numbers. */
    private static void everyMeasureOverEveryKindOfNumber(TestDeployment deployment, FlightLog log, DuckDb duck)
            throws Exception {
        same(
                duck.rows(
                        """
                        select hour, destination, km, km_min, km_max,
                          (average // 10000000)::varchar || '.' || lpad((average % 10000000)::varchar, 7, '0'),
                          * exclude (hour, destination, km, km_min, km_max, average)
                        from (select strftime(date_trunc('hour', date), '%Y-%m-%dT%H:%M:%SZ') as hour, destination,
                            sum(km) as km, min(km) as km_min, max(km) as km_max,
                            (2 * cast(sum(km) * 1000 as hugeint) * 10000 + count(*)) // (2 * count(*)) as average,
                            count(*), sum(nullif(delay, 5)), min(nullif(delay, 5)), max(nullif(delay, 5)),
                            sum(kd), avg(kd), min(kd), max(kd), avg(nullif(delay, 5))
                          from (select *, cast(distance * 1.609344 as decimal(12,3)) as km,
                              distance * 1.609344::double as kd from flights)
                          where delay <> 0 group by 1, 2)
                        order by 1, 2"""),
                deployment.awaitAll(log, "/v1/views/distances/query?window=1h&by=destination"),
                columns(
                        Compared.all(TEXT, "window_start", "destination", "km", "km_min", "km_max", "km_avg"),
                        Compared.all(INTEGER, "flights", "bound", "bound_min", "bound_max"),
                        Compared.all(
                                DOUBLE, "km_double", "km_double_avg", "km_double_min", "km_double_max", "bound_avg")));
    }

    /** Across the quarters of an hour, of which batch counted some and the tail others. */
    private static void estimates(TestDeployment deployment, FlightLog log, DuckDb duck) throws Exception {
        same(
                duck.rows(
                        """
                        with hours as (select strftime(date_trunc('hour', date), '%Y-%m-%dT%H:%M:%SZ') as hour, * from flights),
                          ranked as (select hour, origin, count(*) as n,
                              row_number() over (partition by hour order by count(*) desc, origin) as rank
                            from hours group by hour, origin),
                          busiest as (select hour, '[' || string_agg('{"item":"' || origin || '","count":' || n || '}',
                              ',' order by rank) || ']' as busiest
                            from ranked where rank <= 3 group by hour)
                        select hour, busiest, count(distinct origin), list(delay order by delay)::varchar,
                          stddev_samp(delay)
                        from hours join busiest using (hour) group by hour, busiest order by hour"""),
                deployment.awaitAll(log, "/v1/views/traffic/query?window=1h"),
                List.of(
                        new Compared("window_start", TEXT),
                        new Compared("busiest", JSON),
                        new Compared("origins", ABOUT),
                        new Compared("delay_p95", RANK_95),
                        new Compared("delay_spread", DOUBLE)));
    }

    private static List<Compared> columns(List<Compared> texts, List<Compared> integers, List<Compared> doubles) {
        return Stream.of(texts, integers, doubles).flatMap(List::stream).toList();
    }

    private static void same(List<List<String>> expected, JsonNode answer, List<Compared> columns) {
        assertEquals(expected.size(), answer.get("rows").size(), columns::toString);
        assertTrue(expected.size() > 1, "there is something to compare");
        for (int i = 0; i < expected.size(); i++) {
            for (int c = 0; c < columns.size(); c++) {
                columns.get(c).same(expected.get(i).get(c), answer.at("/rows/" + i));
            }
        }
    }
}
