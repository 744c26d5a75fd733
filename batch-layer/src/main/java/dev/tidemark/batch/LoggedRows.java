package dev.tidemark.batch;

import static org.apache.spark.sql.functions.col;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.OffsetRanges;
import java.time.LocalDate;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.storage.StorageLevel;

/**
 * Records of a source's topic, judged anew: the same as those of the master dataset, as long as the topic holds everything
 * that was archived below the cut. What is read is kept until this is closed, since every view asks for it.
 */
final class LoggedRows implements EventRows {

    private final Deployment deployment;
    private final MasterDataset master;
    private final ArchiveCommit archived;
    private final String log;
    private final Map<Integer, Long> starts;
    private final Map<Integer, Long> ends;
    private final Cut cut;
    private final Map<SortedSet<LocalDate>, Dataset<Row>> kept = new HashMap<>();

    private LoggedRows(
            Deployment deployment,
            MasterDataset master,
            ArchiveCommit archived,
            String log,
            Map<Integer, Long> starts,
            Map<Integer, Long> ends,
            Cut cut) {
        this.deployment = deployment;
        this.master = master;
        this.archived = archived;
        this.log = log;
        this.starts = starts;
        this.ends = ends;
        this.cut = cut;
    }

    /**
     * Those below a cut.
     *
     * @param archived what was archived of them
     * @throws RefusedException if the topic no longer holds them all
     * @throws UnavailableException if the broker does not answer
     */
    static LoggedRows below(Deployment deployment, MasterDataset master, ArchiveCommit archived, Cut cut) {
        Source source = master.source();
        try (Admin admin = Admin.create(deployment.kafkaAdmin())) {
            LogSpan span = LogSpan.of(admin, source.topic());
            String log = span.log().id();
            requireNoImports(source, cut);
            cut.logs().keySet().stream().filter(id -> !id.equals(log)).findAny().ifPresent(other -> {
                throw new RefusedException(
                        ("events of source %s were counted from log %s, and topic %s is log %s: only the"
                                        + " archive holds them all; leave out --input log")
                                .formatted(source.name(), other, source.topic(), log));
            });
            Map<Integer, Long> starts = new TreeMap<>();
            Map<Integer, Long> ends = new TreeMap<>(cut.logs().getOrDefault(log, Map.of()));
            ends.keySet()
                    .forEach(partition -> starts.put(
                            partition,
                            start(source, partition, archived.coverage().of(log, partition), span)));
            ends.replaceAll((partition, end) -> Math.max(end, starts.get(partition)));
            return new LoggedRows(deployment, master, archived, log, starts, ends, cut);
        }
    }

    private static void requireNoImports(Source source, Cut cut) {
        cut.imports().stream().findFirst().ifPresent(found -> {
            throw new RefusedException(
                    ("%,d rows that were counted of source %s were never in its topic: they were imported, as"
                                    + " %s; only the archive holds them; leave out --input log")
                            .formatted(found.rows(), source.name(), found.id()));
        });
    }

    private static long start(Source source, int partition, OffsetRanges archived, LogSpan span) {
        long kept = span.starts().getOrDefault(partition, 0L);
        long first =
                archived.ranges().isEmpty() ? kept : archived.ranges().get(0).from();
        if (kept > first) {
            throw new RefusedException(
                    ("topic %s no longer holds offsets %d to %d of partition %d, which were counted: only"
                                    + " the archive does; leave out --input log")
                            .formatted(source.topic(), first, kept, partition));
        }
        return first;
    }

    @Override
    public Dataset<Row> on(SparkSession spark, SortedSet<LocalDate> days, Cut since) {
        return kept.computeIfAbsent(days, wanted -> read(spark, wanted));
    }

    /** From the start, whatever is asked for: whether a record repeats another one is told by those before it. */
    private Dataset<Row> read(SparkSession spark, SortedSet<LocalDate> days) {
        Dataset<Row> records =
                KafkaRecords.read(spark, deployment, master.source().topic(), starts, ends);
        return master.judgedAgain(records, log, archived)
                .where(col(MasterDataset.DAY).isin(days.toArray()))
                .persist(StorageLevel.MEMORY_AND_DISK());
    }

    @Override
    public boolean hasNoneLongerThan(long bytes) {
        return false;
    }

    @Override
    public Cut end() {
        return cut;
    }

    @Override
    public void close() {
        kept.values().forEach(Dataset::unpersist);
    }
}
