package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.deployment.DeploymentLoader;
import dev.tidemark.launcher.Layer;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A week of flights is loaded day by day under live traffic; a wrong definition is deployed and seen in the history of an
 * answer; it is corrected, the days are replayed, reviewed, approved, rolled back and approved again. Every answer in between
 * is held against the flights that its certificate names and the definition of its publication.
 */
@Tag("thorough")
@Timeout(value = 40, unit = TimeUnit.MINUTES)
class HistoryTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final int DAYS = 7;
    private static final int FLIGHTS_A_DAY = 1_500;
    private static final String VIEW = "views/delays_by_origin.yaml";
    private static final Predicate<Flight> ALL = flight -> true;
    private static final Predicate<Flight> WRONG = flight -> flight.delay() > 60;
    private static final Predicate<Flight> RIGHT = flight -> flight.delay() > 0;

    @TempDir
    Path folder;

    /** What counts under each definition set. */
    private final Map<String, Predicate<Flight>> definitions = new ConcurrentHashMap<>();

    /** The definition set of each publication; each is read once, since none ever changes. */
    private final Map<Long, String> sets = new ConcurrentHashMap<>();

    @Test
    void aWrongDefinitionIsSeenCorrectedReviewedApprovedUndoneAndApprovedAgain() throws Exception {
        try (TestDeployment deployment = new TestDeployment(folder);
                FlightLog log = new FlightLog(
                        deployment.topic(), deployment.deployment().kafkaClient())) {
            definitions.put(set(deployment), ALL);
            LayerProcess speed = deployment.start(Layer.SPEED);
            deployment.start(Layer.SERVING);
            deployment.awaitReady();
            List<Flight> live = Flight.of(FIRST.plusDays(DAYS), FIRST.plusDays(DAYS + 2));
            try (Checker checker = new Checker(deployment, log, questions(deployment), true);
                    Traffic traffic = new Traffic(log, live, 50)) {
                loadDayByDay(deployment, log);

                speed = deploy(deployment, speed, "pane: 1h", "where: delay > 60\npane: 1h", WRONG);
                deployment.publish();
                deployment.awaitPublication(DAYS + 1);
                theHistoryOfAnAnswerTellsOfTheDefinition(deployment);

                deploy(deployment, speed, "where: delay > 60", "where: delay > 0", RIGHT);
                assertEquals(
                        0,
                        deployment.batch(
                                "replay", "create", "--from", "2001-01-01", "--to", "2001-02-01", "--view", name()));
                theReviewShowsWhatWouldChange(deployment);
                assertEquals(0, deployment.batch("archive"));
                assertEquals(0, deployment.batch("advance"));
                deployment.awaitPublication(DAYS + 2);
                assertEquals(DAYS + 3, publication(post(deployment, "/v1/replays/1/approve")));
                deployment.awaitPublication(DAYS + 3);
                assertEquals(DAYS + 4, publication(post(deployment, "/v1/publications/rollback")));
                deployment.awaitPublication(DAYS + 4);
                assertEquals(
                        "rolled back",
                        deployment.answer("/v1/replays/1").get("state").asText());
                assertEquals(DAYS + 5, publication(post(deployment, "/v1/replays/1/approve")));
                deployment.awaitPublication(DAYS + 5);
                HttpResponse<String> again = post(deployment, "/v1/replays/1/approve");
                assertEquals(409, again.statusCode());
                assertTrue(
                        again.body().contains("is in effect already, since publication " + (DAYS + 5)), again.body());
                assertEquals(0, deployment.batch("archive"));
                assertEquals(0, deployment.batch("advance"));
                deployment.awaitPublication(DAYS + 6);
                traffic.close();
                Question right = Question.DELAYS_BY_ORIGIN.with(RIGHT, publication -> true);
                ExactlyOnce.holds(right, deployment.awaitAll(log, right.path()), log);
                checker.close();
                assertEquals(List.of(), checker.wrong());
                for (long number = 1; number <= DAYS + 6; number++) {
                    assertTrue(
                            checker.answersByPublication().containsKey(number),
                            checker.answersByPublication()::toString);
                }
            }
            for (long number = 1; number <= DAYS + 6; number++) {
                theAnswerOfThePastIsWhatItWas(deployment, log, number);
            }
            assertEquals(0, deployment.batch("reconcile"), "no drift that nothing explains");
            JsonNode drift = deployment.answer("/v1/drift").get("publications");
            assertEquals(DAYS + 6, drift.size());
            assertTrue(drift.at("/" + (DAYS + 5) + "/compared").asLong() > 0, drift::toString);
        }
    }

    private static String name() {
        return "delays_by_origin";
    }

    private static String set(TestDeployment deployment) {
        return DeploymentLoader.load(deployment.file()).definitionSetId("flights");
    }

    private List<Question> questions(TestDeployment deployment) {
        List<Question> questions = new ArrayList<>(List.of(Question.TRAFFIC_BY_DAY));
        for (Predicate<Flight> counts : List.of(ALL, WRONG, RIGHT)) {
            questions.add(
                    Question.DELAYS_BY_ORIGIN.with(counts, publication -> counts == counted(deployment, publication)));
        }
        return questions;
    }

    private Predicate<Flight> counted(TestDeployment deployment, long publication) {
        if (publication == 0) {
            return ALL;
        }
        return definitions.get(sets.computeIfAbsent(
                publication, number -> deployment.deployment().warehouse().publications().read(number).stream()
                        .flatMap(found -> found.source("flights").stream())
                        .map(state -> state.definitionSet())
                        .findFirst()
                        .orElseThrow()));
    }

    private static void loadDayByDay(TestDeployment deployment, FlightLog log) throws IOException {
        for (int day = 0; day < DAYS; day++) {
            List<Flight> flights = Flight.of(FIRST.plusDays(day), FIRST.plusDays(day + 1));
            log.sendAll(flights.subList(0, FLIGHTS_A_DAY));
            assertEquals(0, deployment.batch("archive"));
            assertEquals(0, deployment.batch(day == 0 ? "recompute" : "advance"));
            deployment.awaitPublication(day + 1);
        }
    }

    /** Changes the view's file, and starts the speed layer anew with it. */
    private LayerProcess deploy(
            TestDeployment deployment, LayerProcess speed, String text, String by, Predicate<Flight> counts)
            throws Exception {
        deployment.replace(VIEW, text, by);
        definitions.put(set(deployment), counts);
        assertTrue(speed.kill());
        LayerProcess next = deployment.start(Layer.SPEED);
        next.awaitOutput("speed ready");
        return next;
    }

    private static void theHistoryOfAnAnswerTellsOfTheDefinition(TestDeployment deployment) throws IOException {
        JsonNode history = deployment.answer("/v1/views/" + name()
                + "/history?from=2001-01-01T00:00:00Z&to=2001-01-02T00:00:00Z&filter%5Borigin%5D=ATL&measures=flights");
        String all = history.toString();
        assertTrue(all.contains("definition was changed"), all);
    }

    private static void theReviewShowsWhatWouldChange(TestDeployment deployment) throws IOException {
        JsonNode replay = deployment.answer("/v1/replays/1");
        assertEquals("open", replay.get("state").asText());
        assertEquals(name(), replay.at("/differences/0/view").asText());
        assertTrue(replay.at("/differences/0/redefined").asBoolean());
        JsonNode day = replay.at("/differences/0/days/0");
        assertTrue(day.get("added").asLong() > 0, day::toString);
        JsonNode flights = day.at("/measures/0");
        assertEquals("flights", flights.get("measure").asText());
        List<Flight> sent = Flight.of(FIRST, FIRST.plusDays(1)).subList(0, FLIGHTS_A_DAY);
        assertEquals(sent.stream().filter(WRONG).count(), flights.get("before").asLong());
        assertEquals(sent.stream().filter(RIGHT).count(), flights.get("after").asLong());
    }

    private static HttpResponse<String> post(TestDeployment deployment, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + deployment.port() + path))
                .timeout(Duration.ofMinutes(5))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static long publication(HttpResponse<String> response) {
        assertEquals(200, response.statusCode(), response.body());
        return TestDeployment.json(response).get("publication").asLong();
    }

    private void theAnswerOfThePastIsWhatItWas(TestDeployment deployment, FlightLog log, long number)
            throws IOException {
        JsonNode answer = deployment.answer(Question.DELAYS_BY_ORIGIN.path() + "&publication=" + number);
        assertEquals(number, answer.at("/certificate/publication").asLong());
        Map<Integer, Long> throughs = new HashMap<>(TestDeployment.throughs(answer));
        Question question = Question.DELAYS_BY_ORIGIN.with(counted(deployment, number), publication -> true);
        Question.Expected expected = new Question.Expected(question);
        throughs.forEach((partition, through) ->
                log.between(partition, 0, through).values().forEach(expected::count));
        assertEquals(List.of(), expected.differences(answer.get("rows")), "publication " + number);
    }
}
