package dev.tidemark.batch;

import dev.tidemark.deployment.DeltaCommits;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.DriftLedger;
import dev.tidemark.view.Drift;
import dev.tidemark.view.Json;
import dev.tidemark.view.Reconciled;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The Delta table {@code drift}: for each publication that was looked at a row of the cause {@code reconciled}, and a row for
 * each measure of a view and day that differs. Its commits are numbered by the publications, so that each is written once.
 *
 * @param path its folder
 */
record DriftTable(Path path) {

    private static final StructType SCHEMA = new StructType()
            .add("publication", DataTypes.LongType)
            .add("reconciled_at", DataTypes.TimestampType)
            .add("source", DataTypes.StringType)
            .add("view", DataTypes.StringType)
            .add("day", DataTypes.DateType)
            .add("measure", DataTypes.StringType)
            .add("equality", DataTypes.StringType)
            .add("cells", DataTypes.LongType)
            .add("answered", DataTypes.StringType)
            .add("recomputed", DataTypes.StringType)
            .add("cause", DataTypes.StringType)
            .add("largest", DataTypes.StringType);

    static DriftTable of(Deployment deployment) {
        return new DriftTable(deployment.warehouse().drift());
    }

    /** The last publication that was looked at; zero if none was. */
    long through() {
        return new DriftLedger(path)
                .newestFirst()
                .findFirst()
                .map(Reconciled::publication)
                .orElse(0L);
    }

    /**
     * Writes what a look found, once.
     *
     * @param drifts all differences, of which {@code found} may tell only some
     */
    void append(SparkSession spark, Reconciled found, List<Drift> drifts) {
        DeltaTables.create(path, SCHEMA, List.of(), Map.of(DeltaCommits.KEEP_LOG, "false"));
        List<Row> rows = new ArrayList<>();
        rows.add(RowFactory.create(
                found.publication(), found.at(), null, null, null, null, null, null, null, null, "reconciled", null));
        drifts.forEach(drift -> rows.add(RowFactory.create(
                drift.publication(),
                found.at(),
                drift.source(),
                drift.view(),
                drift.day(),
                drift.measure(),
                drift.equality().name().toLowerCase(Locale.ROOT),
                drift.cells(),
                text(drift.answered()),
                text(drift.recomputed()),
                drift.cause().toString(),
                Json.write(drift.largest()))));
        DeltaTables.once(
                        spark.createDataFrame(rows, SCHEMA).coalesce(1),
                        DriftLedger.APPLICATION,
                        found.publication(),
                        Json.write(found))
                .mode("append")
                .save(path.toString());
    }

    private static String text(Object result) {
        return result == null || result instanceof String ? (String) result : Json.write(result);
    }
}
