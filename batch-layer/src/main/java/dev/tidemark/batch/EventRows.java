package dev.tidemark.batch;

import dev.tidemark.view.Cut;
import java.time.LocalDate;
import java.util.SortedSet;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Where records of a source are read, judged, with the columns of the master dataset. */
interface EventRows extends AutoCloseable {

    /**
     * The records of UTC days. Those below {@code since} may lack, and there may be some beyond the cut that is computed up to.
     *
     * @param days the days of event time
     */
    Dataset<Row> on(SparkSession spark, SortedSet<LocalDate> days, Cut since);

    /** Whether every value is known to have no more bytes than this. */
    boolean hasNoneLongerThan(long bytes);

    /** Up to where it has records, if that is known. */
    Cut end();

    @Override
    default void close() {}
}
