package dev.tidemark.speed;

import dev.tidemark.compile.ids.IdFolders;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Metrics;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the speed layer until it is stopped, starting its queries anew whenever a topic gets more partitions or other
 * definition sets are to be streamed. What is outgoing has a query of its own, so that its end does not hold up the rest.
 */
public final class SpeedLayer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpeedLayer.class);

    /** Once a second it looks whether its plan still holds, and twenty times whether it is to stop. */
    private static final long WATCH_MILLIS = 1000;

    private static final long NOTICE_MILLIS = 50;

    private static final long STOP_SECONDS = 10;
    private static final String OUTGOING = "outgoing increments";

    private final Deployment deployment;
    private final SpeedTrigger trigger;
    private final SpeedMetrics metrics;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closed;

    /** @param trigger {@code realtime} or {@code micro-batch} */
    public SpeedLayer(Deployment deployment, String trigger) {
        this(deployment, SpeedTrigger.parse(trigger));
    }

    SpeedLayer(Deployment deployment, SpeedTrigger trigger) {
        this.deployment = deployment;
        this.trigger = trigger;
        this.metrics = new SpeedMetrics(deployment);
    }

    /** What is measured of it, until it is closed. */
    Metrics metrics() {
        return metrics.metrics();
    }

    /**
     * Reads events and emits increments until {@link #close}.
     *
     * @param ready called each time that the query has started
     * @throws dev.tidemark.deployment.RefusedException if going on would risk a wrong answer
     * @throws StreamingQueryException if the query fails; a new start goes on where it stood
     */
    public void run(Runnable ready) throws StreamingQueryException {
        try {
            IdFolders.deleteStale();
            while (!closed) {
                runOnce(ready);
            }
        } finally {
            LogIds.keepOnly(List.of());
            ended.countDown();
        }
    }

    private void runOnce(Runnable ready) throws StreamingQueryException {
        SpeedPlan plan = SpeedPlan.of(deployment);
        LogIds.keepOnly(plan.all());
        SpeedQuery query = new SpeedQuery(deployment, trigger);
        SparkSession session = query.session(plan);
        try (RunningQueries queries = new RunningQueries(query, session)) {
            SpeedQuery.requireSlots(plan, session.sparkContext());
            session.streams().addListener(metrics.running(plan));
            queries.start("increments", plan.sources());
            queries.start(OUTGOING, plan.outgoing());
            ready.run();
            watch(plan, queries);
        } finally {
            metrics.stopped();
            // With more partitions the next one may need more slots, which a session that stands does not get.
            session.stop();
        }
    }

    private void watch(SpeedPlan plan, RunningQueries queries) throws StreamingQueryException {
        Retirement retirement = new Retirement(deployment, plan);
        try (TopicWatch topics = new TopicWatch(deployment, plan)) {
            boolean ended = false;
            while (!ended && !closed && !topics.partitionsAdded()) {
                ended = endedMeanwhile(topics, queries) || retirement.replan();
                if (retirement.isDue()) {
                    queries.stop(OUTGOING);
                    LogIds.keepOnly(plan.sources());
                }
            }
        }
    }

    private boolean endedMeanwhile(TopicWatch topics, RunningQueries queries) throws StreamingQueryException {
        boolean ended = false;
        for (long waited = 0; waited < WATCH_MILLIS && !ended && !closed; waited += NOTICE_MILLIS) {
            ended = queries.endedWithin(NOTICE_MILLIS, topics);
        }
        return ended;
    }

    /** Stops {@link #run} and waits until it has ended, for a few seconds at most: what is cut off is emitted again. */
    @Override
    public void close() {
        closed = true;
        try {
            if (!ended.await(STOP_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("the query did not end within {} s", STOP_SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        metrics.close();
    }
}
