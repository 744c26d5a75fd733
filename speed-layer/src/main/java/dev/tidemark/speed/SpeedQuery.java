package dev.tidemark.speed;

import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.compile.SparkSettings;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.NeededTopic;
import dev.tidemark.deployment.RefusedException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.streaming.StreamingQuery;

/** A stateless query of the speed layer: sources' events in, increments out, partition to partition. */
final class SpeedQuery {

    private final Deployment deployment;
    private final ReferenceRows references;
    private final SpeedTrigger trigger;

    SpeedQuery(Deployment deployment, SpeedTrigger trigger) {
        this.deployment = deployment;
        this.references = new ReferenceRows(deployment.warehouse()::reference, deployment.warehouse()::versionOf);
        this.trigger = trigger;
    }

    /** A Spark session with a task slot for every partition, unless the deployment configures its own master. */
    SparkSession session(SpeedPlan plan) {
        Map<String, String> settings =
                new HashMap<>(SparkSettings.ofHadoop(deployment.warehouse().hadoop()));
        settings.putAll(deployment.spark());
        int slots = Math.max(plan.slots(), Runtime.getRuntime().availableProcessors());
        settings.putIfAbsent("spark.master", System.getProperty("spark.master", "local[" + slots + "]"));
        // Streams have no use for it, and Spark says so at each start.
        settings.put("spark.sql.adaptive.enabled", "false");
        SparkSession session = SparkSettings.builder(
                        deployment.zone(), plan.readsReferences() ? SparkSettings.withDelta(settings) : settings)
                .appName("tidemark-speed-" + deployment.name())
                .getOrCreate();
        // A session that stood already is not this thread's, and encoders take their settings from the thread's.
        SparkSession.setActiveSession(session);
        return session;
    }

    /**
     * @throws RefusedException if there is nothing to read, or if there are fewer task slots than partitions: Real-time Mode would silently not read some
     */
    static void requireSlots(SpeedPlan plan, SparkContext spark) {
        if (plan.all().isEmpty()) {
            throw new RefusedException("no source has a view that is streamed, so there is nothing to stream");
        }
        int slots = spark.maxNumConcurrentTasks(spark.resourceProfileManager().defaultResourceProfile());
        if (slots < plan.slots()) {
            throw new RefusedException(
                    ("the sources have %d partitions, but Spark (%s) has %d task slots, and a partition"
                                    + " without a slot would silently not be read: set `spark: {spark.master: local[%d]}` in"
                                    + " tidemark.yaml (slots may exceed the cores), or give the cluster more cores")
                            .formatted(plan.slots(), spark.master(), slots, plan.slots()));
        }
    }

    /**
     * Starts reading where the sources say.
     *
     * @param checkpoint an empty folder; Spark alone needs what it writes there, and only while the query runs
     */
    StreamingQuery start(SparkSession session, List<SpeedSource> sources, Path checkpoint) {
        Dataset<Row> increments = sources.stream()
                .map(source -> Increments.of(deployment, events(session, source), source, references))
                .reduce(Dataset::union)
                .orElseThrow();
        try {
            return increments
                    .writeStream()
                    .format("kafka")
                    .options(kafkaOptions())
                    // Kafka's default is to wait 5 ms for more to send.
                    .option("kafka.linger.ms", "0")
                    .option("kafka.max.request.size", String.valueOf(NeededTopic.MAX_INCREMENT_BYTES))
                    // A batch that is given up while later ones arrive would leave a hole, whatever the file says.
                    .option("kafka.acks", "all")
                    .option("kafka.enable.idempotence", "true")
                    .option("kafka.delivery.timeout.ms", String.valueOf(Integer.MAX_VALUE))
                    .option("checkpointLocation", checkpoint.toString())
                    .outputMode("update")
                    .trigger(trigger.spark())
                    .start();
        } catch (TimeoutException e) {
            throw new IllegalStateException("the query did not start", e);
        }
    }

    private Dataset<Row> events(SparkSession session, SpeedSource source) {
        return session.readStream()
                .format("kafka")
                .options(kafkaOptions())
                .option("subscribe", source.source().topic())
                .option("startingOffsets", source.startingOffsets())
                .option("kafka.isolation.level", "read_committed")
                .option("includeHeaders", "true")
                .load();
    }

    private Map<String, String> kafkaOptions() {
        Map<String, String> options = new HashMap<>();
        deployment.kafkaClient().forEach((name, value) -> options.put("kafka." + name, value.toString()));
        return options;
    }
}
