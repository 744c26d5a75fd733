package dev.tidemark.speed;

import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.Standing;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Publication;
import java.util.ArrayList;
import java.util.List;

/**
 * Which definition sets are to be streamed: those that the files state, and beside them those that still answer.
 *
 * @param stated what the files state, or where they are old, what is published
 * @param outgoing what answers until a publication switches to what the files state
 */
record StreamedSets(List<Ref> stated, List<Ref> outgoing) {

    /**
     * A definition set of a source.
     *
     * @param fromFiles whether it is what the files state; else it is kept in the warehouse
     */
    record Ref(String source, String id, boolean fromFiles) {}

    /** What is to be streamed while {@code published} is the newest publication. */
    static StreamedSets of(Deployment deployment, Publication published) {
        List<Ref> stated = new ArrayList<>();
        List<Ref> outgoing = new ArrayList<>();
        for (Source source : deployment.sources()) {
            Ref files = new Ref(source.name(), deployment.definitionSetId(source.name()), true);
            Standing standing = Standing.of(deployment, published, source);
            if (standing instanceof Standing.Outdated outdated) {
                stated.add(new Ref(source.name(), outdated.published().definitionSet(), false));
            } else if (!deployment.streamedViewsOf(source.name()).isEmpty()) {
                stated.add(files);
            }
            if (standing instanceof Standing.Changing changing
                    && !changing.published().definitionSet().equals(files.id())) {
                outgoing.add(new Ref(source.name(), changing.published().definitionSet(), false));
            }
        }
        return new StreamedSets(stated, outgoing);
    }
}
