package dev.tidemark.serving.alert;

import dev.tidemark.serving.alert.Alert.State;
import dev.tidemark.serving.query.AlertsRequest;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The alerts that alert topics hold, as far as they have been read: the {@value #MOST} that have changed last, and how many
 * records there are of all. An accumulator; thread-safe.
 */
public final class KnownAlerts {

    /** How many alerts are remembered. */
    public static final int MOST = 10_000;

    /** How many changes of one alert are remembered. */
    private static final int MOST_CHANGES = 20;

    /** An alert of a view. */
    private record Name(String view, String id) {}

    /** By name, the one that has changed last at the end; each with its changes, the oldest first. */
    private final Map<Name, Deque<Alert>> changes = new LinkedHashMap<>();

    private final Map<String, Map<State, Long>> records = new HashMap<>();

    synchronized void add(Alert alert) {
        Name name = new Name(alert.view(), alert.id());
        Deque<Alert> history = changes.containsKey(name) ? changes.remove(name) : new ArrayDeque<>();
        history.addLast(alert);
        if (history.size() > MOST_CHANGES) {
            history.removeFirst();
        }
        changes.put(name, history);
        if (changes.size() > MOST) {
            changes.remove(changes.keySet().iterator().next());
        }
        records.computeIfAbsent(alert.view(), view -> new EnumMap<>(State.class))
                .merge(alert.state(), 1L, Long::sum);
    }

    synchronized void clear() {
        changes.clear();
        records.clear();
    }

    /** The alerts that are asked for, the one that has changed last first; each as its changes, the oldest first. */
    synchronized List<List<Alert>> report(AlertsRequest asked) {
        List<Deque<Alert>> newestFirst = new ArrayList<>(changes.values());
        Collections.reverse(newestFirst);
        return newestFirst.stream()
                .filter(history -> isAsked(history.peekLast(), asked))
                .limit(asked.limit())
                .map(List::copyOf)
                .toList();
    }

    private static boolean isAsked(Alert alert, AlertsRequest asked) {
        return asked.view().map(alert.view()::equals).orElse(true)
                && asked.state().map(alert.state().toString()::equals).orElse(true)
                && asked.id().map(alert.id()::equals).orElse(true);
    }

    /** How many records there are of a view, by the states that they say. */
    synchronized Map<State, Long> records(String view) {
        return new EnumMap<>(records.getOrDefault(view, new EnumMap<>(State.class)));
    }
}
