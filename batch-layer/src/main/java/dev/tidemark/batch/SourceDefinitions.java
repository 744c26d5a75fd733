package dev.tidemark.batch;

import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.util.stream.Stream;

/**
 * The compiled views of a source.
 *
 * @param streamed those that the speed layer computes, batch too unless it is the stream alone
 * @param batch those that batch alone computes
 */
record SourceDefinitions(DefinitionSet streamed, DefinitionSet batch) {

    /** A view that batch computes, and the set that it is in. */
    record Computed(DefinitionSet set, View view) {

        String name() {
            return view.name();
        }

        /** Which segments are of the view as it is stated here. */
        String segmentsId() {
            return set.segmentsId(view);
        }
    }

    Source source() {
        return streamed.source();
    }

    /** What a publication says of the source that covers what is archived. */
    SourceState stateAt(MasterDataset.Version archived) {
        ArchiveCommit commit = archived.commit();
        return new SourceState(
                streamed.id(),
                batch.id(),
                archived.number(),
                commit.askedAt(),
                commit.cut(),
                commit.newestRecord(),
                commit.malformed(),
                commit.archived());
    }

    /** What a publication says of the source, of these definitions. */
    SourceState restated(SourceState state) {
        return new SourceState(
                streamed.id(),
                batch.id(),
                state.archiveVersion(),
                state.cutTakenAt(),
                state.cut(),
                state.newestRecord(),
                state.malformed(),
                state.records());
    }

    /** All views. */
    Stream<Computed> all() {
        return Stream.of(streamed, batch).flatMap(set -> set.views().stream().map(view -> new Computed(set, view)));
    }

    /** The views that batch computes. */
    Stream<Computed> computed() {
        return all().filter(computed -> computed.view().layers().recomputed());
    }
}
