package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Warehouse;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.query.AnswerJson;
import dev.tidemark.serving.query.Finality;
import dev.tidemark.serving.query.MatchRows;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Match;
import dev.tidemark.view.Publication.SourceState;
import dev.tidemark.view.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Tells of a pattern's matches: of each once it is there, once batch has counted all its events too, and once it is gone, by an
 * event that came late. What should stand is what an answer has, of the matches that were completed at or beyond the cut of
 * the publication under which the view, as it is stated, was first watched. So what lies further back is never told of, and
 * whatever happens while nobody watches is.
 */
public final class PatternWatcher implements Watcher {

    private static final Selection ALL =
            new Selection(Long.MIN_VALUE, Long.MAX_VALUE, dimensions -> true, (first, last) -> false);

    private final String name;
    private final LiveSource live;
    private final Warehouse warehouse;
    private Optional<Watched> watched = Optional.empty();

    /** @param live the source of the view */
    public PatternWatcher(String view, LiveSource live, Warehouse warehouse) {
        this.name = view;
        this.live = live;
        this.warehouse = warehouse;
    }

    @Override
    public String view() {
        return name;
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
        Optional<View> view = generation.definitions().view(name).filter(found -> found.pattern()
                .isPresent());
        if (view.isEmpty()) {
            return List.of();
        }
        if (watched.filter(known -> known.generation == generation).isEmpty()) {
            watched = Optional.of(new Watched(generation, view.get(), standing));
        } else {
            watched.get().takeChanges();
        }
        return watched.get().changes(standing);
    }

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
            this.since = warehouse.alertsSince(name, definition, cut);
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

        /** What is not sent is said again the next time, since it is undecided until it stands. */
        List<Alert> changes(Standing standing) {
            List<Alert> changes = new ArrayList<>();
            undecided.removeIf(id -> {
                Optional<Alert> change = change(id, standing.alert(id));
                change.ifPresent(changes::add);
                return change.isEmpty();
            });
            return changes;
        }

        private Optional<Alert> change(String id, Optional<Alert> stands) {
            Optional<Match> match = keys.match(id).filter(this::isToldOf);
            if (match.isEmpty()) {
                return stands.map(alert -> alert.become(
                        State.RETRACTED, Instant.now(), generation.publication().number(), definition, alert.row()));
            }
            if (stands.isEmpty()) {
                return Optional.of(alert(id, State.ADDED, match.get()));
            }
            return stands.filter(alert -> alert.state() == State.ADDED && isCounted(match.get()))
                    .map(alert -> alert(id, State.CONFIRMED, match.get()));
        }

        private Alert alert(String id, State state, Match match) {
            MatchRows rows = MatchRows.of(view);
            boolean isFinal = finality.isFinal(Micros.instant(match.last().time() + 1));
            return new Alert(
                    id,
                    name,
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
