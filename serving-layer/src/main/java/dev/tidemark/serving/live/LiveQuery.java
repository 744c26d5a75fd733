package dev.tidemark.serving.live;

import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.Answer;
import dev.tidemark.serving.query.AnswerJson;
import dev.tidemark.serving.query.QueryRequest;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One query that is asked again as its source progresses: once for all who listen to it, and they hear of an answer only
 * if it says something else than the one before. Thread-safe.
 */
final class LiveQuery {

    private static final Logger LOG = LoggerFactory.getLogger(LiveQuery.class);

    private final QueryRequest request;
    private final LiveSource live;
    private final ZoneId zone;
    private final long heartbeat;
    private final Pace pace = new Pace(System.nanoTime());
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private volatile Event newest;
    private volatile long sent = System.nanoTime();
    private boolean ended;

    /** @param heartbeat after how long without anything else it beats */
    LiveQuery(QueryRequest request, LiveSource live, ZoneId zone, Duration heartbeat) {
        this.request = request;
        this.live = live;
        this.zone = zone;
        this.heartbeat = heartbeat.toNanos();
    }

    LiveSource source() {
        return live;
    }

    /**
     * Asks the query, unless it has been asked before.
     *
     * @throws HttpProblem if it is wrong; one that cannot be answered at the moment is none
     */
    synchronized void ask() throws InterruptedException {
        if (newest != null) {
            return;
        }
        try {
            newest = answer();
        } catch (HttpProblem problem) {
            if (isFault(problem)) {
                throw problem;
            }
            newest = Event.problem(problem);
        }
    }

    /** Lets {@code subscriber} listen to the query, which has been asked: first it hears the newest answer. */
    synchronized void add(Subscriber subscriber) {
        subscriber.offer(newest);
        if (ended) {
            subscriber.end();
        } else {
            subscribers.add(subscriber);
        }
    }

    void remove(Subscriber subscriber) {
        subscribers.remove(subscriber);
    }

    /**
     * Lets {@code executor} ask again if it is time for that, and beats if nothing was sent for long.
     *
     * @param progressed whether the source has progressed since the last call
     */
    void tick(boolean progressed, Executor executor) {
        if (newest == null) {
            return;
        }
        if (progressed) {
            pace.progressed();
        }
        long now = System.nanoTime();
        if (pace.begin(now)) {
            executor.execute(this::askAgain);
        }
        if (now - sent >= heartbeat) {
            sent = now;
            subscribers.forEach(Subscriber::beat);
        }
    }

    private void askAgain() {
        try {
            publish(answer());
        } catch (HttpProblem problem) {
            publish(Event.problem(problem));
            if (isFault(problem)) {
                end();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            fail(e);
        } finally {
            pace.done(System.nanoTime());
        }
    }

    private Event answer() throws InterruptedException {
        return Event.rows(AnswerJson.write(Answer.to(request, live, zone), request.decimalsAsNumbers()));
    }

    /** Whether it does not help to ask again. */
    private static boolean isFault(HttpProblem problem) {
        return problem.status() < 500 && problem.kind() != Kind.NOT_FINAL;
    }

    /** The same failure is reported once, however often it comes back. */
    private void fail(RuntimeException failure) {
        String detail = "the answer failed: " + failure + "; the log has the details";
        if (publish(Event.problem(HttpProblem.of(Kind.INTERNAL, detail)))) {
            LOG.error("cannot answer the live query {}", request, failure);
        }
    }

    /** Sends what says something new, and returns whether it does. */
    private synchronized boolean publish(Event event) {
        boolean isNew = !event.says(newest);
        if (isNew) {
            newest = event;
            sent = System.nanoTime();
            subscribers.forEach(subscriber -> subscriber.offer(event));
        }
        return isNew;
    }

    /** Lets all who listen go. */
    synchronized void end() {
        ended = true;
        subscribers.forEach(Subscriber::end);
    }
}
