package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Steps.Comparison;
import dev.tidemark.view.Steps.Side;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What a match is: by examples, and against all chains of events that there are. */
class PatternMatcherTest {

    private static final long A = 1;
    private static final long B = 2;
    private static final long SECOND = 1_000_000;

    /** The bit after those of two steps. */
    private static final long CANCELS = 4;

    private static final View TWO = viewOf(2, Duration.ofSeconds(60), List.of());

    private static View viewOf(int steps, Duration within, List<Comparison> comparisons) {
        MeasureCall count = MeasureCall.parse("count()");
        ViewDefinition definition = new ViewDefinition(
                "frauds",
                "",
                "payments",
                Layers.BOTH,
                Optional.empty(),
                new Pattern("account", Collections.nCopies(steps, "x"), within, Optional.of("y")),
                Map.of("account", "account"),
                Map.of("matches", count));
        int values = comparisons.stream()
                .mapToInt(each -> Math.max(each.left().value(), each.right().value()) + 1)
                .max()
                .orElse(0);
        return new View(
                definition,
                List.of(new Field("account", ValueType.STRING)),
                List.of(new Measure("matches", count, count.over(null))),
                Optional.of(new Steps(Collections.nCopies(values, ValueType.BIGINT), comparisons)));
    }

    /** The step event at an offset. */
    private static StepEvent event(View view, long offset, long time, long fits, Long... values) {
        List<Object> carried = new ArrayList<>(List.of("a1", fits));
        carried.addAll(Arrays.asList(values));
        List<Object> key = view.keyOf(carried, new Position("log", 0, offset));
        return StepEvent.of(view, new Cell(time, key, view.identity()));
    }

    private static List<List<Long>> matches(View view, StepEvent... events) {
        return offsets(new PatternMatcher(view).matches(List.of(events)));
    }

    private static List<List<Long>> offsets(List<Match> matches) {
        return matches.stream()
                .map(match -> match.positions().stream().map(Position::offset).toList())
                .toList();
    }

    @Test
    void anEventThatFitsTheLastStepCompletesAMatchWithTheLatestOneBeforeIt() {
        assertEquals(
                List.of(List.of(1L, 2L)),
                matches(TWO, event(TWO, 0, 0, A), event(TWO, 1, SECOND, A), event(TWO, 2, 2 * SECOND, B)));
    }

    @Test
    void theFirstEventMayBeExactlyAsEarlyAsThePatternAllows() {
        assertEquals(List.of(List.of(0L, 1L)), matches(TWO, event(TWO, 0, 0, A), event(TWO, 1, 60 * SECOND, B)));
        assertEquals(List.of(), matches(TWO, event(TWO, 0, 0, A), event(TWO, 1, 60 * SECOND + 1, B)));
    }

    @Test
    void atTheSameTimeTheOffsetSaysWhichEventIsTheEarlier() {
        assertEquals(List.of(List.of(0L, 1L)), matches(TWO, event(TWO, 0, 7, A), event(TWO, 1, 7, B)));
        assertEquals(List.of(), matches(TWO, event(TWO, 1, 7, A), event(TWO, 0, 7, B)));
    }

    @Test
    void eachEventThatFitsTheLastStepCompletesAMatchOfItsOwn() {
        assertEquals(
                List.of(List.of(0L, 1L), List.of(0L, 2L)),
                matches(TWO, event(TWO, 0, 0, A), event(TWO, 1, 1, B), event(TWO, 2, 2, B)));
    }

    @Test
    void anEventIsNotTwoOfAMatch() {
        assertEquals(
                List.of(List.of(0L, 1L), List.of(1L, 2L)),
                matches(TWO, event(TWO, 0, 0, A | B), event(TWO, 1, 1, A | B), event(TWO, 2, 2, B)));
    }

    @Test
    void whatCancelsBetweenFirstAndLastLeavesNoMatch() {
        assertEquals(List.of(), matches(TWO, event(TWO, 0, 0, A), event(TWO, 1, 1, CANCELS), event(TWO, 2, 2, B)));
        assertEquals(
                List.of(List.of(1L, 2L)),
                matches(
                        TWO,
                        event(TWO, 0, 0, CANCELS),
                        event(TWO, 1, 1, A),
                        event(TWO, 2, 2, B),
                        event(TWO, 3, 3, CANCELS)),
                "before the first and after the last it cancels nothing");
        assertEquals(
                List.of(List.of(0L, 1L)),
                matches(TWO, event(TWO, 0, 0, A | CANCELS), event(TWO, 1, 1, B | CANCELS)),
                "the first and the last do not lie between themselves");
    }

    @Test
    void anEarlierEventIsChosenWhereTheLatestDoesNotCompare() {
        View view = viewOf(2, Duration.ofSeconds(60), List.of(compare(1, 0, Operator.GREATER, 0, 1)));
        assertEquals(
                List.of(List.of(0L, 2L)),
                matches(
                        view,
                        event(view, 0, 0, A, null, 5L),
                        event(view, 1, 1, A, null, 50L),
                        event(view, 2, 2, B, 10L, null)));
        assertEquals(
                List.of(),
                matches(view, event(view, 0, 0, A, null, (Long) null), event(view, 1, 1, B, 10L, null)),
                "nothing compares with null");
    }

    private static Comparison compare(int left, int value, Operator operator, int right, int against) {
        return new Comparison(new Side(left, value), operator, new Side(right, against));
    }

    /** Who tries all chains does not come to an end here. */
    @Test
    void eventsThatAllFitEveryStepAndNeverCompareAreLookedAtOnceForEachStep() {
        int steps = 12;
        View view = viewOf(
                steps,
                Duration.ofSeconds(60),
                List.of(
                        compare(steps - 1, 0, Operator.LESS, 0, 1),
                        compare(6, 0, Operator.EQUAL, 5, 0),
                        compare(4, 0, Operator.EQUAL, 2, 0)));
        List<StepEvent> events = new ArrayList<>();
        for (int offset = 0; offset < 100; offset++) {
            events.add(event(view, offset, offset, (1L << steps) - 1, 1L, 1L));
        }
        assertEquals(List.of(), new PatternMatcher(view).matches(events));
    }

    @Test
    void matchesAreToldApartByTheirEvents() {
        Match match = new PatternMatcher(TWO)
                .matches(List.of(event(TWO, 0, 0, A), event(TWO, 1, 1, B)))
                .get(0);
        assertEquals(32, match.id("frauds").length());
        assertTrue(!match.id("frauds").equals(match.id("others")));
    }

    @Test
    void aPatternThatCannotBeIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> viewOf(1, Duration.ofSeconds(1), List.of()));
        assertThrows(IllegalArgumentException.class, () -> viewOf(17, Duration.ofSeconds(1), List.of()));
        assertThrows(IllegalArgumentException.class, () -> viewOf(2, Duration.ZERO, List.of()));
        assertThrows(IllegalArgumentException.class, () -> viewOf(2, Duration.ofDays(8), List.of()));
    }

    /** Random step events of a random pattern. */
    private record Trial(View view, List<StepEvent> events) {

        private static final int VALUES = 3;

        static Trial of(Random random) {
            int steps = 2 + random.nextInt(3);
            List<Comparison> comparisons = new ArrayList<>();
            for (int i = random.nextInt(3); i > 0; i--) {
                Operator operator = Operator.values()[random.nextInt(Operator.values().length)];
                comparisons.add(compare(
                        random.nextInt(steps),
                        random.nextInt(VALUES),
                        operator,
                        random.nextInt(steps),
                        random.nextInt(VALUES)));
            }
            View view = viewOf(steps, Duration.ofSeconds(1 + random.nextInt(12)), comparisons);
            List<StepEvent> events = new ArrayList<>();
            for (int offset = random.nextInt(14); offset >= 0; offset--) {
                long fits = 1 + random.nextInt((1 << steps) - 1) + (random.nextInt(6) == 0 ? 1L << steps : 0);
                Long[] values = new Long[VALUES];
                for (int i = 0; i < VALUES; i++) {
                    values[i] = random.nextInt(6) == 0 ? null : (Long) (long) random.nextInt(4);
                }
                events.add(event(view, offset, random.nextInt(15) * SECOND, fits, values));
            }
            return new Trial(view, events);
        }

        /** By trying all chains of events. */
        List<List<Long>> expected() {
            List<StepEvent> ordered = events.stream()
                    .sorted((one, other) -> one.at().compareTo(other.at()))
                    .toList();
            List<List<Long>> matches = new ArrayList<>();
            for (int last = 0; last < ordered.size(); last++) {
                List<List<Integer>> chains = new ArrayList<>();
                chains(ordered, new ArrayList<>(List.of(last)), chains);
                // Written from the end on, the greatest is that of the latest events.
                chains.stream()
                        .max((one, other) -> Arrays.compare(
                                one.stream().mapToInt(i -> i).toArray(),
                                other.stream().mapToInt(i -> i).toArray()))
                        .ifPresent(chain -> {
                            List<Long> offsets = new ArrayList<>();
                            chain.forEach(i -> offsets.add(
                                    0, ordered.get(i).at().position().offset()));
                            matches.add(offsets);
                        });
            }
            return matches;
        }

        private int steps() {
            return view.pattern().orElseThrow().steps().size();
        }

        private void chains(List<StepEvent> ordered, List<Integer> fromEnd, List<List<Integer>> found) {
            if (fromEnd.size() == steps()) {
                if (holds(ordered, fromEnd)) {
                    found.add(List.copyOf(fromEnd));
                }
                return;
            }
            for (int i = fromEnd.get(fromEnd.size() - 1) - 1; i >= 0; i--) {
                fromEnd.add(i);
                chains(ordered, fromEnd, found);
                fromEnd.remove(fromEnd.size() - 1);
            }
        }

        private boolean holds(List<StepEvent> ordered, List<Integer> fromEnd) {
            List<StepEvent> chain = new ArrayList<>();
            fromEnd.forEach(i -> chain.add(0, ordered.get(i)));
            int first = fromEnd.get(fromEnd.size() - 1);
            boolean cancelled = ordered.subList(first + 1, fromEnd.get(0)).stream()
                    .anyMatch(event -> (event.fits() & 1L << steps()) != 0);
            long lasts = ordered.get(fromEnd.get(0)).time() - ordered.get(first).time();
            boolean fits = true;
            for (int step = 0; step < steps(); step++) {
                fits &= (chain.get(step).fits() & 1L << step) != 0;
            }
            return fits
                    && !cancelled
                    && lasts <= view.pattern().orElseThrow().withinMicros()
                    && view.steps().orElseThrow().comparisons().stream().allMatch(comparison -> comparison
                            .operator()
                            .holds(value(chain, comparison.left()), value(chain, comparison.right())));
        }

        private static Object value(List<StepEvent> chain, Side side) {
            return chain.get(side.step()).cell().dimensions().get(2 + side.value());
        }
    }

    @Property(tries = 3_000)
    void inWhateverOrderEventsComeTheirMatchesAreThoseThatAllChainsGive(@ForAll long seed) {
        Random random = new Random(seed);
        Trial trial = Trial.of(random);
        Collections.shuffle(trial.events(), random);
        assertEquals(
                trial.expected(), offsets(new PatternMatcher(trial.view()).matches(trial.events())), trial::toString);
    }

    @Property(tries = 500)
    void whatLiesFurtherBackThanThePatternLooksChangesNothing(@ForAll long seed) {
        Random random = new Random(seed);
        Trial trial = Trial.of(random);
        long from = random.nextInt(15) * SECOND;
        long within = trial.view().pattern().orElseThrow().withinMicros();
        PatternMatcher matcher = new PatternMatcher(trial.view());
        List<Match> all = matcher.matches(trial.events()).stream()
                .filter(match -> match.last().time() >= from)
                .toList();
        List<StepEvent> near = trial.events().stream()
                .filter(event -> event.time() >= from - within)
                .toList();
        assertEquals(offsets(all), offsets(matcher.matches(near, from)), trial::toString);
    }
}
