package dev.tidemark.batch;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.octet_length;
import static org.apache.spark.sql.functions.unix_millis;

import dev.tidemark.compile.JudgedEvents;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What an append adds.
 *
 * @param eventsByDay the well-formed events by UTC day of event time
 * @param archived the records by partition
 * @param malformed the malformed records by partition
 * @param newestRecord the newest record timestamp by partition, in milliseconds
 * @param longestValue the bytes of the longest value, by partition
 */
record AppendCounts(
        Map<LocalDate, Long> eventsByDay,
        Map<Integer, Long> archived,
        Map<Integer, Long> malformed,
        Map<Integer, Long> newestRecord,
        Map<Integer, Long> longestValue) {

    private static AppendCounts none() {
        return new AppendCounts(new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>(), new TreeMap<>());
    }

    /** Counts rows of one log in the master dataset. */
    static AppendCounts of(Dataset<Row> rows) {
        return byLog(rows).values().stream().findFirst().orElse(none());
    }

    /** Counts rows of the master dataset, by log. */
    static Map<String, AppendCounts> byLog(Dataset<Row> rows) {
        Map<String, AppendCounts> counts = new TreeMap<>();
        rows.groupBy("log_id", "partition", "verdict", "event_day")
                .agg(
                        count(lit(1)).as("records"),
                        max(unix_millis(col("record_timestamp"))).as("newest"),
                        max(coalesce(octet_length(col("value")), lit(0))).as("longest"))
                .collectAsList()
                .forEach(group -> counts.computeIfAbsent(group.getAs("log_id"), log -> none())
                        .add(group));
        return counts;
    }

    private void add(Row group) {
        int partition = group.getAs("partition");
        long records = group.<Long>getAs("records");
        archived.merge(partition, records, Long::sum);
        newestRecord.merge(partition, group.<Long>getAs("newest"), Math::max);
        longestValue.merge(partition, (long) group.<Integer>getAs("longest"), Math::max);
        if (JudgedEvents.MALFORMED.equals(group.getAs("verdict"))) {
            malformed.merge(partition, records, Long::sum);
        } else {
            eventsByDay.merge(group.getAs("event_day"), records, Long::sum);
        }
    }

    long records() {
        return archived.values().stream().mapToLong(Long::longValue).sum();
    }

    long longest() {
        return longestValue.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    long malformedRecords() {
        return malformed.values().stream().mapToLong(Long::longValue).sum();
    }
}
