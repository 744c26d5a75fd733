package dev.tidemark.batch;

import dev.tidemark.schema.Source;
import dev.tidemark.view.Coverage;
import dev.tidemark.view.Cut;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BinaryOperator;

/**
 * What an append to a master table says of itself, in the user metadata of the same commit.
 *
 * @param format the format of this metadata
 * @param run the run that made it
 * @param source the source
 * @param judgedBy the identity of the schema and the judging rules that its verdicts follow
 * @param log the log that it read
 * @param askedAt a time before which no record at or beyond the cut could be read
 * @param cut up to where the logs are archived
 * @param coverage all offsets that have been read so far; what is below the cut and not here is missing
 * @param added the offsets that this append read
 * @param eventsByDay how many well-formed events it appended, by UTC day of event time
 * @param malformedAdded how many malformed records it appended
 * @param newestRecord the newest record timestamp so far, in milliseconds, by log and partition
 * @param malformed how many malformed records there are so far, by log and partition
 * @param archived how many records there are so far, by log and partition
 * @param schemas the schemas of the source so far, oldest first; none in commits of the first release
 * @param longestValue the bytes of the longest value so far; null where the first commits did not say it
 * @param again whether it judged all records again: then {@code added}, {@code eventsByDay} and {@code malformedAdded}
 *     are those of all of them, and what earlier commits say of days and verdicts is past
 * @param imported what was imported, if it appended rows of files; else null
 * @param revoked which import it took out, if it did; else null
 */
record ArchiveCommit(
        int format,
        String run,
        String source,
        String judgedBy,
        String log,
        Instant askedAt,
        Cut cut,
        Coverage coverage,
        Coverage added,
        Map<LocalDate, Long> eventsByDay,
        long malformedAdded,
        Map<String, Map<Integer, Long>> newestRecord,
        Map<String, Map<Integer, Long>> malformed,
        Map<String, Map<Integer, Long>> archived,
        List<ArchivedSchema> schemas,
        Long longestValue,
        boolean again,
        Imported imported,
        Imported.Revoked revoked) {

    static final int FORMAT = 2;

    /** Those that it reads: the one before has no imports. */
    private static final Set<Integer> READ = Set.of(1, FORMAT);

    ArchiveCommit {
        if (!READ.contains(format)) {
            throw new IllegalArgumentException("a commit of the master dataset of " + source + " is of format " + format
                    + "; this release reads formats up to " + FORMAT + ": upgrade this process");
        }
        schemas = schemas == null ? List.of() : List.copyOf(schemas);
    }

    /** The commit of an append after {@code last}. */
    static ArchiveCommit after(
            Optional<ArchiveCommit> last,
            String run,
            Source source,
            String judgedBy,
            NewRecords records,
            AppendCounts counts) {
        List<ArchivedSchema> schemas = last.map(ArchiveCommit::schemas).orElse(List.of());
        String log = records.span().log().id();
        return new ArchiveCommit(
                FORMAT,
                run,
                source.name(),
                judgedBy,
                log,
                records.span().askedAt(),
                records.cut(),
                last.map(ArchiveCommit::coverage).orElse(Coverage.NONE).plus(records.coverage()),
                records.coverage(),
                counts.eventsByDay(),
                counts.malformedRecords(),
                with(last.map(ArchiveCommit::newestRecord), log, counts.newestRecord(), Math::max),
                with(last.map(ArchiveCommit::malformed), log, counts.malformed(), Long::sum),
                with(last.map(ArchiveCommit::archived), log, counts.archived(), Long::sum),
                ArchivedSchema.after(schemas, source, records.cut()),
                longest(last, counts),
                false,
                null,
                null);
    }

    /** The commit of an import after {@code last}: no topic is covered further by it. */
    static ArchiveCommit ofImport(
            Optional<ArchiveCommit> last,
            String run,
            Source source,
            String judgedBy,
            Imported imported,
            AppendCounts counts) {
        String log = imported.id();
        Coverage rows = Coverage.NONE;
        for (Map.Entry<Integer, Long> file : counts.archived().entrySet()) {
            rows = rows.plus(log, file.getKey(), 0, file.getValue());
        }
        Map<String, Map<Integer, Long>> ends =
                new TreeMap<>(last.map(ArchiveCommit::cut).orElse(Cut.NONE).logs());
        ends.put(log, counts.archived());
        Cut cut = new Cut(ends);
        return new ArchiveCommit(
                FORMAT,
                run,
                source.name(),
                judgedBy,
                log,
                // Of a topic that was never archived, every record lies beyond the cut.
                last.map(ArchiveCommit::askedAt).orElse(Instant.EPOCH),
                cut,
                last.map(ArchiveCommit::coverage).orElse(Coverage.NONE).plus(rows),
                rows,
                counts.eventsByDay(),
                counts.malformedRecords(),
                with(last.map(ArchiveCommit::newestRecord), log, counts.newestRecord(), Math::max),
                with(last.map(ArchiveCommit::malformed), log, counts.malformed(), Long::sum),
                with(last.map(ArchiveCommit::archived), log, counts.archived(), Long::sum),
                ArchivedSchema.after(last.map(ArchiveCommit::schemas).orElse(List.of()), source, cut),
                longest(last, counts),
                false,
                imported,
                null);
    }

    /** The commit after this one that takes an import out. Which days it touched is told by what was published of it. */
    ArchiveCommit without(String run, Imported.Revoked taken) {
        return new ArchiveCommit(
                FORMAT,
                run,
                source,
                judgedBy,
                taken.id(),
                askedAt,
                new Cut(without(cut.logs(), taken.id())),
                new Coverage(without(coverage.logs(), taken.id())),
                Coverage.NONE,
                Map.of(),
                0,
                without(newestRecord, taken.id()),
                without(malformed, taken.id()),
                without(archived, taken.id()),
                schemas,
                longestValue,
                false,
                null,
                taken);
    }

    private static <T> Map<String, T> without(Map<String, T> logs, String log) {
        Map<String, T> others = new TreeMap<>(logs);
        others.remove(log);
        return others;
    }

    /** When what it appended came into the archive. */
    Instant archivedAt() {
        return imported == null ? askedAt : imported.at();
    }

    /** Whether it is an import that {@code newest}, a commit after it, does not have any more. */
    boolean isRevokedIn(ArchiveCommit newest) {
        return imported != null && !newest.cut().logs().containsKey(imported.id());
    }

    private static Long longest(Optional<ArchiveCommit> last, AppendCounts counts) {
        if (last.isEmpty()) {
            return counts.longest();
        }
        Long before = last.get().longestValue();
        return before == null ? null : Long.valueOf(Math.max(before, counts.longest()));
    }

    /**
     * The commit after this one that judges all records again.
     *
     * @param counts what all rows then hold, by log
     */
    ArchiveCommit judgedAgain(String run, String judgedBy, Map<String, AppendCounts> counts) {
        Map<LocalDate, Long> days = new TreeMap<>();
        Map<String, Map<Integer, Long>> malformedNow = new TreeMap<>();
        counts.forEach((counted, found) -> {
            found.eventsByDay().forEach((day, events) -> days.merge(day, events, Long::sum));
            malformedNow.put(counted, found.malformed());
        });
        long allMalformed = counts.values().stream()
                .mapToLong(AppendCounts::malformedRecords)
                .sum();
        return new ArchiveCommit(
                FORMAT,
                run,
                source,
                judgedBy,
                log,
                askedAt,
                cut,
                coverage,
                coverage,
                days,
                allMalformed,
                newestRecord,
                malformedNow,
                archived,
                schemas,
                counts.values().stream().mapToLong(AppendCounts::longest).max().orElse(0),
                true,
                null,
                null);
    }

    /** Whether every value so far is known to have no more bytes than this. */
    boolean hasNoneLongerThan(long bytes) {
        return longestValue != null && longestValue <= bytes;
    }

    /** How many records there are so far. */
    long records() {
        return sum(archived);
    }

    /** How many of them are malformed. */
    long malformedRecords() {
        return sum(malformed);
    }

    private static long sum(Map<String, Map<Integer, Long>> numbers) {
        return numbers.values().stream()
                .flatMap(partitions -> partitions.values().stream())
                .mapToLong(Long::longValue)
                .sum();
    }

    /** Whether it, or an append before it, read anything at or beyond {@code published}. */
    boolean reachesBeyond(Cut published) {
        return cut.logs().entrySet().stream().anyMatch(log -> log.getValue().entrySet().stream()
                .anyMatch(end -> end.getValue()
                        > published.of(log.getKey(), end.getKey()).orElse(0)));
    }

    /** Whether it read anything below {@code published} itself. */
    boolean beginsBelow(Cut published) {
        return added.logs().entrySet().stream().anyMatch(log -> log.getValue().entrySet().stream()
                .flatMap(partition -> partition.getValue().ranges().stream()
                        .map(range -> range.from()
                                < published.of(log.getKey(), partition.getKey()).orElse(0)))
                .anyMatch(below -> below));
    }

    private static Map<String, Map<Integer, Long>> with(
            Optional<Map<String, Map<Integer, Long>>> before,
            String log,
            Map<Integer, Long> more,
            BinaryOperator<Long> merge) {
        Map<String, Map<Integer, Long>> all = new TreeMap<>(before.orElse(Map.of()));
        Map<Integer, Long> ofLog = new TreeMap<>(all.getOrDefault(log, Map.of()));
        more.forEach((partition, number) -> ofLog.merge(partition, number, merge));
        all.put(log, ofLog);
        return all;
    }
}
