package dev.tidemark.batch;

import dev.tidemark.compile.SparkSettings;
import dev.tidemark.deployment.Deployment;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;

/** The Spark session of a batch process, started when something is to be computed and not before. */
final class BatchSpark implements Supplier<SparkSession>, AutoCloseable {

    private final Deployment deployment;
    private final Transfers transfers = new Transfers();
    private SparkSession session;

    BatchSpark(Deployment deployment) {
        this.deployment = deployment;
    }

    @Override
    public synchronized SparkSession get() {
        if (session == null) {
            deployment.warehouse().requireFenced();
            session = builder(deployment).getOrCreate();
            session.sparkContext().addSparkListener(transfers);
        }
        return session;
    }

    /**
     * What was read and written since this was asked the last time: all of it once this is closed, since Spark tells of its
     * tasks a little later than it ends them.
     */
    Transfers.Bytes transferred() {
        return transfers.take();
    }

    /** What every session of the batch layer is built with. */
    static SparkSession.Builder builder(Deployment deployment) {
        Map<String, String> settings = new HashMap<>(defaults());
        settings.putAll(SparkSettings.ofHadoop(deployment.warehouse().hadoop()));
        settings.putAll(deployment.spark());
        return SparkSettings.builder(deployment.zone(), SparkSettings.withDelta(settings))
                .config("spark.delta.logStore.file.impl", LinkLogStore.class.getName())
                .config("spark.delta.logStore.s3a.impl", ConditionalLogStore.class.getName())
                .config("spark.sql.adaptive.enabled", "true");
    }

    private static Map<String, String> defaults() {
        int cores = Runtime.getRuntime().availableProcessors();
        Map<String, String> defaults = new HashMap<>(Map.of(
                "spark.app.name",
                "tidemark batch",
                "spark.sql.shuffle.partitions",
                Integer.toString(2 * cores),
                "spark.sql.warehouse.dir",
                Path.of(System.getProperty("java.io.tmpdir"), "tidemark-spark-warehouse")
                        .toString()));
        // spark-submit says where to run; started alone, on this machine.
        defaults.put("spark.master", System.getProperty("spark.master", "local[*]"));
        return defaults;
    }

    @Override
    public synchronized void close() {
        if (session != null) {
            session.stop();
            session = null;
        }
    }
}
