package dev.tidemark.serving.query;

import dev.tidemark.schema.Micros;
import dev.tidemark.serving.fold.Snapshot;
import dev.tidemark.serving.segment.Selection;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Match;
import dev.tidemark.view.PatternMatcher;
import dev.tidemark.view.StepEvent;
import dev.tidemark.view.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** Step events of both layers matched: one row for each match that was completed in the query's range. */
final class MatchMerge implements Merged {

    private final Query query;
    private final Finality finality;
    private final List<Match> matches;

    private MatchMerge(Query query, Finality finality, List<Match> matches) {
        this.query = query;
        this.finality = finality;
        this.matches = matches;
    }

    /** The matches as rows; or what completed them as cells, where the query groups them or has windows. */
    static Merged of(Query query, Selection selection, Snapshot snapshot, Finality finality) {
        List<Match> matches = matches(query, selection, snapshot);
        if (query.listsMatches()) {
            return new MatchMerge(query, finality, matches);
        }
        return Merge.of(query, matches.stream().map(match -> cell(query, match)).toList(), finality);
    }

    private static List<Match> matches(Query query, Selection selection, Snapshot snapshot) {
        View view = query.view();
        Map<Object, List<StepEvent>> byKey = new HashMap<>();
        snapshot.forEach(selection, cell -> {
            StepEvent event = StepEvent.of(view, cell);
            byKey.computeIfAbsent(event.by(), key -> new ArrayList<>()).add(event);
        });
        PatternMatcher matcher = new PatternMatcher(view);
        Predicate<List<Object>> wanted = Filter.all(query.filters());
        long from = query.counted().from();
        List<Match> matches = new ArrayList<>();
        byKey.values().forEach(events -> matcher.matches(events, from).stream()
                .filter(match -> wanted.test(match.last().cell().dimensions()))
                .forEach(matches::add));
        return matches;
    }

    /** A match as a cell of panes: that of the event that completed it, without what made it a step event. */
    private static Cell cell(Query query, Match match) {
        Cell last = match.last().cell();
        long pane = query.windows().isPresent()
                ? Micros.of(Query.FINEST.start(Micros.instant(last.start()), query.zone()))
                : last.start();
        return new Cell(pane, query.matchRows().dimensions(match), last.partials());
    }

    @Override
    public Optional<Instant> end() {
        return query.range().to();
    }

    @Override
    public List<Object[]> rows(Taker taker) {
        MatchRows made = query.matchRows();
        List<Object[]> rows = new ArrayList<>();
        for (Match match : matches) {
            Object[] row = made.row(match, finality.isFinal(Micros.instant(match.time() + 1)));
            Object[] partials = match.last().cell().partials();
            taker.take(
                    row, query.measures().stream().map(index -> partials[index]).toArray());
            rows.add(row);
        }
        return query.arranged(rows);
    }
}
