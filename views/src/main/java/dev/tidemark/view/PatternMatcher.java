package dev.tidemark.view;

import dev.tidemark.view.Steps.Comparison;
import dev.tidemark.view.Steps.Side;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds the matches of a pattern among the step events of one key; a pure function of them, in whatever order they are given.
 * The one place that says what a match is: every answer, the table of a view and the alerts ask it.
 *
 * <p>An event completes a match if it fits the last step, and earlier events fit the steps before it, in order, the first at
 * most {@code within} before it, with no event that cancels between the first and the last. If several would do, each step
 * has the latest event that leaves a match, from the end on. An event completes at most one match, and may be part of several.
 *
 * <p>For each event that fits the last step it looks once for each step at the step events within {@code within} before; more often
 * only where the events of steps in between are compared with earlier ones.
 *
 * <p>Not thread-safe.
 */
public final class PatternMatcher {

    private final View view;
    private final Pattern pattern;
    private final int last;

    /** By step, what can be compared once its event is chosen and those of later steps are. */
    private final List<List<Comparison>> comparisons = new ArrayList<>();

    /**
     * By step, the later ones, but the last, whose events are compared with its own or with earlier ones: on those it depends
     * which events leave a match.
     */
    private final List<List<Integer>> open = new ArrayList<>();

    /** By step and the events of its open steps, the place up to which there is known to be no event that leaves a match. */
    private final Map<List<Object>, Integer> noneBefore = new HashMap<>();

    private final StepEvent[] chosen;
    private List<StepEvent> events;
    private long earliest;

    /** @throws java.util.NoSuchElementException if it has no pattern */
    public PatternMatcher(View view) {
        this.view = view;
        this.pattern = view.pattern().orElseThrow();
        this.last = pattern.steps().size() - 1;
        this.chosen = new StepEvent[last + 1];
        List<Comparison> all = view.steps().orElseThrow().comparisons();
        for (int step = 0; step <= last; step++) {
            int number = step;
            comparisons.add(all.stream()
                    .filter(comparison -> comparison.earlier() == number)
                    .toList());
            open.add(all.stream()
                    .filter(comparison -> comparison.earlier() <= number && number < comparison.later())
                    .map(Comparison::later)
                    .filter(later -> later < last)
                    .distinct()
                    .toList());
        }
    }

    /** The matches of one key, in the order of the events that completed them. */
    public List<Match> matches(Collection<StepEvent> key) {
        return matches(key, Long.MIN_VALUE);
    }

    /**
     * Those that were completed at {@code from} or later.
     *
     * @param key the step events of one key, at least those from {@code within} before {@code from} on
     * @param from microseconds of the epoch
     */
    public List<Match> matches(Collection<StepEvent> key, long from) {
        events = key.stream().sorted(Comparator.comparing(StepEvent::at)).toList();
        List<Match> matches = new ArrayList<>();
        for (int i = 0; i < events.size(); i++) {
            if (events.get(i).time() >= from) {
                completedBy(i).ifPresent(matches::add);
            }
        }
        return matches;
    }

    private Optional<Match> completedBy(int index) {
        StepEvent event = events.get(index);
        if (!fits(event, last)) {
            return Optional.empty();
        }
        chosen[last] = event;
        earliest = event.time() - pattern.withinMicros();
        noneBefore.clear();
        return choose(last - 1, index) ? Optional.of(new Match(Arrays.asList(chosen))) : Optional.empty();
    }

    /** Chooses the events of a step and of those before it, from those before a place in the order. */
    private boolean choose(int step, int before) {
        List<Object> asked = asked(step);
        if (before <= noneBefore.getOrDefault(asked, 0)) {
            return false;
        }
        for (int i = before - 1; i >= 0 && events.get(i).time() >= earliest; i--) {
            StepEvent event = events.get(i);
            // What cancels may be the first of a match, since it does not lie between its first and its last then.
            boolean eligible = step == 0 || !cancels(event);
            if (eligible && fits(event, step)) {
                chosen[step] = event;
                if (step == 0 || choose(step - 1, i)) {
                    return true;
                }
            }
            if (cancels(event)) {
                break;
            }
        }
        noneBefore.merge(asked, before, Math::max);
        return false;
    }

    private List<Object> asked(int step) {
        List<Object> asked = new ArrayList<>();
        asked.add(step);
        open.get(step).forEach(later -> asked.add(chosen[later].at()));
        return asked;
    }

    private boolean fits(StepEvent event, int step) {
        if (!event.fits(step)) {
            return false;
        }
        chosen[step] = event;
        return comparisons.get(step).stream()
                .allMatch(
                        comparison -> comparison.operator().holds(value(comparison.left()), value(comparison.right())));
    }

    private Object value(Side side) {
        return chosen[side.step()].value(view, side.value());
    }

    private boolean cancels(StepEvent event) {
        return event.fits(last + 1);
    }
}
