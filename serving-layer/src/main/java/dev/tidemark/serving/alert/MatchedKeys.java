package dev.tidemark.serving.alert;

import dev.tidemark.view.Cell;
import dev.tidemark.view.Match;
import dev.tidemark.view.PatternMatcher;
import dev.tidemark.view.StepEvent;
import dev.tidemark.view.View;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToLongFunction;

/**
 * The step events of a view by their keys, and the matches among them: kept up event by event, since whoever asks for all
 * matches anew looks at all keys. An accumulator; not thread-safe.
 */
final class MatchedKeys {

    private static final Comparator<StepEvent> ORDER = Comparator.comparing(StepEvent::at);

    private final View view;
    private final long within;
    private final PatternMatcher matcher;

    /** Each key's, in order. */
    private final Map<Object, List<StepEvent>> events = new HashMap<>();

    /** Each key's, in the order in which they were completed. */
    private final Map<Object, List<Match>> matched = new HashMap<>();

    private final Map<String, Match> byId = new HashMap<>();

    MatchedKeys(View view) {
        this.view = view;
        this.within = view.pattern().orElseThrow().withinMicros();
        this.matcher = new PatternMatcher(view);
    }

    /** The match of that id, if there is one. */
    Optional<Match> match(String id) {
        return Optional.ofNullable(byId.get(id));
    }

    /** The ids of all matches. */
    Set<String> ids() {
        return Collections.unmodifiableSet(byId.keySet());
    }

    /**
     * A stretch of event time.
     *
     * @param first microseconds of the epoch, inclusive like {@code last}
     */
    private record Stretch(long first, long last) {

        Stretch with(Stretch other) {
            return new Stretch(Math.min(first, other.first), Math.max(last, other.last));
        }
    }

    /**
     * Takes in step events; of one that is there already it makes nothing.
     *
     * @return the ids of the matches that have come, and of those that have gone
     */
    Set<String> add(Collection<Cell> cells) {
        Map<Object, Stretch> touched = new HashMap<>();
        for (Cell cell : cells) {
            StepEvent event = StepEvent.of(view, cell);
            if (insert(event)) {
                touched.merge(event.by(), new Stretch(event.time(), event.time()), Stretch::with);
            }
        }
        Set<String> changed = new HashSet<>();
        touched.forEach((key, stretch) -> match(key, stretch, changed));
        return changed;
    }

    private boolean insert(StepEvent event) {
        List<StepEvent> ofKey = events.computeIfAbsent(event.by(), key -> new ArrayList<>(2));
        int place = Collections.binarySearch(ofKey, event, ORDER);
        if (place >= 0) {
            return false;
        }
        ofKey.add(-place - 1, event);
        return true;
    }

    /** Matches a key anew where events of a stretch may be part of matches, which are completed in it or later. */
    private void match(Object key, Stretch stretch, Set<String> changed) {
        long end = stretch.last() + within;
        List<StepEvent> ofKey = events.get(key);
        List<StepEvent> near = ofKey.subList(
                firstFrom(ofKey, StepEvent::time, stretch.first() - within),
                firstFrom(ofKey, StepEvent::time, end + 1));
        List<Match> now = matcher.matches(near, stretch.first());
        List<Match> all = matched.computeIfAbsent(key, none -> new ArrayList<>(1));
        List<Match> before =
                all.subList(firstFrom(all, Match::time, stretch.first()), firstFrom(all, Match::time, end + 1));
        for (Match match : before) {
            if (!now.contains(match)) {
                byId.remove(match.id(view.name()));
                changed.add(match.id(view.name()));
            }
        }
        for (Match match : now) {
            String id = match.id(view.name());
            if (byId.put(id, match) == null) {
                changed.add(id);
            }
        }
        before.clear();
        all.addAll(firstFrom(all, Match::time, stretch.first()), now);
        if (all.isEmpty()) {
            matched.remove(key);
        }
    }

    /** The place of the first at {@code time} or later. */
    private static <T> int firstFrom(List<T> ordered, ToLongFunction<T> timeOf, long time) {
        int low = 0;
        int high = ordered.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (timeOf.applyAsLong(ordered.get(middle)) < time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }
}
