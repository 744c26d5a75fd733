package dev.tidemark.compile;

import dev.tidemark.schema.Enrichment;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The rows of reference tables' versions, as both layers join them. What has one content is read once and then held in memory, so
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
    private final ToLongFunction<Enrichment> versions;
    private final Map<Content, Dataset<Row>> read = new ConcurrentHashMap<>();

    /**
     * @param tables where the Delta table of a reference table's name stands
     * @param versions which version of it has the content that is joined
     */
    public ReferenceRows(Function<String, Path> tables, ToLongFunction<Enrichment> versions) {
        this.tables = tables;
        this.versions = versions;
    }

    private record Content(String reference, String identity) {}

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
                new Content(enrichment.reference(), enrichment.content()), content -> read(spark, enrichment));
    }

    private Dataset<Row> read(SparkSession spark, Enrichment enrichment) {
        Dataset<Row> rows = spark.read()
                .format("delta")
                .option("versionAsOf", versions.applyAsLong(enrichment))
                .load(tables.apply(enrichment.reference()).toString());
        return spark.createDataFrame(rows.collectAsList(), rows.schema());
    }
}
