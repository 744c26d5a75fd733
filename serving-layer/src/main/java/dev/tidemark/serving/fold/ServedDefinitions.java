package dev.tidemark.serving.fold;

import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Layers;
import dev.tidemark.view.View;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The views of a source that one generation answers.
 *
 * @param streamed those whose increments it folds
 * @param batch those that batch alone computes
 */
public record ServedDefinitions(DefinitionSet streamed, DefinitionSet batch) {

    public Source source() {
        return streamed.source();
    }

    /** All of them, the streamed ones first. */
    public List<View> views() {
        return Stream.of(streamed, batch).flatMap(set -> set.views().stream()).toList();
    }

    /** The view of that name. */
    public Optional<View> view(String name) {
        return streamed.view(name).or(() -> batch.view(name));
    }

    /** Whether there are views that the stream alone computes, which need all increments that there are. */
    boolean hasStreamAlone() {
        return streamed.views().stream().anyMatch(view -> view.layers() == Layers.SPEED);
    }
}
