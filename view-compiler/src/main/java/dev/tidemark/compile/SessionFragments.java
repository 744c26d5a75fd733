package dev.tidemark.compile;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lag;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.view.Session;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.expressions.WindowSpec;

/**
 * Which fragment of a session each event belongs to. Spark's {@code session_window} would say the same, but leaves out what
 * has no time: what does not count would be in no group.
 */
final class SessionFragments {

    /** The event's day, where fragments are cut. */
    static final String DAY = "fragment_day";

    /** Counts the fragments of a key and day. */
    static final String NUMBER = "fragment";

    private SessionFragments() {}

    /**
     * The contributions, each with the day and the number of its fragment.
     *
     * @param dimensions the columns of the sessions' key
     */
    static Dataset<Row> numbered(Dataset<Row> contributions, Session session, List<Column> dimensions) {
        List<Column> key = new ArrayList<>(dimensions);
        key.add(col(DAY));
        key.add(col("bucket"));
        WindowSpec inOrder = Window.partitionBy(key.toArray(Column[]::new)).orderBy("pane");
        WindowSpec upToIt = inOrder.rowsBetween(Window.unboundedPreceding(), Window.currentRow());
        Column since =
                unix_micros(col("pane")).minus(unix_micros(lag(col("pane"), 1).over(inOrder)));
        Column begins = when(since.gt(lit(session.gapMicros())), lit(1L)).otherwise(lit(0L));
        return contributions
                .withColumn(DAY, to_date(col("pane")))
                .withColumn("begins", begins)
                .withColumn(NUMBER, sum(col("begins")).over(upToIt))
                .drop("begins");
    }
}
