package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Asks without pause, and recomputes every answer from its own certificate: the events below {@code through}, and no
 * other. Keeps what it finds wrong.
 */
final class Checker implements AutoCloseable {

    private final TestDeployment deployment;
    private final FlightLog log;
    private final Predicate<HttpResponse<String>> mayRefuse;
    private final boolean mayBeDown;
    private final Map<Question, Question.Expected> expected = new HashMap<>();
    private final Map<Question, Map<Integer, Long>> counted = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private final Map<Long, Integer> answersByPublication = new TreeMap<>();
    private final Thread thread = new Thread(this::run, "checker");
    private volatile boolean stopped;
    private long publication;
    private int refusals;

    /**
     * Starts asking.
     *
     * @param mayRefuse which answers other than 200 are the refusals that the contract names
     * @param mayBeDown whether the serving layer may be away for a while
     */
    Checker(TestDeployment deployment, FlightLog log, Predicate<HttpResponse<String>> mayRefuse, boolean mayBeDown) {
        this.deployment = deployment;
        this.log = log;
        this.mayRefuse = mayRefuse;
        this.mayBeDown = mayBeDown;
        for (Question question : Question.ALL) {
            expected.put(question, new Question.Expected(question));
            counted.put(question, new HashMap<>());
        }
        thread.start();
    }

    private void run() {
        while (!stopped) {
            for (Question question : Question.ALL) {
                ask(question);
            }
        }
    }

    private void ask(Question question) {
        try {
            HttpResponse<String> response = deployment.get(question.path());
            if (response.statusCode() == 200) {
                check(question, TestDeployment.json(response));
            } else if (mayRefuse.test(response)) {
                refusals++;
            } else {
                complain(question, response.statusCode() + " " + response.body());
            }
        } catch (IOException e) {
            if (!mayBeDown) {
                complain(question, e.toString());
            }
        }
    }

    private void check(Question question, JsonNode answer) {
        JsonNode certificate = answer.get("certificate");
        long number = certificate.get("publication").asLong();
        if (number < publication) {
            complain(question, "publication " + number + " after " + publication);
        }
        publication = number;
        if (!certificate.get("complete").asBoolean()) {
            complain(question, "incomplete: " + certificate);
        }
        for (JsonNode partition : certificate.get("partitions")) {
            countUpTo(
                    question,
                    partition.get("partition").asInt(),
                    partition.get("through").asLong());
        }
        expected.get(question)
                .differences(answer.get("rows"))
                .forEach(difference -> complain(question, difference + " in " + certificate));
        answersByPublication.merge(number, 1, Integer::sum);
    }

    private void countUpTo(Question question, int partition, long through) {
        long before = counted.get(question).getOrDefault(partition, 0L);
        if (through < before) {
            complain(question, "partition " + partition + " stepped back from " + before + " to " + through);
            return;
        }
        // The answer may be faster than the acknowledgement of the event that it counts.
        Conditions.await("acknowledgement up to " + through, () -> log.end(partition) >= through);
        log.between(partition, before, through).values().forEach(expected.get(question)::count);
        counted.get(question).put(partition, through);
    }

    private synchronized void complain(Question question, String what) {
        wrong.add(question.path() + ": " + what);
    }

    /** What was found wrong so far, at most a few of it. */
    synchronized List<String> wrong() {
        return wrong.stream().limit(5).toList();
    }

    /** How many right answers were given under which publication. */
    Map<Long, Integer> answersByPublication() {
        return answersByPublication;
    }

    int refusals() {
        return refusals;
    }

    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(60_000);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
