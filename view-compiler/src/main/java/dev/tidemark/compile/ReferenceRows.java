package dev.tidemark.compile;

import dev.tidemark.schema.Enrichment;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The rows of reference tables' versions, as both layers join them. A version is read once and then held in memory, so
 * that no query has to ask its Delta table again: neither each view's in batch, nor each batch of a stream.
 */
public final class ReferenceRows {

    /** The column with the key. */
    public static final String KEY = "key";

    /** The column that says from when on a row is valid; null for from ever. */
    public static final String VALID_FROM = "valid_from";

    /** The column that says until when a row is valid, exclusive; null for for ever. */
    public static final String VALID_TO = "valid_to";

    /** The column with the columns that sources may take, a struct. */
    public static final String COLUMNS = "columns";

    /** The longest text, in bytes of UTF-8: no longer than one that certainly can be counted. */
    public static final int LONGEST_TEXT = Contributions.SHORT_VALUE;

    private final Function<String, Path> tables;
    private final Map<Version, Dataset<Row>> read = new ConcurrentHashMap<>();

    /** @param tables where the Delta table of a reference table's name stands */
    public ReferenceRows(Function<String, Path> tables) {
        this.tables = tables;
    }

    private record Version(String reference, long number) {}

    /**
     * The rows that events are joined with.
     *
     * @throws IllegalStateException if the table was not loaded when the definition set was resolved
     */
    Dataset<Row> of(SparkSession spark, Enrichment enrichment) {
        if (!enrichment.isLoaded()) {
            throw new IllegalStateException("reference " + enrichment.reference() + " is not loaded");
        }
        return read.computeIfAbsent(
                new Version(enrichment.reference(), enrichment.version()), version -> read(spark, version));
    }

    private Dataset<Row> read(SparkSession spark, Version version) {
        Dataset<Row> rows = spark.read()
                .format("delta")
                .option("versionAsOf", version.number())
                .load(tables.apply(version.reference()).toString());
        return spark.createDataFrame(rows.collectAsList(), rows.schema());
    }
}
