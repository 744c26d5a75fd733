package dev.tidemark.batch;

import dev.tidemark.batch.MasterDataset.Version;
import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.batch.SourcePlan.Base;
import dev.tidemark.batch.SourcePlan.Work;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeMap;

/**
 * Finds out, without Spark, what an advance has to do. It goes on with what is published, whatever the files state.
 *
 * @param sources what to do for each source for which there is something to do
 * @param left why others are left to a recompute, a line for each
 */
record AdvancePlan(List<SourcePlan> sources, List<String> left) {

    /**
     * The plan of an advance after {@code parent}.
     *
     * @throws RefusedException if the archive has lost what was published
     */
    static AdvancePlan of(Deployment deployment, Publication parent) {
        List<SourcePlan> plans = new ArrayList<>();
        List<String> left = new ArrayList<>();
        for (Source source : deployment.sources()) {
            if (!deployment.isArchived(source.name())) {
                continue;
            }
            Optional<SourceState> published = parent.source(source.name());
            if (published.isEmpty()) {
                left.add("%s: not published yet; `tidemark recompute` does that".formatted(source.name()));
                continue;
            }
            SourceDefinitions definitions = Definitions.published(deployment, source.name(), published.get());
            Planner planner = new Planner(deployment, definitions, parent, published.get());
            planner.reasonToLeave()
                    .ifPresentOrElse(left::add, () -> planner.plan().ifPresent(plans::add));
        }
        return new AdvancePlan(plans, left);
    }

    /** The plan of one source. */
    private static final class Planner {

        private final Deployment deployment;
        private final SourceDefinitions definitions;
        private final Publication parent;
        private final SourceState published;
        private final MasterDataset master;
        private final Optional<Version> archived;

        Planner(Deployment deployment, SourceDefinitions definitions, Publication parent, SourceState published) {
            this.deployment = deployment;
            this.definitions = definitions;
            this.parent = parent;
            this.published = published;
            this.master = MasterDataset.of(deployment, definitions.source());
            this.archived = master.latest();
        }

        Optional<String> reasonToLeave() {
            String source = definitions.source().name();
            if (!definitions.streamed().zone().equals(deployment.zone())) {
                return Optional.of("%s: not advanced, since the files' timezone is %s, and its days are those of %s"
                        .formatted(
                                source,
                                deployment.zone(),
                                definitions.streamed().zone()));
            }
            if (archived.isPresent() && !master.isJudgedAsNow(archived.get().commit())) {
                return Optional.of(
                        ("%s: not advanced, since its archive is judged by another schema or other rules than"
                                        + " publication %d; `tidemark recompute` switches to what the files state")
                                .formatted(source, parent.number()));
            }
            return revoked().map(id -> ("%s: not advanced, since %s has been revoked, and an advance takes nothing out;"
                            + " `tidemark recompute` does")
                    .formatted(source, id));
        }

        /** An import that is published and that the archive does not have any more. */
        private Optional<String> revoked() {
            Cut cut = archived.map(version -> version.commit().cut()).orElse(published.cut());
            return published.cut().importsBeyond(cut).stream().findFirst();
        }

        Optional<SourcePlan> plan() {
            if (definitions.computed().findAny().isEmpty()) {
                return Optional.empty();
            }
            master.requireReaches(published.cut(), archived);
            return archived.filter(version -> !version.commit().cut().equals(published.cut()))
                    .map(this::plan);
        }

        private SourcePlan plan(Version version) {
            Map<String, Map<LocalDate, SegmentRef>> segments = new TreeMap<>();
            definitions.computed().map(Computed::name).forEach(view -> segments.put(view, parent.segmentsOf(view)));
            return new SourcePlan(
                    definitions,
                    definitions.stateAt(version),
                    work(new Base(published.cut(), segments)),
                    segments,
                    List.copyOf(segments.keySet()));
        }

        private List<Work> work(Base base) {
            SortedSet<LocalDate> days = master.daysBeyond(published.cut(), deployment.zone());
            return PublishedViews.group(definitions, view -> days, base);
        }
    }
}
