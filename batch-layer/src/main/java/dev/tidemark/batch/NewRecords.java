package dev.tidemark.batch;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Coverage;
import dev.tidemark.view.Cut;
import dev.tidemark.view.OffsetRanges.Range;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The part of a source's log that is not archived yet.
 *
 * @param span what the log holds
 * @param archived up to where it is archived
 * @param from where to begin to read, by partition
 * @param lost what retention has deleted before it was archived, by partition
 */
record NewRecords(LogSpan span, Cut archived, Map<Integer, Long> from, Map<Integer, Range> lost) {

    /**
     * What is new since the last commit. A log that was never archived begins where the increments do, since answers
     * count from there, or else at what it still holds; a partition that was added to an archived log, at its first
     * offset.
     *
     * @param counted the first offset that increments cover, by partition; needed only for a log never archived
     * @throws RefusedException if the topic is another log now, or ends before what was archived
     */
    static NewRecords since(Cut archived, Source source, LogSpan span, Map<Integer, Long> counted) {
        span.log().requireKnown(source, archived.logs().keySet());
        Map<Integer, Long> from = new TreeMap<>();
        Map<Integer, Range> lost = new TreeMap<>();
        boolean added = archived.logs().containsKey(span.log().id());
        span.ends().forEach((partition, end) -> {
            // Retention may act between the two questions.
            long start = Math.min(span.starts().get(partition), end);
            long begin = added ? 0 : Math.min(start, counted.getOrDefault(partition, start));
            long done = archived.of(span.log().id(), partition).orElse(begin);
            requireNotBehind(source, partition, done, end);
            if (done < start) {
                lost.put(partition, new Range(done, start));
            }
            from.put(partition, Math.max(done, start));
        });
        return new NewRecords(span, archived, from, lost);
    }

    private static void requireNotBehind(Source source, int partition, long done, long end) {
        if (end < done) {
            throw new RefusedException(("topic %s, partition %d, ends at offset %d, but it was archived up to %d: the"
                            + " broker has lost records; restore its data, or take a new name and warehouse")
                    .formatted(source.topic(), partition, end, done));
        }
    }

    /** Whether the archive holds all that the log holds. */
    boolean isNothing() {
        return cut().equals(archived);
    }

    /** Up to where the log is archived when these records are. */
    Cut cut() {
        Map<String, Map<Integer, Long>> ends = new TreeMap<>(archived.logs());
        Map<Integer, Long> ofThis = new TreeMap<>(ends.getOrDefault(span.log().id(), Map.of()));
        ofThis.putAll(span.ends());
        ends.put(span.log().id(), ofThis);
        return new Cut(ends);
    }

    /** The offsets to read. */
    Coverage coverage() {
        Coverage coverage = Coverage.NONE;
        for (Map.Entry<Integer, Long> start : from.entrySet()) {
            long end = span.ends().get(start.getKey());
            if (start.getValue() < end) {
                coverage = coverage.plus(span.log().id(), start.getKey(), start.getValue(), end);
            }
        }
        return coverage;
    }

    /** How many offsets there are to read; fewer records, where transactions were aborted or ended. */
    long offsets() {
        return from.entrySet().stream()
                .mapToLong(start -> span.ends().get(start.getKey()) - start.getValue())
                .sum();
    }

    /** Refuses to go on if records were lost, unless the user has accepted it. */
    void requireComplete(Source source) {
        if (!lost.isEmpty()) {
            throw new RefusedException(
                    ("retention has deleted records of topic %s before they were archived: %s; to go on"
                                    + " without them, and have that recorded, run `tidemark archive --accept-missing`")
                            .formatted(source.topic(), describeLost()));
        }
    }

    /** What was lost, for a message. */
    String describeLost() {
        return lost.entrySet().stream()
                .map(entry -> "offsets %s of partition %d".formatted(entry.getValue(), entry.getKey()))
                .collect(Collectors.joining(", "));
    }
}
