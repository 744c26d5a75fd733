package dev.tidemark.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;

/** Every event counts once, and nothing else does. */
final class ExactlyOnce {

    private ExactlyOnce() {}

    /** Waits until all that was sent is counted, and holds every answer and the buckets against it. */
    static void holds(TestDeployment deployment, FlightLog log) throws IOException {
        for (Question question : Question.ALL) {
            holds(question, deployment.awaitAll(log, question.path()), log);
        }
        Conservation.holds(deployment, log);
    }

    /** Holds an answer, which has to count all, against what was sent. */
    static void holds(Question question, JsonNode answer, FlightLog log) {
        Question.Expected expected = new Question.Expected(question);
        log.all().forEach(expected::count);
        assertEquals(List.of(), expected.differences(answer.get("rows")), question.path());
        assertEquals(log.ends(), TestDeployment.throughs(answer), question.path());
    }
}
