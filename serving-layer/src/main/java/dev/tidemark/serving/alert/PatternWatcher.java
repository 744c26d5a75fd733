package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Alerting;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.query.AnswerJson;
import dev.tidemark.serving.query.Finality;
import dev.tidemark.serving.query.MatchRows;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Match;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.Tail.Progress;
import dev.tidemark.view.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Tells of a pattern's matches: of each once it is there, once batch has counted all its events too, and once it is gone, by an
 * event that came late. What should stand is what an answer has, of the matches that were completed at or beyond the cut of
 * the publication under which the view, as it is stated, was first watched. So what lies further back is never told of, and
 * whatever happens while nobody watches is.
 */
public final class PatternWatcher implements Watcher {

    private static final Selection ALL =
            new Selection(Long.MIN_VALUE, Long.MAX_VALUE, dimensions -> true, (first, last) -> false);

    private final Alerting alerting;
    private final LiveSource live;
    private final Warehouse warehouse;
    private Optional<Watched> watched = Optional.empty();

    /** @param live the source of the view */
    public PatternWatcher(Alerting alerting, LiveSource live, Warehouse warehouse) {
        this.alerting = alerting;
        this.live = live;
        this.warehouse = warehouse;
    }

    @Override
    public String view() {
        return alerting.view();
    }

    @Override
    public boolean isCaughtUp() {
        return watched.isPresent();
    }

    @Override
    public List<Alert> changes(Standing standing) {
        if (live.replaced().or(live::notServed).isPresent()) {
            return List.of();
        }
        Generation generation = live.generation().orElseThrow();
        View view = generation
                .definitions()
                .view(view())
                .filter(found -> found.pattern().isPresent())
                .orElseThrow(this::notPublished);
        requireComplete(generation, view);
        if (watched.filter(known -> known.generation == generation).isEmpty()) {
            // What was known before need not be held while it is made anew.
            watched = Optional.empty();
            watched = Optional.of(new Watched(generation, view, standing));
        } else {
            watched.get().takeChanges();
        }
        return watched.get().changes(standing);
    }

    private HttpProblem notPublished() {
        return HttpProblem.of(
                HttpProblem.Kind.NOT_READY,
                "what is published of it has no pattern yet: it is watched from the next publication on that has");
    }

    /** As an answer that misses positions is refused: what is missing may be part of a match, or cancel it. */
    private static void requireComplete(Generation generation, View view) {
        boolean misses = generation.progress(view.layers()).values().stream()
                .anyMatch(progress -> !progress.missing().isEmpty());
        if (misses) {
            throw HttpProblem.of(
                    HttpProblem.Kind.POSITIONS_MISSING,
                    "positions of the log are missing, of which it is not known what they change; see /v1/status");
        }
    }

    /**
     * What is to be sent.
     *
     * @param time when the match was completed, in microseconds of the epoch; before all others if there is none any more
     */
    private record Change(long time, Alert alert) {}

    /** One generation's matches. */
    private final class Watched {

        private final Generation generation;
        private final View view;
        private final MatchedKeys keys;
        private final Finality finality;
        private final String definition;
        private final Cut since;
        private final Cut cut;

        /** The alerts that may have to be sent something of. */
        private final Set<String> undecided = new HashSet<>();

        Watched(Generation generation, View view, Standing standing) {
            this.generation = generation;
            this.view = view;
            this.keys = new MatchedKeys(view);
            this.definition = generation.definitions().streamed().segmentsId(view);
            this.cut = view.layers().recomputed()
                    ? generation
                            .publication()
                            .source(live.source().name())
                            .map(SourceState::cut)
                            .orElse(Cut.NONE)
                    : Cut.NONE;
            this.since = warehouse.alertsSince(alerting.topic(), view(), definition, cut);
            // From here on, so that nothing that is counted meanwhile is missed.
            generation.takeChanged(view);
            Snapshot snapshot = generation.snapshot(view, ALL).orElseThrow();
            this.finality = Finality.of(generation.definitions().source(), snapshot);
            List<Cell> cells = new ArrayList<>();
            snapshot.forEach(ALL, cells::add);
            keys.add(cells);
            undecided.addAll(keys.ids());
            standing.alerts().stream()
                    .filter(alert -> alert.definition().equals(definition))
                    .forEach(alert -> undecided.add(alert.id()));
        }

        void takeChanges() {
            undecided.addAll(keys.add(generation.takeChanged(view)));
        }

        /**
         * What is not sent is said again the next time, since it is undecided until it stands. What is gone comes first, and then
         * matches in the order in which they were completed.
         */
        List<Alert> changes(Standing standing) {
            List<Change> changes = new ArrayList<>();
            undecided.removeIf(id -> {
                Optional<Alert> stands = standing.alert(id);
                Optional<Alert> change = change(id, stands);
                change.ifPresent(alert ->
                        changes.add(new Change(keys.match(id).map(Match::time).orElse(Long.MIN_VALUE), alert)));
                return change.isEmpty() && stands.filter(this::isAwaited).isEmpty();
            });
            return changes.stream()
                    .sorted(Comparator.comparingLong(Change::time))
                    .map(Change::alert)
                    .toList();
        }

        private Optional<Alert> change(String id, Optional<Alert> stands) {
            Optional<Match> match = keys.match(id);
            if (match.isEmpty()) {
                return stands.filter(this::isJudged).map(this::retracted);
            }
            if (stands.isEmpty()) {
                return match.filter(this::isToldOf).map(found -> alert(id, State.ADDED, found));
            }
            return match.filter(found -> stands.get().state() == State.ADDED && isCounted(found))
                    .map(found -> alert(id, State.CONFIRMED, found));
        }

        /** Whether it was told of by the view as it is stated, and its events have all been counted here. */
        private boolean isJudged(Alert alert) {
            return alert.definition().equals(definition)
                    && positions(alert)
                            .allMatch(position -> isBelow(position, cut)
                                    || isInTail(
                                            position,
                                            progress -> position.offset() >= progress.cut()
                                                    && position.offset() < progress.through()));
        }

        /** Whether it is no match as yet, since some of its events have not been counted here. */
        private boolean isAwaited(Alert alert) {
            return keys.match(alert.id()).isEmpty()
                    && alert.definition().equals(definition)
                    && positions(alert)
                            .anyMatch(position ->
                                    isInTail(position, progress -> position.offset() >= progress.through()));
        }

        private Stream<Position> positions(Alert alert) {
            List<Position> positions = new ArrayList<>();
            alert.fields().path("positions").forEach(position -> positions.add(Position.parse(position.asText())));
            return positions.stream();
        }

        private boolean isInTail(Position position, Predicate<Progress> where) {
            Progress progress = generation.progress(view.layers()).get(position.partition());
            return position.log().equals(generation.log()) && progress != null && where.test(progress);
        }

        private Alert retracted(Alert alert) {
            return alert.become(
                    State.RETRACTED, Instant.now(), generation.publication().number(), definition, alert.row());
        }

        private Alert alert(String id, State state, Match match) {
            MatchRows rows = MatchRows.of(view);
            boolean isFinal = finality.isFinal(Micros.instant(match.time() + 1));
            return new Alert(
                    id,
                    view.name(),
                    state,
                    Instant.now(),
                    generation.publication().number(),
                    definition,
                    AnswerJson.row(rows.columns(), rows.row(match, isFinal)));
        }

        private boolean isToldOf(Match match) {
            return !isBelow(match.last().at().position(), since);
        }

        /** Whether batch has counted all its events. */
        private boolean isCounted(Match match) {
            return match.positions().stream().allMatch(position -> isBelow(position, cut));
        }

        private static boolean isBelow(Position position, Cut end) {
            return position.offset()
                    < end.of(position.log(), position.partition()).orElse(0);
        }
    }
}
