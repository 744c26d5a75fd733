package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.batch.SourcePlan.Work;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.Standing;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds out, without Spark, what a run has to do.
 *
 * @param sources what to do for each source for which there is something to do
 * @param dropped the published sources that the files no longer have
 */
record RecomputePlan(List<SourcePlan> sources, List<String> dropped) {

    /** Whether there is nothing to do. */
    boolean isNothing() {
        return sources.isEmpty() && dropped.isEmpty();
    }

    /**
     * The plan of a run.
     *
     * @throws RefusedException if chosen days are asked for before what the files state was published, or if the files
     *     state what has been replaced since
     */
    static RecomputePlan of(
            Deployment deployment, List<SourceDefinitions> definitions, Publication parent, Selection selection) {
        if (!selection.movesCut() && parent.isNone()) {
            throw new RefusedException("nothing has been published yet, so there is no day to recompute alone;"
                    + " run `tidemark recompute` first");
        }
        Set<String> present =
                definitions.stream().map(source -> source.source().name()).collect(Collectors.toSet());
        List<String> dropped = parent.sources().keySet().stream()
                .filter(source -> selection.movesCut() && !present.contains(source))
                .toList();
        List<SourcePlan> plans = definitions.stream()
                .flatMap(source -> new Planner(deployment, source, parent, selection).plan().stream())
                .toList();
        return new RecomputePlan(plans, dropped);
    }

    /** The plan of one source. */
    private static final class Planner {

        private final Deployment deployment;
        private final SourceDefinitions definitions;
        private final Source source;
        private final MasterDataset master;
        private final Publication parent;
        private final Optional<SourceState> published;
        private final PublishedViews before;
        private final Selection selection;

        Planner(Deployment deployment, SourceDefinitions definitions, Publication parent, Selection selection) {
            this.deployment = deployment;
            this.definitions = definitions;
            this.source = definitions.source();
            this.master = MasterDataset.of(deployment, source);
            this.parent = parent;
            this.published = parent.source(source.name());
            this.selection = selection;
            this.before = PublishedViews.of(deployment, parent, source.name());
        }

        Optional<SourcePlan> plan() {
            Standing standing = Standing.of(deployment, parent, source);
            requireNotOutdated(standing);
            boolean switches = !(standing instanceof Standing.Current);
            if (selection instanceof Selection.Days chosen) {
                return chosen(chosen, switches);
            }
            if (definitions.computed().findAny().isEmpty()) {
                // The stream alone: only a switch is published.
                return published
                        .filter(state -> switches)
                        .map(definitions::restated)
                        .map(state -> plan(state, List.of()));
            }
            Optional<Version> archived = master.latest();
            archived.ifPresent(version -> master.requireSameJudging(version.commit()));
            published.ifPresent(state -> master.requireReaches(state.cut(), archived));
            return archived.filter(version -> switches || selection instanceof Selection.All || isNew(version))
                    .map(version -> plan(definitions.stateAt(version), work(version)));
        }

        private void requireNotOutdated(Standing standing) {
            if (standing instanceof Standing.Outdated outdated && !selection.revertsDefinitions()) {
                throw new RefusedException(
                        "source %s: %s: %s".formatted(source.name(), outdated.story(), outdated.remedy()));
            }
        }

        private Optional<SourcePlan> chosen(Selection.Days chosen, boolean switches) {
            if (published.isEmpty()) {
                return Optional.empty();
            }
            if (switches) {
                throw new RefusedException(("the views of source %s are not as publication %d holds them; run `tidemark"
                                + " recompute`, which switches to what the files state, before days of it alone")
                        .formatted(source.name(), parent.number()));
            }
            SortedSet<LocalDate> days = chosenDays(published.get(), chosen);
            return days.isEmpty()
                    ? Optional.empty()
                    : Optional.of(plan(published.get(), PublishedViews.group(definitions, view -> days)));
        }

        private boolean isNew(Version archived) {
            return published
                    .map(state -> !state.cut().equals(archived.commit().cut()))
                    .orElse(true);
        }

        private SourcePlan plan(SourceState state, List<Work> work) {
            return new SourcePlan(definitions, state, work, before.kept(definitions), before.names());
        }

        private List<Work> work(Version archived) {
            // For all days every commit of the archive is read: so only where a view needs them.
            Map<Boolean, SortedSet<LocalDate>> days = definitions
                    .computed()
                    .map(this::keepsDays)
                    .distinct()
                    .collect(Collectors.toMap(
                            Function.identity(), keeps -> keeps ? touchedDays() : eventDays(version -> true)));
            return PublishedViews.group(definitions, view -> {
                SortedSet<LocalDate> needed = new TreeSet<>(days.get(keepsDays(view)));
                needed.addAll(revokedDays(view, archived));
                return needed;
            });
        }

        /** The published days of a view that hold events of imports that have been revoked since. */
        private SortedSet<LocalDate> revokedDays(Computed view, Version archived) {
            Cut cut = published.map(SourceState::cut).orElse(Cut.NONE);
            return before.isUnchanged(view)
                    ? parent.daysOf(
                            view.name(), cut.importsBeyond(archived.commit().cut()))
                    : new TreeSet<>();
        }

        /** Whether the days of a view that nothing has touched stay as they are published. */
        private boolean keepsDays(Computed view) {
            return before.isUnchanged(view) && !(selection instanceof Selection.All);
        }

        /** Of the chosen days those that have, or had, something: others would only lengthen every publication. */
        private SortedSet<LocalDate> chosenDays(SourceState state, Selection.Days chosen) {
            SortedSet<LocalDate> days = eventDays(version -> version.commit().beginsBelow(state.cut()));
            definitions
                    .computed()
                    .forEach(view -> days.addAll(parent.segmentsOf(view.name()).keySet()));
            days.removeIf(day -> !chosen.contains(day));
            return days;
        }

        private SortedSet<LocalDate> touchedDays() {
            return master.daysBeyond(published.map(SourceState::cut).orElse(Cut.NONE), deployment.zone());
        }

        private SortedSet<LocalDate> eventDays(Predicate<Version> which) {
            return MasterDataset.days(master.newestFirst().filter(which), deployment.zone());
        }
    }
}
