package dev.tidemark.deployment;

import java.util.List;
import java.util.Optional;

/**
 * Which settings of Spark a deployment may have. Those of Spark SQL that can decide what an expression gives, or which
 * rows are read, are refused: definition sets do not tell them apart, so two runs under one identity could differ.
 */
final class SparkTuning {

    private static final String PREFIX = "spark.";
    private static final String SQL_PREFIX = "spark.sql.";

    /** Settings of Spark SQL that cannot; one that ends with a point stands for all that begin so. */
    private static final List<String> SQL_ACCEPTED = List.of(
            "spark.sql.adaptive.",
            "spark.sql.autoBroadcastJoinThreshold",
            "spark.sql.broadcastTimeout",
            "spark.sql.catalog.",
            "spark.sql.codegen.",
            "spark.sql.extensions",
            "spark.sql.files.maxPartitionBytes",
            "spark.sql.files.maxPartitionNum",
            "spark.sql.files.maxRecordsPerFile",
            "spark.sql.files.minPartitionNum",
            "spark.sql.files.openCostInBytes",
            "spark.sql.inMemoryColumnarStorage.",
            "spark.sql.leafNodeDefaultParallelism",
            "spark.sql.parquet.compression.",
            "spark.sql.shuffle.partitions",
            "spark.sql.streaming.",
            "spark.sql.ui.",
            "spark.sql.warehouse.dir");

    private SparkTuning() {}

    /** Why a deployment may not have that setting, if so. */
    static Optional<String> refusal(String name) {
        if (!name.startsWith(PREFIX)) {
            return Optional.of("is no setting here; their names begin with " + PREFIX);
        }
        if (!name.startsWith(SQL_PREFIX) || SQL_ACCEPTED.stream().anyMatch(accepted -> covers(accepted, name))) {
            return Optional.empty();
        }
        return Optional.of("could change what the views' expressions give without changing their definition set;"
                + " of " + SQL_PREFIX + "* accepted are " + SQL_ACCEPTED);
    }

    private static boolean covers(String accepted, String name) {
        return accepted.endsWith(".") ? name.startsWith(accepted) : name.equals(accepted);
    }
}
