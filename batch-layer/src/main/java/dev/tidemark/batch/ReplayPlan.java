package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.Standing;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Finds out, without Spark, what a replay computes: chosen days of the views as the files state them, at the published
 * cut. Where the files state other views than are published, that is all days of those that changed.
 */
final class ReplayPlan {

    private final Deployment deployment;
    private final Publication parent;
    private final ReplayRequest request;

    private ReplayPlan(Deployment deployment, Publication parent, ReplayRequest request) {
        this.deployment = deployment;
        this.parent = parent;
        this.request = request;
    }

    /**
     * The plans of the sources that it is about.
     *
     * @throws RefusedException if it would not give a right answer, or nothing
     */
    static List<SourcePlan> of(
            Deployment deployment, List<SourceDefinitions> definitions, Publication parent, ReplayRequest request) {
        if (parent.isNone()) {
            throw new RefusedException(
                    "nothing has been published yet, so there is nothing to replay; run `tidemark recompute` first");
        }
        request.requireKnown(definitions);
        ReplayPlan plan = new ReplayPlan(deployment, parent, request);
        List<SourcePlan> plans =
                definitions.stream().flatMap(source -> plan.of(source).stream()).toList();
        if (plans.isEmpty()) {
            throw new RefusedException("no view has events from %s to %s below the cut of publication %d"
                    .formatted(request.from(), request.to(), parent.number()));
        }
        return plans;
    }

    private Optional<SourcePlan> of(SourceDefinitions definitions) {
        String source = definitions.source().name();
        Optional<SourceState> published = parent.source(source);
        if (definitions.computed().noneMatch(request::wants)) {
            return Optional.empty();
        }
        if (published.isEmpty()) {
            if (request.views().isEmpty()) {
                return Optional.empty();
            }
            throw new RefusedException(
                    "source %s has not been published yet; run `tidemark recompute` first".formatted(source));
        }
        PublishedViews before = PublishedViews.of(deployment, parent, source);
        MasterDataset master = MasterDataset.of(deployment, definitions.source());
        requireJudgedAsPublished(master, definitions, before);
        SourceState state = definitions.restated(published.get());
        boolean switches = !(Standing.of(deployment, parent, definitions.source()) instanceof Standing.Current);
        if (switches) {
            requireAllChanged(definitions, before);
        }
        List<SourcePlan.Work> work = PublishedViews.group(
                definitions, view -> request.wants(view) ? days(view, master, before, state) : none());
        return work.isEmpty() && !switches
                ? Optional.empty()
                : Optional.of(new SourcePlan(definitions, state, work, before.kept(definitions), before.names()));
    }

    private static SortedSet<LocalDate> none() {
        return new TreeSet<>();
    }

    /** What the archive says of the published cut was counted by the rules of what is published. */
    private void requireJudgedAsPublished(MasterDataset master, SourceDefinitions definitions, PublishedViews before) {
        Optional<Version> archived = master.latest();
        archived.ifPresent(version -> master.requireSameJudging(version.commit()));
        MasterDataset then = new MasterDataset(before.definitions().source(), master.table());
        if (!then.judgedBy().equals(master.judgedBy())) {
            throw new RefusedException(
                    ("the schema or the judging rules of source %s are not those of publication %d, and"
                                    + " decide of every event what it is; a replay cannot show that: run `tidemark recompute`, and"
                                    + " `tidemark publications rollback` if it should not stay")
                            .formatted(definitions.source().name(), parent.number()));
        }
    }

    /** A publication switches all views of a source, so none that changed may lack. */
    private void requireAllChanged(SourceDefinitions definitions, PublishedViews before) {
        List<String> lacking = definitions
                .computed()
                .filter(view -> !before.isUnchanged(view) && !request.wants(view))
                .map(Computed::name)
                .toList();
        if (!lacking.isEmpty()) {
            throw new RefusedException(
                    ("the files state other views of source %s than are published, and one publication"
                                    + " switches them all: add --view %s")
                            .formatted(definitions.source().name(), String.join(" --view ", lacking)));
        }
    }

    private SortedSet<LocalDate> days(
            Computed view, MasterDataset master, PublishedViews before, SourceState published) {
        SortedSet<LocalDate> days = MasterDataset.days(
                master.newestFirst().filter(version -> version.commit().beginsBelow(published.cut())),
                deployment.zone());
        boolean unchanged = before.isUnchanged(view);
        if (unchanged) {
            days.addAll(parent.segmentsOf(view.name()).keySet());
        }
        SortedSet<LocalDate> chosen = new TreeSet<>(days);
        chosen.removeIf(day -> !request.contains(day));
        if (!unchanged && chosen.size() < days.size()) {
            throw new RefusedException(
                    ("view %s is not as it is published, so a replay has to hold all of its days: --from"
                                    + " %s --to %s")
                            .formatted(view.name(), days.first(), days.last().plusDays(1)));
        }
        return chosen;
    }
}
