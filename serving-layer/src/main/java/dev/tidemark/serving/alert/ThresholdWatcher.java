package dev.tidemark.serving.alert;

import dev.tidemark.deployment.Threshold;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.fold.Generation;
import dev.tidemark.serving.fold.LiveSource;
import dev.tidemark.serving.fold.ServedDefinitions;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.problem.HttpProblem.Kind;
import dev.tidemark.serving.query.Answer;
import dev.tidemark.serving.query.QueryRequest;
import dev.tidemark.serving.query.QueryRequest.Conditions;
import dev.tidemark.serving.query.QueryRequest.Range;
import dev.tidemark.serving.query.QueryRequest.WindowsRequest;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Fingerprint;
import dev.tidemark.view.Pane;
import dev.tidemark.view.View;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Judges a threshold, as a pure function of the merged answer and the time: a group fires when the condition holds in all
 * windows that the threshold looks at, and is resolved when it does not hold in the newest. Whether it fires already is
 * read from what stands.
 */
public final class ThresholdWatcher implements Watcher {

    private static final int GROUP_DIGITS = 12;
    private static final Duration OFTEN = Duration.ofSeconds(1);
    private static final Set<ValueType.Kind> NUMBERS =
            Set.of(ValueType.Kind.BIGINT, ValueType.Kind.DOUBLE, ValueType.Kind.DECIMAL);
    private static final Conditions COMPLETE = new Conditions(Map.of(), Duration.ZERO, Optional.empty(), false, false);

    private static final WindowsRequest NO_WINDOWS =
            new WindowsRequest(Optional.empty(), Optional.empty(), Optional.empty());

    private final String name;
    private final Threshold threshold;
    private final LiveSource live;
    private final ZoneId zone;
    private final CountedUntil counted;
    private boolean caughtUp;
    private Instant looked = Instant.MIN;
    private Instant newest = Instant.MIN;
    private Instant reached = Instant.MIN;

    /** @param live the source of the view */
    public ThresholdWatcher(String view, Threshold threshold, LiveSource live, ZoneId zone) {
        this.name = view;
        this.threshold = threshold;
        this.live = live;
        this.zone = zone;
        this.counted = new CountedUntil(live);
    }

    @Override
    public String view() {
        return name;
    }

    @Override
    public boolean isCaughtUp() {
        return caughtUp;
    }

    @Override
    public List<Alert> changes(Standing standing) throws InterruptedException {
        Instant now = Instant.now();
        Optional<View> view =
                live.generation().flatMap(found -> found.definitions().view(name));
        Optional<Instant> until = view.flatMap(found -> counted.of(found, now));
        if (until.isEmpty()) {
            return List.of();
        }
        caughtUp = true;
        Instant end = pane(view.get()).start(until.get(), zone);
        // Where a rollback moved back what batch alone computes, what was found stands until all is whole again.
        boolean steppedBack = !view.get().layers().streamed() && until.get().isBefore(reached);
        if (steppedBack || end.equals(newest) && now.isBefore(looked.plus(OFTEN))) {
            return List.of();
        }
        looked = now;
        newest = end;
        reached = until.get();
        return judge(standing, until.get(), now);
    }

    /**
     * What has to be sent.
     *
     * @param until up to when answers are whole
     * @param now when this is found
     * @throws HttpProblem if the view cannot be answered, or does not have what is compared
     */
    public List<Alert> judge(Standing standing, Instant until, Instant now) throws InterruptedException {
        Generation generation = live.generation().orElseThrow();
        Optional<View> view = generation.definitions().view(name);
        if (view.isEmpty()) {
            return List.of();
        }
        requireNumbers(view.get());
        Lookback lookback = Lookback.at(pane(view.get()), threshold, zone, until);
        GroupedRows rows = new GroupedRows(view.get(), threshold, lookback);
        if (!threshold.by().isEmpty()) {
            // They come first: of too many, no windows are asked for.
            rows.addGroups(ask(lookback.groupsSince(), lookback.newest(), NO_WINDOWS));
        }
        Answer windows = ask(lookback.start(lookback.ends().get(0)), lookback.startsBefore(), windows(view.get()));
        rows.addWindows(windows);
        long publication = windows.certificate().publication();
        if (publication != generation.publication().number()) {
            // A publication has switched meanwhile, and perhaps the definition with it: the next look tells.
            return List.of();
        }
        Found found = new Found(now, publication, definition(generation.definitions()));
        return changes(standing, rows, lookback, found);
    }

    /** The view may be published as one of sessions or matches yet, which has no windows to look at. */
    private Pane pane(View view) {
        if (view.definition().slicing() instanceof Pane pane) {
            return pane;
        }
        throw HttpProblem.of(
                Kind.NOT_READY,
                "view %s is not published with the panes yet whose windows `alert` looks at (`tidemark recompute`)"
                        .formatted(name));
    }

    /** What is compared may not be published yet, and which type it has is known only now. */
    private void requireNumbers(View view) {
        for (String measure : threshold.when().measures()) {
            boolean isNumber = view.measure(measure)
                    .map(found -> found.aggregate().result() instanceof ValueType type && NUMBERS.contains(type.kind()))
                    .orElseThrow(() -> HttpProblem.of(
                            Kind.NOT_READY,
                            "measure %s, which `alert` compares, is not published yet (`tidemark recompute`)"
                                    .formatted(measure)));
            if (!isNumber) {
                throw HttpProblem.of(
                        Kind.BAD_QUERY,
                        "measure %s, which `alert` compares, is no number, but of type %s"
                                .formatted(
                                        measure,
                                        view.measure(measure)
                                                .orElseThrow()
                                                .aggregate()
                                                .result()));
            }
        }
    }

    private String definition(ServedDefinitions definitions) {
        boolean isStreamed = definitions.streamed().view(name).isPresent();
        return (isStreamed ? definitions.streamed() : definitions.batch()).id();
    }

    private WindowsRequest windows(View view) {
        return new WindowsRequest(
                Optional.of(Durations.format(threshold.window())),
                Optional.of(pane(view).toString()),
                Optional.empty());
    }

    private Answer ask(Instant from, Instant to, WindowsRequest windows) throws InterruptedException {
        QueryRequest request = new QueryRequest(
                name,
                new Range(Optional.of(from.toString()), Optional.of(to.toString()), Optional.empty()),
                windows,
                threshold.by(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                COMPLETE,
                false);
        return Answer.to(request, live, zone);
    }

    /** What an alert says of the answer that it was found in. */
    private record Found(Instant at, long publication, String definition) {}

    private List<Alert> changes(Standing standing, GroupedRows rows, Lookback lookback, Found found) {
        List<Alert> changes = new ArrayList<>();
        Map<String, Alert> firing = new HashMap<>();
        for (Alert alert : standing.alerts()) {
            if (alert.state() == State.FIRING) {
                // The threshold was by other dimensions then: nothing judges that group, or both of these, any more.
                Optional<Alert> unjudged = rows.keyOf(alert)
                        .map(key -> Optional.ofNullable(firing.put(key, alert)))
                        .orElse(Optional.of(alert));
                unjudged.ifPresent(old -> changes.add(resolved(old, old.row(), found)));
            }
        }
        firing.keySet().forEach(rows::addGroup);
        for (String group : rows.groups()) {
            List<Map<String, Object>> windows = rows.rows(group);
            if (firing.containsKey(group)) {
                if (!holds(windows.get(windows.size() - 1))) {
                    changes.add(resolved(firing.get(group), rows.newest(group), found));
                }
            } else if (windows.stream().allMatch(this::holds)) {
                changes.add(fired(group, lookback.ends().get(0), rows.newest(group), found));
            }
        }
        return changes;
    }

    private boolean holds(Map<String, Object> row) {
        return threshold.when().holds(row::get);
    }

    private Alert fired(String group, Instant since, String row, Found found) {
        String id = name + "-" + since + "-" + new Fingerprint().add(group).hex(GROUP_DIGITS);
        return new Alert(id, name, State.FIRING, found.at(), found.publication(), found.definition(), row);
    }

    private static Alert resolved(Alert firing, String row, Found found) {
        return firing.become(State.RESOLVED, found.at(), found.publication(), found.definition(), row);
    }
}
