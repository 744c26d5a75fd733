package dev.tidemark.speed;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;
import org.apache.spark.sql.streaming.StreamingQueryException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The queries that run, by name, each with a checkpoint that lasts as long as it does. Not thread-safe. */
final class RunningQueries implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RunningQueries.class);

    private record Running(StreamingQuery query, TemporaryFolder checkpoint) {}

    private final SpeedQuery query;
    private final SparkSession session;
    private final Map<String, Running> running = new LinkedHashMap<>();

    RunningQueries(SpeedQuery query, SparkSession session) {
        this.query = query;
        this.session = session;
    }

    /** Starts a query over the sources, if there are any. */
    void start(String name, List<SpeedSource> sources) {
        if (sources.isEmpty()) {
            return;
        }
        sources.forEach(source -> LOG.info(
                "{} of source {} ({}), definition set {}, from {}",
                name,
                source.source().name(),
                source.log().id(),
                source.set().id(),
                source.startingOffsets()));
        TemporaryFolder checkpoint = TemporaryFolder.create();
        try {
            running.put(name, new Running(query.start(session, sources, checkpoint.path()), checkpoint));
        } catch (Exception e) {
            // Spark's own are checked, and thrown undeclared.
            checkpoint.close();
            throw e;
        }
    }

    /**
     * Whether a query has ended; waits so long for it.
     *
     * @throws StreamingQueryException if one has failed
     */
    boolean endedWithin(long millis, TopicWatch topics) throws StreamingQueryException {
        boolean first = true;
        for (Running one : running.values()) {
            try {
                if (one.query().awaitTermination(first ? millis : 1)) {
                    return true;
                }
            } catch (StreamingQueryException e) {
                // That a topic was created again may come to Spark as an error of any kind.
                topics.partitionsAdded();
                throw e;
            }
            first = false;
        }
        return false;
    }

    /** Stops a query, if it runs. */
    void stop(String name) {
        Running ended = running.remove(name);
        if (ended != null) {
            stop(ended);
        }
    }

    private static void stop(Running ended) {
        try (TemporaryFolder checkpoint = ended.checkpoint()) {
            ended.query().stop();
        } catch (TimeoutException e) {
            LOG.warn("the query did not stop in time: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        running.values().forEach(RunningQueries::stop);
        running.clear();
    }
}
