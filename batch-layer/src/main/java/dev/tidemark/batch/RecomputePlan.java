package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.batch.SourcePlan.Work;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.Standing;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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
        private final Map<String, DefinitionSet> before = new TreeMap<>();
        private final Selection selection;

        Planner(Deployment deployment, SourceDefinitions definitions, Publication parent, Selection selection) {
            this.deployment = deployment;
            this.definitions = definitions;
            this.source = definitions.source();
            this.master = MasterDataset.of(deployment, source);
            this.parent = parent;
            this.published = parent.source(source.name());
            this.selection = selection;
            published.ifPresent(this::readPublished);
        }

        private void readPublished(SourceState state) {
            for (DefinitionSet set : deployment.warehouse().publishedDefinitions(source.name(), state)) {
                set.views().stream()
                        .filter(view -> view.layers().recomputed())
                        .forEach(view -> before.put(view.name(), set));
            }
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
                return published.filter(state -> switches).map(this::restated).map(state -> plan(state, List.of()));
            }
            Optional<Version> archived = master.latest();
            archived.ifPresent(version -> master.requireSameJudging(version.commit()));
            published.ifPresent(state -> requireNotBehind(state, archived));
            return archived.filter(version -> switches || selection instanceof Selection.All || isNew(version))
                    .map(version -> plan(state(version), work()));
        }

        private void requireNotOutdated(Standing standing) {
            if (standing instanceof Standing.Outdated outdated && !selection.revertsDefinitions()) {
                throw new RefusedException(("the files state views of source %s as publication %d held them, and they"
                                + " have been replaced since, by publication %d at the latest: if these files are old, take"
                                + " the new ones; if they are meant to come back, run `tidemark recompute --revert`")
                        .formatted(source.name(), outdated.publication(), parent.number()));
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
            return days.isEmpty() ? Optional.empty() : Optional.of(plan(published.get(), group(view -> days)));
        }

        private boolean isNew(Version archived) {
            return published
                    .map(state -> !state.cut().equals(archived.commit().cut()))
                    .orElse(true);
        }

        private SourcePlan plan(SourceState state, List<Work> work) {
            Map<String, Map<LocalDate, SegmentRef>> kept = new TreeMap<>();
            definitions
                    .computed()
                    .filter(this::isUnchanged)
                    .forEach(view -> kept.put(view.name(), parent.segmentsOf(view.name())));
            return new SourcePlan(definitions, state, work, kept, List.copyOf(before.keySet()));
        }

        /** Whether the view's published segments are of the view as it is stated now. */
        private boolean isUnchanged(Computed view) {
            return Optional.ofNullable(before.get(view.name()))
                    .flatMap(set -> set.view(view.name()).map(set::segmentsId))
                    .map(view.segmentsId()::equals)
                    .orElse(false);
        }

        private List<Work> work() {
            // For all days every commit of the archive is read: so only where a view needs them.
            Map<Boolean, SortedSet<LocalDate>> days = definitions
                    .computed()
                    .map(this::keepsDays)
                    .distinct()
                    .collect(Collectors.toMap(
                            Function.identity(), keeps -> keeps ? touchedDays() : eventDays(version -> true)));
            return group(view -> days.get(keepsDays(view)));
        }

        /** Whether the days of a view that nothing has touched stay as they are published. */
        private boolean keepsDays(Computed view) {
            return isUnchanged(view) && !(selection instanceof Selection.All);
        }

        /** The views by the days that they need, so that those which need the same are computed together. */
        private List<Work> group(Function<Computed, SortedSet<LocalDate>> days) {
            Map<SortedSet<LocalDate>, List<View>> groups = new LinkedHashMap<>();
            definitions.computed().forEach(view -> groups.computeIfAbsent(days.apply(view), key -> new ArrayList<>())
                    .add(view.view()));
            List<Work> work = new ArrayList<>();
            groups.forEach((needed, views) -> {
                if (!needed.isEmpty()) {
                    work.add(new Work(new DefinitionSet("", source, deployment.zone(), views), needed));
                }
            });
            return work;
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

        /** A cut that moved back would count again in the tail what segments hold. */
        private void requireNotBehind(SourceState state, Optional<Version> archived) {
            Cut cut = archived.map(version -> version.commit().cut()).orElse(Cut.NONE);
            state.cut()
                    .logs()
                    .forEach((log, partitions) -> partitions.forEach((partition, end) -> {
                        long done = cut.of(log, partition).orElse(0);
                        if (done < end) {
                            throw new RefusedException(
                                    ("the master dataset of source %s ends at offset %d of partition %d, below"
                                                    + " offset %d, up to which it was published: it has lost records; restore it, or"
                                                    + " run `tidemark archive`, which reads again what the topic still holds")
                                            .formatted(source.name(), done, partition, end));
                        }
                    }));
        }

        private SourceState state(Version archived) {
            ArchiveCommit commit = archived.commit();
            return new SourceState(
                    definitions.streamed().id(),
                    definitions.batch().id(),
                    archived.number(),
                    commit.askedAt(),
                    commit.cut(),
                    commit.newestRecord(),
                    commit.malformed(),
                    commit.archived());
        }

        /** The same of other definitions. */
        private SourceState restated(SourceState state) {
            return new SourceState(
                    definitions.streamed().id(),
                    definitions.batch().id(),
                    state.archiveVersion(),
                    state.cutTakenAt(),
                    state.cut(),
                    state.newestRecord(),
                    state.malformed(),
                    state.records());
        }

        /**
         * The days that events beyond the published cut touch. The appends are told by what they hold, not by their
         * numbers: a table that was restored has used those again.
         */
        private SortedSet<LocalDate> touchedDays() {
            Cut cut = published.map(SourceState::cut).orElse(Cut.NONE);
            return days(
                    master.newestFirst().takeWhile(version -> version.commit().reachesBeyond(cut)));
        }

        private SortedSet<LocalDate> eventDays(Predicate<Version> which) {
            return days(master.newestFirst().filter(which));
        }

        /** The days of the deployment's timezone that events of appends touch. */
        private SortedSet<LocalDate> days(Stream<Version> appends) {
            SortedSet<LocalDate> utc = new TreeSet<>();
            appends.forEach(version -> utc.addAll(version.commit().eventsByDay().keySet()));
            return Days.ofZone(utc, deployment.zone());
        }
    }
}
