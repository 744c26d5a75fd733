package dev.tidemark.batch;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.call_function;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.get;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.to_date;
import static org.apache.spark.sql.functions.unix_date;
import static org.apache.spark.sql.functions.unix_micros;
import static org.apache.spark.sql.functions.unix_seconds;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.compile.Contributions;
import dev.tidemark.compile.EnrichedEvents;
import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * The well-formed events of a source between two cuts, and nothing that comes meanwhile.
 *
 * @param source their source
 * @param records where they are read
 * @param since from where on events count
 * @param cut up to where they do
 * @param zone whose days they are told by
 * @param references what they are joined with
 */
record CountedEvents(Source source, EventRows records, Cut since, Cut cut, ZoneId zone, ReferenceRows references) {

    /** The column with an event's day in the zone, as {@link LocalDate#toEpochDay} numbers it. */
    static final String DAY = "day";

    /** The column with the bucket of an event that no view counts. */
    static final String ASIDE = "aside";

    /**
     * Those of days of the zone that views are to count, with the columns that {@link JudgedEvents} makes and carries of {@code log_id},
     * {@code partition} and {@code offset}, and {@link #DAY}.
     */
    Dataset<Row> on(SparkSession spark, SortedSet<LocalDate> days) {
        return withRecordsOn(spark, days).drop("record_timestamp", "key", "value");
    }

    /** The same with {@code record_timestamp}, {@code key} and {@code value} of the records that they came in. */
    Dataset<Row> withRecordsOn(SparkSession spark, SortedSet<LocalDate> days) {
        return of(JudgedEvents.OK, spark, days);
    }

    /** Duplicates as if they were none, with the columns of {@link #on}. */
    Dataset<Row> duplicatesOn(SparkSession spark, SortedSet<LocalDate> days) {
        return of(JudgedEvents.DUPLICATE, spark, days).drop("record_timestamp", "key", "value");
    }

    private Dataset<Row> of(String verdict, SparkSession spark, SortedSet<LocalDate> days) {
        return rows(spark, days)
                .where(col("verdict").equalTo(verdict))
                .where(not(isExcluded()))
                // Known from here on, so that no view compares it again.
                .withColumn("verdict", lit(JudgedEvents.OK))
                .withColumn(DAY, day(days))
                .select(
                        "log_id",
                        "partition",
                        "offset",
                        "record_timestamp",
                        "key",
                        "value",
                        DAY,
                        "verdict",
                        "event_time",
                        "event");
    }

    /** Events with what views take from reference tables. To join what no view uses would cost all the same. */
    Dataset<Row> enriched(Dataset<Row> events, List<View> views) {
        List<ViewDefinition> using = views.stream().map(View::definition).toList();
        return EnrichedEvents.of(events, DefinitionSet.usedBy(using, source), references);
    }

    /**
     * Whether none of them has a text too long to count, but what an expression that can fail makes of one: neither their
     * values nor the schema's defaults, nor what is joined, are long enough.
     */
    boolean haveShortTexts() {
        return records.hasNoneLongerThan(Contributions.SHORT_VALUE)
                && source.schema().toString().length() <= Contributions.SHORT_VALUE;
    }

    /** Whether there may be events that no view is to count. */
    boolean setsAside() {
        return source.deduplication().isPresent() || source.lateEvents() == LateEvents.EXCLUDE;
    }

    /**
     * Those of days of the zone that no view is to count: {@code log_id}, {@code partition}, {@link #DAY} and
     * {@link #ASIDE}, the name of their {@link Bucket}.
     */
    Dataset<Row> aside(SparkSession spark, SortedSet<LocalDate> days) {
        Column duplicate = col("verdict").equalTo(JudgedEvents.DUPLICATE);
        return rows(spark, days)
                .where(duplicate.or(col("verdict").equalTo(JudgedEvents.OK).and(isExcluded())))
                .withColumn(DAY, day(days))
                .withColumn(ASIDE, when(duplicate, Bucket.DUPLICATE.name()).otherwise(Bucket.EXCLUDED.name()))
                .select("log_id", "partition", DAY, ASIDE);
    }

    /** Batch counts what is deferred: the cut has passed it. */
    private Column isExcluded() {
        if (source.lateEvents() != LateEvents.EXCLUDE) {
            return lit(false);
        }
        Column lateness = unix_micros(col("record_timestamp")).minus(unix_micros(col("event_time")));
        return lateness.gt(
                lit(TimeUnit.MILLISECONDS.toMicros(source.allowedLateness().toMillis())));
    }

    private Dataset<Row> rows(SparkSession spark, SortedSet<LocalDate> days) {
        // All of a version is below the cut that its append has moved to, so nothing has to be compared.
        Column below = records.end().equals(cut) ? lit(true) : isBelow(cut);
        Column beyond = since.equals(Cut.NONE) ? lit(true) : not(coalesce(isBelow(since), lit(false)));
        return records.on(spark, Days.ofUtc(days, zone), since)
                .where(below)
                .where(beyond)
                .where(isOn(days));
    }

    /** Compares times, which is much quicker than finding out the day of each. */
    private Column isOn(SortedSet<LocalDate> days) {
        Column on = lit(false);
        for (Days.Span span : Days.spans(days)) {
            Column time = col("event_time");
            on = on.or(time.geq(lit(start(span.first())))
                    .and(time.lt(lit(start(span.last().plusDays(1))))));
        }
        return on;
    }

    /** Of the offset of the zone where it stays the same: to ask the zone about each event costs much more. */
    private Column day(SortedSet<LocalDate> days) {
        Instant first = start(days.first());
        Instant end = start(days.last().plusDays(1));
        ZoneOffsetTransition change = zone.getRules().nextTransition(first);
        if (change != null && change.getInstant().isBefore(end)) {
            return unix_date(to_date(col("event_time"))).cast(DataTypes.LongType);
        }
        int offset = zone.getRules().getOffset(first).getTotalSeconds();
        Column seconds = unix_seconds(col("event_time")).plus(lit((long) offset));
        Column length = lit(Duration.ofDays(1).toSeconds());
        return call_function("div", seconds.minus(pmod(seconds, length)), length);
    }

    private Instant start(LocalDate day) {
        return day.atStartOfDay(zone).toInstant();
    }

    private static Column isBelow(Cut end) {
        Column below = lit(false);
        for (Map.Entry<String, Map<Integer, Long>> log : end.logs().entrySet()) {
            Map<Integer, Long> ends = log.getValue();
            int partitions = ends.keySet().stream()
                    .mapToInt(partition -> partition + 1)
                    .max()
                    .orElse(0);
            // By partition; what the cut does not reach is null, and not below it.
            Column[] byPartition = IntStream.range(0, partitions)
                    .mapToObj(partition -> lit(ends.get(partition)).cast(DataTypes.LongType))
                    .toArray(Column[]::new);
            Column exclusive = get(array(byPartition), col("partition"));
            below = below.or(
                    col("log_id").equalTo(log.getKey()).and(col("offset").lt(exclusive)));
        }
        return below;
    }
}
