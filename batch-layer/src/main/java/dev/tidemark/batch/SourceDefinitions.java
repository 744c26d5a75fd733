package dev.tidemark.batch;

import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.View;
import java.util.Optional;
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

    /** The views that batch computes. */
    Stream<Computed> computed() {
        return Stream.of(streamed, batch)
                .flatMap(set -> set.views().stream().map(view -> new Computed(set, view)))
                .filter(computed -> computed.view().layers().recomputed());
    }

    /** The view of that name, if batch computes it. */
    Optional<Computed> computed(String view) {
        return computed().filter(computed -> computed.name().equals(view)).findFirst();
    }
}
