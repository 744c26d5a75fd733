package dev.tidemark.serving.query;

import dev.tidemark.schema.Source;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.view.CountedImport;
import dev.tidemark.view.OffsetRanges;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an answer says of itself.
 *
 * @param publication the publication's number, 0 before the first
 * @param publishedAt when it was made
 * @param complete whether every position up to {@code through} of every partition has been counted
 * @param reaches of a view that batch alone computes: what was appended before this time has been counted
 * @param partitions how far each partition has been counted
 * @param imports what of history that was never in the topic has been counted, whole
 */
public record Certificate(
        long publication,
        Optional<Instant> publishedAt,
        boolean complete,
        Optional<Instant> reaches,
        List<PartitionCounted> partitions,
        List<CountedImport> imports) {

    /**
     * How far one partition has been counted.
     *
     * @param cut exclusive: below it, batch has counted
     * @param cutTime the newest record timestamp below the cut; empty where no event lies there
     * @param through exclusive: the answer counts exactly the positions below it, missing, deferred and excluded ones
     *     aside
     * @param missing the offsets of events below {@code through} that are not counted
     * @param deferred how many late events below {@code through} wait for a cut that passes them
     * @param excluded how many late events below {@code through} the view leaves out for good
     */
    public record PartitionCounted(
            String topic,
            String log,
            int partition,
            long cut,
            Optional<Instant> cutTime,
            long through,
            OffsetRanges missing,
            long deferred,
            long excluded) {}

    /** @param present how many partitions the topic has */
    static Certificate of(Snapshot snapshot, View view, Source source, int present) {
        Map<Integer, Long> newest = snapshot.newestPublished(source.name());
        List<PartitionCounted> partitions = snapshot.progress().entrySet().stream()
                .map(entry -> new PartitionCounted(
                        source.topic(),
                        snapshot.log(),
                        entry.getKey(),
                        entry.getValue().cut(),
                        Optional.ofNullable(newest.get(entry.getKey())).map(Instant::ofEpochMilli),
                        entry.getValue().through(),
                        entry.getValue().missing(),
                        snapshot.deferred().getOrDefault(entry.getKey(), 0L),
                        snapshot.excluded().getOrDefault(entry.getKey(), 0L)))
                .toList();
        boolean whole =
                partitions.stream().allMatch(partition -> partition.missing().isEmpty());
        Publication publication = snapshot.publication();
        return new Certificate(
                publication.number(),
                publication.isNone() ? Optional.empty() : Optional.of(publication.publishedAt()),
                whole && partitions.size() >= present,
                view.layers().streamed()
                        ? Optional.empty()
                        : publication.source(source.name()).map(SourceState::cutTakenAt),
                partitions,
                imports(publication, view, source));
    }

    /** The stream alone knows of none. */
    private static List<CountedImport> imports(Publication publication, View view, Source source) {
        return publication
                .source(source.name())
                .filter(state -> view.layers().recomputed())
                .map(state -> state.cut().imports())
                .orElse(List.of());
    }
}
