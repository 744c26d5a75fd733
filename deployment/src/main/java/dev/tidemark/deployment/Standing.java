package dev.tidemark.deployment;

import dev.tidemark.schema.Source;
import dev.tidemark.view.Cause;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.util.List;
import java.util.Optional;

/**
 * How what a deployment's files state of a source stands to what has been published of it. Every process asks this one
 * question, so that none of them switches, or keeps from switching, by itself.
 */
public sealed interface Standing {

    /** Nothing has been published of the source: what the files state is streamed from the log's start on. */
    record Unpublished() implements Standing {}

    /** It was published as the files state it. */
    record Current() implements Standing {}

    /**
     * The files state what has never been published. Both are streamed until a recompute publishes what they state.
     *
     * @param published what the newest publication says of the source
     */
    record Changing(SourceState published) implements Standing {}

    /**
     * The files state what was published once and has been replaced since: they are old, or meant to come back, and only
     * their owner knows.
     *
     * @param published what the newest publication says of the source
     * @param publication the last publication of what the files state
     * @param replacedBy why the one after it was made, which replaced it
     */
    record Outdated(SourceState published, long publication, Cause replacedBy) implements Standing {

        private boolean isRolledBack() {
            return replacedBy.kind() == Cause.Kind.ROLLBACK;
        }

        /** What became of what the files state, as a part of a sentence. */
        public String story() {
            String held = "the files state views of the source as publication " + publication + " held them, and ";
            return isRolledBack()
                    ? held
                            + "publication %d has rolled them back to those of publication %d"
                                    .formatted(publication + 1, replacedBy.number())
                    : held + "they have been replaced since, by publication " + (publication + 1);
        }

        /** What its owner may do. */
        public String remedy() {
            return isRolledBack()
                    ? "correct the files, or approve again the replay that switched to them, or, if they are meant to come"
                            + " back as they are, run `tidemark recompute --revert`"
                    : "if these files are old, take the new ones; if they are meant to come back, run"
                            + " `tidemark recompute --revert`";
        }
    }

    /**
     * How a source's files stand to {@code newest}.
     *
     * @throws RefusedException if the timezone is another than that of what was published: its days begin elsewhere
     */
    static Standing of(Deployment deployment, Publication newest, Source source) {
        Optional<SourceState> published = newest.source(source.name());
        if (published.isEmpty()) {
            return new Unpublished();
        }
        if (states(deployment, source, published.get())) {
            return new Current();
        }
        requireSameZone(deployment, source.name(), published.get());
        return lastOf(deployment, newest, source)
                .map(number -> (Standing) new Outdated(published.get(), number, causeOf(deployment, number + 1)))
                .orElseGet(() -> new Changing(published.get()));
    }

    private static boolean states(Deployment deployment, Source source, SourceState published) {
        return published.definitionSet().equals(deployment.definitionSetId(source.name()))
                && published.batchSet().equals(deployment.batchSetId(source.name()));
    }

    private static Optional<Long> lastOf(Deployment deployment, Publication newest, Source source) {
        PublicationLog log = deployment.warehouse().publications();
        List<Long> numbers = log.numbers();
        for (int i = numbers.size() - 1; i >= 0; i--) {
            boolean before = numbers.get(i) < newest.number();
            Optional<SourceState> then =
                    before ? log.read(numbers.get(i)).flatMap(found -> found.source(source.name())) : Optional.empty();
            if (then.map(state -> states(deployment, source, state)).orElse(false)) {
                return Optional.of(numbers.get(i));
            }
        }
        return Optional.empty();
    }

    private static Cause causeOf(Deployment deployment, long publication) {
        return deployment
                .warehouse()
                .publications()
                .read(publication)
                .map(Publication::cause)
                .orElse(Cause.UNKNOWN);
    }

    /**
     * Nothing of other days can be merged or restored.
     *
     * @throws RefusedException if a source was published in another timezone than the files state
     */
    public static void requireSameZone(Deployment deployment, String source, SourceState published) {
        DefinitionSet set = deployment.warehouse().requireDefinitions(source, published.definitionSet());
        if (!set.zone().equals(deployment.zone())) {
            throw new RefusedException(("the timezone is %s now, but source %s was published in %s, and its days begin"
                            + " elsewhere: restore `timezone: %s`, or take a new name and warehouse")
                    .formatted(deployment.zone(), source, set.zone(), set.zone()));
        }
    }
}
