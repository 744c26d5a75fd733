package dev.tidemark.batch;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.compile.SparkTypes;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * All records of a source that were archived, judged: an append-only Delta table, partitioned by the UTC day of event
 * time (of the record timestamp, where the record is malformed).
 *
 * @param source the source
 * @param table the table's folder
 */
record MasterDataset(Source source, Path table) {

    static final String DAY = "event_day";

    /** A commit and the version of the table that it made. */
    record Version(long number, ArchiveCommit commit) {}

    static MasterDataset of(Deployment deployment, Source source) {
        return new MasterDataset(source, deployment.warehouse().master(source.name()));
    }

    /** The application id of the appends. */
    String application() {
        return "tidemark.archive." + source.name();
    }

    /** The newest append. */
    Optional<Version> latest() {
        return commits().latest().map(this::version);
    }

    /** The appends that made versions above {@code number}, oldest first. */
    List<Version> after(long number) {
        return commits().after(number).stream().map(this::version).toList();
    }

    /** The appends, the newest first; each is read when it is asked for. */
    Stream<Version> newestFirst() {
        return commits().newestFirst().map(this::version);
    }

    private DeltaCommits commits() {
        return new DeltaCommits(table, application());
    }

    private Version version(DeltaCommits.Commit commit) {
        String origin = "the metadata of version " + commit.version() + " of " + table;
        return new Version(commit.version(), Json.read(commit.metadata(), ArchiveCommit.class, origin));
    }

    /** The identity of the schema and the judging rules, as the files state them now. */
    String judgedBy() {
        return DefinitionSet.idOf(source, List.of(), ZoneOffset.UTC);
    }

    /** Refuses to go on if verdicts were given by other rules than the files now state. */
    void requireSameJudging(ArchiveCommit archived) {
        if (!archived.judgedBy().equals(judgedBy())) {
            throw new RefusedException(("the schema or the judging rules of source %s have changed since %s was written"
                            + " (%s, now %s); this release cannot judge what is archived again: restore the files, or take"
                            + " a new name and warehouse")
                    .formatted(source.name(), table, archived.judgedBy(), judgedBy()));
        }
    }

    /** Creates the table unless it exists. */
    void create() {
        DeltaTables.create(table, schema(), DAY, Map.of(DeltaCommits.KEEP_LOG, "false"));
    }

    private StructType schema() {
        StructType events = SparkTypes.ofEvents(source.schema()).toNullable();
        return new StructType()
                .add("log_id", DataTypes.StringType)
                .add("partition", DataTypes.IntegerType)
                .add("offset", DataTypes.LongType)
                .add("record_timestamp", DataTypes.TimestampType)
                .add("key", DataTypes.BinaryType)
                .add("value", DataTypes.BinaryType)
                .add("verdict", DataTypes.StringType)
                .add("reason", DataTypes.StringType)
                .add("message", DataTypes.StringType)
                .add("event_time", DataTypes.TimestampType)
                .add("event", events)
                .add(DAY, DataTypes.DateType);
    }

    /** Kafka records of one log as rows of the table. */
    Dataset<Row> rows(Dataset<Row> records, String log) {
        Dataset<Row> judged =
                JudgedEvents.of(records, source, List.of("partition", "offset", "timestamp", "key", "value"));
        StructType schema = schema();
        Dataset<Row> rows = judged.withColumn("log_id", lit(log))
                .withColumnRenamed("timestamp", "record_timestamp")
                .withColumn("event", col("event").cast(schema.apply("event").dataType()))
                .withColumn(DAY, utcDay(coalesce(col("event_time"), col("record_timestamp"))));
        return rows.select(java.util.Arrays.stream(schema.fieldNames())
                .map(org.apache.spark.sql.functions::col)
                .toArray(Column[]::new));
    }

    /** Whatever the session's timezone is. */
    private static Column utcDay(Column time) {
        return org.apache.spark.sql.functions.call_function(
                "date_from_unix_date",
                org.apache
                        .spark
                        .sql
                        .functions
                        .floor(org.apache.spark.sql.functions.unix_seconds(time).divide(lit(86_400)))
                        .cast(DataTypes.IntegerType));
    }
}
