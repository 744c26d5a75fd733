package dev.tidemark.batch;

import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.SeenIds;
import dev.tidemark.schema.Source;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.TopicPartition;

/**
 * Where to begin to read a log, so that it is known of each new record whether it repeats an earlier one: before the
 * records that are new, if ids of the source count once.
 *
 * @param starts the first offset to read, by partition
 */
record Lookback(Map<Integer, Long> starts) {

    /** Looks back from where the log was archived up to, by what the archive knows of the partitions' times there. */
    static Lookback of(Admin admin, Source source, NewRecords records, Optional<ArchiveCommit> last) {
        Map<Integer, Long> starts = new TreeMap<>(records.from());
        Map<Integer, Long> newest = last.map(ArchiveCommit::newestRecord)
                .map(logs -> logs.get(records.span().log().id()))
                .orElse(Map.of());
        source.deduplication().ifPresent(ids -> begins(admin, source, ids, newest)
                .forEach((partition, begin) -> starts.computeIfPresent(
                        partition, (number, from) -> begin < 0 ? from : Math.min(from, begin))));
        return new Lookback(starts);
    }

    /** Everything before the first record stamped so is forgotten by then: see {@link SeenIds}. */
    private static Map<Integer, Long> begins(Admin admin, Source source, Deduplication ids, Map<Integer, Long> newest) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        newest.forEach((partition, time) -> asked.put(
                new TopicPartition(source.topic(), partition),
                OffsetSpec.forTimestamp(Math.max(0, time - ids.within().toMillis()))));
        try {
            Map<Integer, Long> begins = new HashMap<>();
            for (Map.Entry<TopicPartition, ListOffsetsResultInfo> found :
                    admin.listOffsets(asked).all().get().entrySet()) {
                begins.put(found.getKey().partition(), found.getValue().offset());
            }
            return begins;
        } catch (ExecutionException e) {
            throw new UnavailableException(
                    "the broker does not say where topic %s was at a time: %s".formatted(source.topic(), e.getCause()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException("interrupted while asking the broker about topic " + source.topic());
        }
    }
}
