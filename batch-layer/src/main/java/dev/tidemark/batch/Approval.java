package dev.tidemark.batch;

import dev.tidemark.batch.SourceDefinitions.Computed;
import dev.tidemark.batch.SourcePlan.Base;
import dev.tidemark.batch.SourcePlan.Work;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.PublicationLine;
import dev.tidemark.deployment.PublicationLine.Made;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.ReplayStatus;
import dev.tidemark.deployment.ReplayStatus.State;
import dev.tidemark.deployment.Standing;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Replay;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Finds out, without Spark, what it takes to publish a replay after {@code parent}: its segments take the place of those that
 * are published, and what was published since beyond its cut is merged into its days.
 */
final class Approval {

    private final Deployment deployment;
    private final Replay replay;
    private final Publication parent;

    private Approval(Deployment deployment, Replay replay, Publication parent) {
        this.deployment = deployment;
        this.replay = replay;
        this.parent = parent;
    }

    /**
     * The approval of a replay.
     *
     * @throws RefusedException if it is not open, or what it rests on has changed
     */
    static Approval of(Deployment deployment, long number) {
        PublicationLine line = PublicationLine.of(deployment.warehouse().publications());
        Replay replay = requireOpen(deployment, number, line);
        Publication parent = deployment
                .warehouse()
                .publications()
                .read(line.inEffect().get(0).number())
                .orElseThrow();
        replay.sources()
                .forEach((source, staged) -> Standing.requireSameZone(
                        deployment, source, parent.source(source).orElse(staged)));
        Approval approval = new Approval(deployment, replay, parent);
        approval.requireSameBase(line);
        approval.requireImportsPublished();
        approval.requireStated();
        return approval;
    }

    /**
     * A replay that may be approved or rejected.
     *
     * @throws RefusedException if there is none
     */
    static Replay requireOpen(Deployment deployment, long number) {
        return requireOpen(
                deployment, number, PublicationLine.of(deployment.warehouse().publications()));
    }

    private static Replay requireOpen(Deployment deployment, long number, PublicationLine line) {
        Replay replay = require(deployment, number);
        ReplayStatus status = ReplayStatus.of(deployment.warehouse().replays(), line, number);
        if (status.state() == State.APPROVED) {
            throw new RefusedException("replay %d is in effect already, since publication %d"
                    .formatted(number, status.publication().orElseThrow()));
        }
        if (status.state() == State.REJECTED) {
            throw new RefusedException("replay %d was rejected; create it again".formatted(number));
        }
        return replay;
    }

    /**
     * The replay of that number.
     *
     * @throws RefusedException if there is none
     */
    static Replay require(Deployment deployment, long number) {
        return deployment
                .warehouse()
                .replays()
                .read(number)
                .orElseThrow(() -> new RefusedException(
                        "there is no replay %d; `tidemark replay list` shows which there are".formatted(number)));
    }

    /** The publication that it is published after. */
    Publication parent() {
        return parent;
    }

    private void requireSameBase(PublicationLine line) {
        List<Made> since = line.after(replay.publication())
                .orElseThrow(
                        () -> new RefusedException(("replay %d was computed at publication %d, which is no longer in"
                                        + " effect or no longer kept: create it again")
                                .formatted(replay.number(), replay.publication())));
        Publication base = read(replay.publication());
        replay.sources().keySet().forEach(source -> requireSameDefinitions(source, base));
        long before = base.number();
        for (int i = since.size() - 1; i >= 0; i--) {
            requireNoOther(before, since.get(i));
            before = since.get(i).number();
        }
    }

    private Publication read(long publication) {
        return deployment
                .warehouse()
                .publications()
                .read(publication)
                .orElseThrow(() -> new RefusedException("publication " + publication + " is no longer kept"));
    }

    private void requireSameDefinitions(String source, Publication base) {
        SourceState then = base.source(source).orElseThrow();
        boolean same = parent.source(source)
                .filter(now -> now.definitionSet().equals(then.definitionSet())
                        && now.batchSet().equals(then.batchSet()))
                .isPresent();
        if (!same) {
            throw new RefusedException(
                    ("the views of source %s were published otherwise since replay %d was computed, at"
                                    + " publication %d: create it again")
                            .formatted(source, replay.number(), base.number()));
        }
    }

    /** What has been taken out of what is published would come back with the staged days. */
    private void requireImportsPublished() {
        replay.sources().forEach((source, staged) -> {
            SourceState published = parent.source(source).orElseThrow();
            staged.cut().importsBeyond(published.cut()).stream().findFirst().ifPresent(id -> {
                throw new RefusedException(
                        ("replay %d holds %s of source %s, which has been revoked since it was computed:"
                                        + " create it again")
                                .formatted(replay.number(), id, source));
            });
        });
    }

    /** Days that others chose are theirs; what is computed because events touched it is as good as before. */
    private void requireNoOther(long before, Made made) {
        Cause.Kind kind = made.cause().kind();
        if (kind != Cause.Kind.DAYS && kind != Cause.Kind.REPLAY) {
            return;
        }
        Publication publication = read(made.number());
        Publication other = read(before);
        replay.segments().forEach((view, days) -> {
            SortedSet<LocalDate> changed = publication.changedDays(other, view);
            changed.retainAll(days.keySet());
            if (!changed.isEmpty()) {
                throw new RefusedException(
                        ("publication %d (%s) has replaced %s of view %s since replay %d was computed:"
                                        + " create it again")
                                .formatted(
                                        publication.number(),
                                        text(publication.cause()),
                                        changed.first(),
                                        view,
                                        replay.number()));
            }
        });
    }

    private static String text(Cause cause) {
        return cause.number() == null ? cause.kind().toString() : cause.kind() + " " + cause.number();
    }

    /** What would be published must still be what the files state, if it is not what is published. */
    private void requireStated() {
        replay.sources().forEach((source, state) -> {
            SourceState published = parent.source(source).orElseThrow();
            boolean switches = !state.definitionSet().equals(published.definitionSet())
                    || !state.batchSet().equals(published.batchSet());
            boolean stated = deployment.sources().stream().map(Source::name).anyMatch(source::equals)
                    && state.definitionSet().equals(deployment.definitionSetId(source))
                    && state.batchSet().equals(deployment.batchSetId(source));
            if (switches && !stated) {
                throw new RefusedException(("the files state other views of source %s than when replay %d was computed:"
                                + " restore them, or create it again")
                        .formatted(source, replay.number()));
            }
        });
    }

    /** What is to be computed for it, source by source. */
    List<SourcePlan> plans() {
        return replay.sources().keySet().stream().map(this::plan).toList();
    }

    private SourcePlan plan(String source) {
        SourceState staged = replay.sources().get(source);
        SourceState published = parent.source(source).orElseThrow();
        SourceDefinitions definitions = Definitions.published(deployment, source, staged);
        PublishedViews before = PublishedViews.of(deployment, parent, source);
        Map<String, Map<LocalDate, SegmentRef>> kept = before.kept(definitions);
        definitions
                .computed()
                .map(Computed::name)
                .forEach(view -> kept.merge(view, replay.segments().getOrDefault(view, Map.of()), Approval::overlaid));
        List<Work> work = staged.cut().equals(published.cut()) ? List.of() : work(definitions, before, staged);
        return new SourcePlan(definitions, definitions.restated(published), work, kept, before.names());
    }

    private static Map<LocalDate, SegmentRef> overlaid(
            Map<LocalDate, SegmentRef> below, Map<LocalDate, SegmentRef> above) {
        Map<LocalDate, SegmentRef> both = new TreeMap<>(below);
        both.putAll(above);
        return both;
    }

    /** Its days that events between its cut and the published one touch; of a view that is new or changed all such days. */
    private List<Work> work(SourceDefinitions definitions, PublishedViews before, SourceState staged) {
        SortedSet<LocalDate> touched =
                MasterDataset.of(deployment, definitions.source()).daysBeyond(staged.cut(), deployment.zone());
        Base base = new Base(staged.cut(), replay.segments());
        return PublishedViews.group(
                definitions,
                view -> {
                    SortedSet<LocalDate> days = new TreeSet<>(touched);
                    days.removeIf(day -> before.isUnchanged(view) && !replay.holds(view.name(), day));
                    return days;
                },
                base);
    }
}
