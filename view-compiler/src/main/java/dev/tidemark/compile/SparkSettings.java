package dev.tidemark.compile;

import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import org.apache.spark.sql.SparkSession;

/** The settings that the meaning of a view rests on. Every session of ours has them, whatever else is configured. */
public final class SparkSettings {

    private static final String EXTENSIONS = "spark.sql.extensions";
    private static final String DELTA_EXTENSION = "io.delta.sql.DeltaSparkSessionExtension";

    private SparkSettings() {}

    /**
     * What a session is configured with that reads Delta tables, or writes them: extensions of the deployment stand beside
     * Delta's.
     */
    public static Map<String, String> withDelta(Map<String, String> configured) {
        Map<String, String> settings = new HashMap<>(configured);
        // A table's log is small, and every task over it is compiled anew.
        settings.putIfAbsent("spark.databricks.delta.snapshotPartitions", "1");
        settings.merge(
                EXTENSIONS, DELTA_EXTENSION, (own, delta) -> own.contains(delta) ? own : String.join(",", delta, own));
        settings.put("spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
        return settings;
    }

    /** Settings of Hadoop, as Spark takes them. */
    public static Map<String, String> ofHadoop(Map<String, String> hadoop) {
        Map<String, String> settings = new HashMap<>();
        hadoop.forEach((name, value) -> settings.put("spark.hadoop." + name, value));
        return settings;
    }

    /** What is set where neither the deployment nor {@code spark-submit} says otherwise. */
    private static Map<String, String> defaults(String master) {
        Map<String, String> defaults = new HashMap<>(Map.of("spark.ui.enabled", "false"));
        if (master.equals("local") || master.startsWith("local[")) {
            // On a cluster the executors have to reach the driver; here nobody else has to.
            defaults.put("spark.driver.bindAddress", "127.0.0.1");
            defaults.put("spark.driver.host", "127.0.0.1");
        }
        return defaults;
    }

    /**
     * A builder of sessions.
     *
     * @param zone the deployment's timezone
     * @param configured the deployment's {@code spark.*} settings
     */
    public static SparkSession.Builder builder(ZoneId zone, Map<String, String> configured) {
        SparkSession.Builder builder = SparkSession.builder();
        defaults(configured.getOrDefault("spark.master", System.getProperty("spark.master", "local")))
                .forEach((name, value) -> builder.config(name, System.getProperty(name, value)));
        configured.forEach(builder::config);
        return builder.config("spark.sql.session.timeZone", zone.getId())
                .config("spark.sql.ansi.enabled", "true")
                .config("spark.sql.datetime.java8API.enabled", "true")
                // Plans show the options of sources and sinks: among Kafka's are passwords.
                .config("spark.sql.redaction.options.regex", "(?i)url|^kafka[.]")
                // A common part of two views would be evaluated outside of the attempt that isolates its failure.
                .config("spark.sql.subexpressionElimination.enabled", "false")
                // It would push an attempt into the branches of a conditional, and leave the condition outside.
                .config(
                        "spark.sql.optimizer.excludedRules",
                        "org.apache.spark.sql.catalyst.optimizer.PushFoldableIntoBranches");
    }
}
