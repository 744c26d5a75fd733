package dev.tidemark.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks all the time, and recomputes every answer from its own certificate: the events below {@code through}, and no
 * other. Keeps what it finds wrong.
 */
final class Checker implements AutoCloseable {

    private static final long PAUSE_WHILE_DOWN_NANOS = 50_000_000;

    /** After each answer it rests for four times as long as that took, so that it leaves the processors to others too. */
    private static final int REST = 4;

    private static final long LONGEST_REST_NANOS = 50_000_000;

    /** Longer than the answer under way may take: a request, and the wait for an acknowledgement. */
    private static final Duration LAST_ANSWER = Conditions.PATIENCE.multipliedBy(2);

    private final TestDeployment deployment;
    private final FlightLog log;
    private final List<Question> questions;
    private final boolean mayRestart;
    private final Map<Question, Question.Expected> expected = new HashMap<>();
    private final Map<Question, Map<Integer, Long>> counted = new HashMap<>();
    private final Map<Integer, Long> throughs = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();
    private final Map<Long, Integer> answersByPublication = new ConcurrentSkipListMap<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final Thread thread = new Thread(this::run, "checker");
    private volatile boolean stopped;
    private long publication;

    /**
     * Starts asking.
     *
     * @param mayRestart whether the serving layer may be away for a while, and not ready for a while after it
     */
    Checker(TestDeployment deployment, FlightLog log, boolean mayRestart) {
        this(deployment, log, Question.ALL, mayRestart);
    }

    Checker(TestDeployment deployment, FlightLog log, List<Question> questions, boolean mayRestart) {
        this.deployment = deployment;
        this.log = log;
        this.questions = questions;
        this.mayRestart = mayRestart;
        for (Question question : questions) {
            expected.put(question, new Question.Expected(question));
            counted.put(question, new HashMap<>());
        }
        thread.setUncaughtExceptionHandler((died, failure) -> complain("the checker died of " + failure));
        thread.start();
    }

    private void run() {
        while (!stopped) {
            for (Question question : questions) {
                long began = System.nanoTime();
                ask(question);
                LockSupport.parkNanos(Math.min(LONGEST_REST_NANOS, REST * (System.nanoTime() - began)));
            }
        }
    }

    private void ask(Question question) {
        try {
            HttpResponse<String> response = deployment.get(question.path());
            if (response.statusCode() == 200) {
                check(question, TestDeployment.json(response));
            } else if (mayRestart && isNotReady(response)) {
                refusals.incrementAndGet();
            } else {
                complain(question, response.statusCode() + " " + response.body());
            }
        } catch (IOException e) {
            if (!mayRestart) {
                complain(question, e.toString());
            }
            LockSupport.parkNanos(PAUSE_WHILE_DOWN_NANOS);
        } catch (RuntimeException | AssertionError e) {
            complain(question, e.toString());
        }
    }

    /** The one refusal that a restart excuses. */
    private static boolean isNotReady(HttpResponse<String> response) {
        return response.statusCode() == 503
                && TestDeployment.json(response).path("type").asText().endsWith(":not-ready");
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
        if (question.under().test(number)) {
            expected.get(question)
                    .differences(answer.get("rows"))
                    .forEach(difference -> complain(question, difference + " in " + certificate));
            answersByPublication.merge(number, 1, Integer::sum);
        }
    }

    private void countUpTo(Question question, int partition, long through) {
        long newest = throughs.getOrDefault(partition, 0L);
        if (through < newest) {
            complain(question, "partition " + partition + " stepped back from " + newest + " to " + through);
            return;
        }
        throughs.put(partition, through);
        // The answer may be faster than the acknowledgement of the event that it counts.
        Conditions.await("acknowledgement up to " + through, () -> log.end(partition) >= through);
        long before = counted.get(question).getOrDefault(partition, 0L);
        log.between(partition, before, through).values().forEach(expected.get(question)::count);
        counted.get(question).put(partition, through);
    }

    private void complain(Question question, String what) {
        complain(question.path() + ": " + what);
    }

    private synchronized void complain(String what) {
        wrong.add(what);
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
        return refusals.get();
    }

    /** Stops asking, and waits for the answer that is under way; one that does not come to an end is wrong. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(LAST_ANSWER.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (thread.isAlive()) {
            complain("the checker still waits for something after " + LAST_ANSWER.toSeconds() + " s");
        }
    }
}
