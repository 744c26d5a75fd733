package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/** Finds out, without Spark, what a run has to do. */
final class RecomputePlan {

    private static final long BEFORE_ALL = -1;

    private final Deployment deployment;
    private final Publication parent;
    private final Selection selection;

    private RecomputePlan(Deployment deployment, Publication parent, Selection selection) {
        this.deployment = deployment;
        this.parent = parent;
        this.selection = selection;
    }

    /**
     * What to do for each source for which there is something to do.
     *
     * @throws RefusedException if views have changed since the parent, or chosen days are asked for before anything
     *     was published
     */
    static List<SourcePlan> of(
            Deployment deployment, List<DefinitionSet> sets, Publication parent, Selection selection) {
        if (!selection.movesCut() && parent.isNone()) {
            throw new RefusedException("nothing has been published yet, so there is no day to recompute alone;"
                    + " run `tidemark recompute` first");
        }
        RecomputePlan plan = new RecomputePlan(deployment, parent, selection);
        sets.forEach(set -> deployment.requireSameDefinitions(parent, deployment.source(set.source())));
        return sets.stream().flatMap(set -> plan.ofSource(set).stream()).toList();
    }

    private Optional<SourcePlan> ofSource(DefinitionSet set) {
        Source source = deployment.source(set.source());
        MasterDataset master = MasterDataset.of(deployment, source);
        Optional<SourceState> published = parent.source(source.name());
        Optional<Version> archived = master.latest();
        archived.ifPresent(version -> master.requireSameJudging(version.commit()));
        if (selection instanceof Selection.Days chosen) {
            return published
                    .map(state -> new SourcePlan(source, set, state, chosenDays(master, set, state, chosen)))
                    .filter(SourcePlan::hasWork);
        }
        return archived.flatMap(version -> moving(source, set, master, published, version));
    }

    /** Of the chosen days those that have, or had, something: others would only lengthen every publication. */
    private SortedSet<LocalDate> chosenDays(
            MasterDataset master, DefinitionSet set, SourceState state, Selection.Days chosen) {
        SortedSet<LocalDate> days = eventDays(master, BEFORE_ALL, state.archiveVersion());
        set.views().forEach(view -> days.addAll(parent.segmentsOf(view.name()).keySet()));
        days.removeIf(day -> !chosen.contains(day));
        return days;
    }

    private Optional<SourcePlan> moving(
            Source source, DefinitionSet set, MasterDataset master, Optional<SourceState> published, Version archived) {
        published.ifPresent(state -> requireNotBehind(source, state, archived));
        long since = published.map(SourceState::archiveVersion).orElse(BEFORE_ALL);
        boolean all = selection instanceof Selection.All;
        if (!all && archived.number() == since) {
            return Optional.empty();
        }
        SortedSet<LocalDate> days = eventDays(master, all ? BEFORE_ALL : since, archived.number());
        return Optional.of(new SourcePlan(source, set, state(set, archived), days));
    }

    /** A cut that moved back would count again in the tail what segments hold. */
    private static void requireNotBehind(Source source, SourceState published, Version archived) {
        published
                .cut()
                .logs()
                .forEach((log, partitions) -> partitions.forEach((partition, end) -> {
                    long done = archived.commit().cut().of(log, partition).orElse(0);
                    if (done < end) {
                        throw new RefusedException(
                                ("the master dataset of source %s ends at offset %d of partition %d, below"
                                                + " offset %d, up to which it was published: it has lost records; restore it, or run"
                                                + " `tidemark archive`, which reads again what the topic still holds")
                                        .formatted(source.name(), done, partition, end));
                    }
                }));
    }

    private static SourceState state(DefinitionSet set, Version archived) {
        ArchiveCommit commit = archived.commit();
        return new SourceState(
                set.id(), archived.number(), commit.askedAt(), commit.cut(), commit.newestRecord(), commit.malformed());
    }

    /** The days of the deployment's timezone that events of the appends after {@code since} up to {@code until} touch. */
    private SortedSet<LocalDate> eventDays(MasterDataset master, long since, long until) {
        SortedSet<LocalDate> utc = new TreeSet<>();
        for (Version version : master.after(since)) {
            if (version.number() <= until) {
                utc.addAll(version.commit().eventsByDay().keySet());
            }
        }
        return Days.ofZone(utc, deployment.zone());
    }
}
