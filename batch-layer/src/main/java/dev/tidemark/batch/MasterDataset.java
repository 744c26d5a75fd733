package dev.tidemark.batch;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import dev.tidemark.compile.EarlierIds;
import dev.tidemark.compile.JudgedEvents;
import dev.tidemark.compile.JudgedEvents.WrittenBy;
import dev.tidemark.compile.SparkTypes;
import dev.tidemark.deployment.DeltaCommits;
import dev.tidemark.deployment.DeltaLogFiles;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Json;
import io.delta.exceptions.DeltaConcurrentModificationException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * All records of a source that were archived, judged: a Delta table of records that never change, partitioned by the
 * UTC day of event time (of the record timestamp, where the record is malformed). They are judged again when the schema
 * or the rules change.
 *
 * @param source the source
 * @param table the table's folder
 */
record MasterDataset(Source source, Path table) {

    static final String DAY = "event_day";

    private static final String TIMESTAMP = "timestamp";
    private static final List<String> CARRIED = List.of("log_id", "partition", "offset", TIMESTAMP, "key", "value");

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

    /**
     * Writes a commit after version {@code last}.
     *
     * @param run the run whose commit it is
     * @throws LostRaceException if another process has made one meanwhile
     */
    void commit(long last, String run, DataFrameWriter<Row> writer) {
        try {
            writer.save(table.toString());
        } catch (DeltaConcurrentModificationException e) {
            throw lostRace();
        }
        // Delta ignores an append silently where another one came first under the same transaction.
        boolean ours = commits().after(last).stream()
                .map(this::version)
                .anyMatch(version -> version.commit().run().equals(run));
        if (!ours) {
            throw lostRace();
        }
    }

    /**
     * Appends rows in one commit, the one after {@code last}, which says what they are.
     *
     * @param last the version that it comes after; 0 if there is none
     * @throws LostRaceException if another process has made one meanwhile
     */
    void append(long last, ArchiveCommit commit, Dataset<Row> rows) {
        commit(
                last,
                commit.run(),
                DeltaTables.once(DeltaTables.inFewFiles(rows, DAY), application(), last + 1, Json.write(commit))
                        .mode("append"));
    }

    private LostRaceException lostRace() {
        return new LostRaceException("another process has written the master dataset of source " + source.name()
                + " meanwhile; nothing was appended twice: run it again");
    }

    /**
     * The appends that hold something by now, the newest first; each is read when it is asked for. The last is the one that
     * judged all records again, if any did: what those before it say of days and verdicts is past. Imports that have been
     * revoked are not among them.
     */
    Stream<Version> newestFirst() {
        Optional<Version> newest = latest();
        return judgedAlike().filter(version -> !version.commit()
                .isRevokedIn(newest.orElseThrow().commit()));
    }

    private Stream<Version> judgedAlike() {
        boolean[] past = new boolean[1];
        return all().takeWhile(version -> {
            boolean counts = !past[0];
            past[0] = version.commit().again();
            return counts;
        });
    }

    /** All commits, the newest first; each is read when it is asked for. */
    Stream<Version> all() {
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

    /** Whether verdicts were given by the rules that the files now state. */
    boolean isJudgedAsNow(ArchiveCommit archived) {
        return archived.judgedBy().equals(judgedBy());
    }

    /** Refuses to go on if verdicts were given by other rules than the files now state. */
    void requireSameJudging(ArchiveCommit archived) {
        if (!isJudgedAsNow(archived)) {
            throw new RefusedException(("the schema or the judging rules of source %s have changed since %s was written"
                            + " (%s, now %s): run `tidemark archive`, which judges again what is archived")
                    .formatted(source.name(), table, archived.judgedBy(), judgedBy()));
        }
    }

    /**
     * Refuses to go on if all records were judged again after {@code seen}: what was read in between may be either.
     *
     * @throws LostRaceException then
     */
    void requireNotJudgedAgainSince(Version seen) {
        boolean again = judgedAlike()
                .takeWhile(
                        version -> !version.commit().run().equals(seen.commit().run()))
                .anyMatch(version -> version.commit().again());
        if (again) {
            throw new LostRaceException("another process has judged the master dataset of source " + source.name()
                    + " again meanwhile; nothing of this run is visible: run it again");
        }
    }

    /**
     * Refuses to go on if the newest append ends below {@code published}: a cut that moved back would count again in the
     * tail what segments hold. Imports that were revoked may lack.
     */
    void requireReaches(Cut published, Optional<Version> newest) {
        Cut cut = newest.map(version -> version.commit().cut()).orElse(Cut.NONE);
        requireRevoked(published.importsBeyond(cut));
        published
                .ofTopics()
                .logs()
                .forEach((log, partitions) -> partitions.forEach((partition, end) -> {
                    long done = cut.of(log, partition).orElse(0);
                    if (done < end) {
                        throw new RefusedException(
                                ("the master dataset of source %s ends at offset %d of partition %d, below"
                                                + " offset %d, up to which it was published: it has lost records; restore it, or"
                                                + " run `tidemark archive`, which reads again what the topic still holds")
                                        .formatted(source.name(), done, partition, end));
                    }
                }));
    }

    private void requireRevoked(List<String> imports) {
        ImportHistory history = new ImportHistory(this);
        imports.stream().filter(id -> !history.wasRevoked(id)).findFirst().ifPresent(id -> {
            throw new RefusedException(
                    ("the master dataset of source %s does not have %s, which was published and never revoked: it"
                                    + " has lost records; restore it, or import the files again")
                            .formatted(source.name(), id));
        });
    }

    /**
     * Refuses to compute up to a cut with imports that the archive no longer has.
     *
     * @param archived what it has
     */
    void requireHolds(Cut cut, ArchiveCommit archived) {
        cut.importsBeyond(archived.cut()).stream().findFirst().ifPresent(id -> {
            throw new RefusedException(
                    ("%s of source %s has been revoked, and what is published still holds it: run `tidemark"
                                    + " recompute`, which takes it out, before anything else is computed at that cut")
                            .formatted(id, source.name()));
        });
    }

    /**
     * The days of a timezone that events beyond a cut touch. The appends are told by what they hold, not by their
     * numbers: a table that was restored has used those again.
     */
    SortedSet<LocalDate> daysBeyond(Cut cut, ZoneId zone) {
        return days(newestFirst().takeWhile(version -> version.commit().reachesBeyond(cut)), zone);
    }

    /** The days of a timezone that events of appends touch. */
    static SortedSet<LocalDate> days(Stream<Version> appends, ZoneId zone) {
        SortedSet<LocalDate> utc = new TreeSet<>();
        appends.forEach(version -> utc.addAll(version.commit().eventsByDay().keySet()));
        return Days.ofZone(utc, zone);
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

    /**
     * Kafka records of one log as rows of the table.
     *
     * @param records each partition's in the order of their offsets, from the first of it on or, of a source whose ids
     *     count once, from where {@link Lookback} says
     */
    Dataset<Row> rows(Dataset<Row> records, String log) {
        return shaped(JudgedEvents.of(records.withColumn("log_id", lit(log)), source, CARRIED, EarlierIds.NONE));
    }

    /**
     * Rows of files as rows of the table, whatever format the topic's values have. A well-formed one is stamped with its
     * event's time, so none of them is late.
     *
     * @param records JSON, each stamped with the time of its import; a file's in order, if the source's ids count once
     */
    Dataset<Row> imported(Dataset<Row> records) {
        Source json = source.in(Format.JSON);
        Source alone = json.with(source.lateEvents(), Optional.empty());
        Dataset<Row> stamped = JudgedEvents.of(records, alone, CARRIED, EarlierIds.NONE)
                .withColumn(TIMESTAMP, coalesce(col("event_time"), col(TIMESTAMP)));
        return shaped(
                source.deduplication().isEmpty()
                        ? stamped
                        // Ids are forgotten by the stamps, which are known only now.
                        : JudgedEvents.of(stamped, json, CARRIED, EarlierIds.NONE));
    }

    /**
     * The rows of a version, of which those below {@code since} may lack: only the files of the appends beyond it are read,
     * where the table's log still tells which they are.
     */
    Dataset<Row> rowsBeyond(SparkSession spark, Cut since, Version version) {
        Optional<List<String>> files = since.equals(Cut.NONE) ? Optional.empty() : filesBeyond(since, version);
        if (files.isEmpty()) {
            return DeltaTables.read(spark, table, version.number());
        }
        return files.get().isEmpty()
                ? spark.createDataFrame(List.of(), schema())
                : spark.read()
                        .schema(schema())
                        .option("basePath", table.toString())
                        // They are names, whatever characters they have.
                        .option("__globPaths__", "false")
                        .parquet(files.get().toArray(String[]::new));
    }

    /** Empty if files have been replaced since, or the log does not reach back as far. */
    private Optional<List<String>> filesBeyond(Cut since, Version version) {
        DeltaLogFiles log = new DeltaLogFiles(table);
        OptionalLong below = newestFirst()
                .filter(append -> !append.commit().reachesBeyond(since))
                .mapToLong(Version::number)
                .findFirst();
        if (below.isEmpty()) {
            return Optional.empty();
        }
        List<Long> beyond = log.versions()
                .takeWhile(number -> number > below.getAsLong())
                .filter(number -> number <= version.number())
                .toList();
        boolean replaced = log.versions()
                .takeWhile(number -> number > below.getAsLong())
                .anyMatch(number -> !log.actions(number, "remove").isEmpty());
        return replaced
                ? Optional.empty()
                : Optional.of(beyond.stream()
                        .flatMap(number -> log.actions(number, "add").stream())
                        .map(log::path)
                        .toList());
    }

    /** All rows of the table, judged as if their bytes were new. */
    Dataset<Row> judgedAgain(SparkSession spark, ArchiveCommit archived) {
        Dataset<Row> records = inOrder(DeltaTables.read(spark, table).withColumnRenamed("record_timestamp", TIMESTAMP));
        Map<String, Instant> imports = new ImportHistory(this).times(archived);
        if (imports.isEmpty()) {
            return judgedAgain(records, archived);
        }
        Column time = lit(null).cast(DataTypes.TimestampType);
        for (Map.Entry<String, Instant> each : imports.entrySet()) {
            time = when(col("log_id").equalTo(each.getKey()), lit(each.getValue()))
                    .otherwise(time);
        }
        Dataset<Row> imported = records.where(time.isNotNull()).withColumn(TIMESTAMP, time);
        return judgedAgain(records.where(time.isNull()), archived).unionByName(imported(imported));
    }

    /** Records so that those of one partition are in one task, in their order, if the source's ids count once. */
    Dataset<Row> inOrder(Dataset<Row> records) {
        return source.deduplication().isEmpty()
                ? records
                : records.repartition(col("log_id"), col("partition"))
                        .sortWithinPartitions("log_id", "partition", "offset");
    }

    /** The same of records of one log: each partition's as {@link #rows} wants them. */
    Dataset<Row> judgedAgain(Dataset<Row> records, String log, ArchiveCommit archived) {
        return judgedAgain(records.withColumn("log_id", lit(log)), archived);
    }

    private Dataset<Row> judgedAgain(Dataset<Row> records, ArchiveCommit archived) {
        if (!source.format().equals(Format.AVRO)) {
            return shaped(JudgedEvents.of(records, source, CARRIED, EarlierIds.NONE));
        }
        // Nothing in the bytes of plain Avro says which schema wrote them.
        List<WrittenBy> schemas = archived.schemas().stream()
                .map(part -> new WrittenBy(part.parsed(), part.end()))
                .toList();
        return shaped(JudgedEvents.of(records, source, schemas, CARRIED, EarlierIds.NONE));
    }

    private Dataset<Row> shaped(Dataset<Row> judged) {
        StructType schema = schema();
        Dataset<Row> rows = judged.withColumnRenamed(TIMESTAMP, "record_timestamp")
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
