package dev.tidemark.batch;

import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.batch.SourcePlan.Work;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The views of a source that a publication holds, and how others stand to them.
 *
 * @param publication the publication
 * @param definitions its definitions of the source; null if it does not have the source
 * @param sets the sets of the views that batch computes, by name
 */
record PublishedViews(Publication publication, SourceDefinitions definitions, Map<String, DefinitionSet> sets) {

    /** Those of a source. */
    static PublishedViews of(Deployment deployment, Publication publication, String source) {
        Map<String, DefinitionSet> sets = new TreeMap<>();
        Optional<SourceDefinitions> definitions =
                publication.source(source).map(state -> Definitions.published(deployment, source, state));
        definitions.ifPresent(found -> found.computed().forEach(view -> sets.put(view.name(), view.set())));
        return new PublishedViews(publication, definitions.orElse(null), sets);
    }

    /** The names of the views. */
    List<String> names() {
        return List.copyOf(sets.keySet());
    }

    /** Whether the view's published segments are of the view as it is stated there. */
    boolean isUnchanged(Computed view) {
        return Optional.ofNullable(sets.get(view.name()))
                .flatMap(set -> set.view(view.name()).map(set::segmentsId))
                .map(view.segmentsId()::equals)
                .orElse(false);
    }

    /** The segments that stay, by view: those of the views that are unchanged. */
    Map<String, Map<LocalDate, SegmentRef>> kept(SourceDefinitions stated) {
        Map<String, Map<LocalDate, SegmentRef>> kept = new TreeMap<>();
        stated.computed()
                .filter(this::isUnchanged)
                .forEach(view -> kept.put(view.name(), publication.segmentsOf(view.name())));
        return kept;
    }

    /** The views by the days that they need, so that those which need the same are computed together. */
    static List<Work> group(SourceDefinitions stated, Function<Computed, SortedSet<LocalDate>> days) {
        return group(stated, days, SourcePlan.Base.NONE);
    }

    /** The same, to be merged into a base. */
    static List<Work> group(
            SourceDefinitions stated, Function<Computed, SortedSet<LocalDate>> days, SourcePlan.Base base) {
        Map<SortedSet<LocalDate>, List<View>> groups = new LinkedHashMap<>();
        stated.computed().forEach(view -> groups.computeIfAbsent(days.apply(view), key -> new ArrayList<>())
                .add(view.view()));
        List<Work> work = new ArrayList<>();
        groups.forEach((needed, views) -> {
            if (!needed.isEmpty()) {
                DefinitionSet set = stated.streamed();
                work.add(new Work(new DefinitionSet("", set.source(), set.zone(), views), needed, base));
            }
        });
        return work;
    }
}
