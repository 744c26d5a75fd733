package dev.tidemark.serving.alert;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.schema.Field;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Cell;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Match;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.PatternMatcher;
import dev.tidemark.view.StepEvent;
import dev.tidemark.view.Steps;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Matches kept up event by event are those of all events together, and what is said to have changed has. */
class MatchedKeysTest {

    private static final long SECOND = 1_000_000;
    private static final View VIEW = view();

    private static View view() {
        MeasureCall count = MeasureCall.parse("count()");
        ViewDefinition definition = new ViewDefinition(
                "frauds",
                "",
                "payments",
                Layers.BOTH,
                Optional.empty(),
                new Pattern("account", List.of("a", "b", "c"), Duration.ofSeconds(6), Optional.of("d")),
                Map.of("account", "account"),
                Map.of("matches", count));
        return new View(
                definition,
                List.of(new Field("account", ValueType.STRING)),
                List.of(new Measure("matches", count, count.over(null))),
                Optional.of(Steps.NONE));
    }

    private static List<Cell> cells(Random random) {
        List<Cell> cells = new ArrayList<>();
        for (long offset = random.nextInt(60); offset >= 0; offset--) {
            long fits = 1L + random.nextInt(random.nextInt(5) == 0 ? 15 : 7);
            List<Object> key = List.of("a" + random.nextInt(2), fits, "log", (long) random.nextInt(2), offset);
            cells.add(new Cell(random.nextInt(40) * SECOND, key, VIEW.identity()));
        }
        return cells;
    }

    private static Set<String> expected(List<Cell> cells) {
        Set<String> ids = new HashSet<>();
        for (String account : List.of("a0", "a1")) {
            List<StepEvent> events = cells.stream()
                    .map(cell -> StepEvent.of(VIEW, cell))
                    .filter(event -> event.by().equals(account))
                    .toList();
            for (Match match : new PatternMatcher(VIEW).matches(events)) {
                ids.add(match.id("frauds"));
            }
        }
        return ids;
    }

    @Property(tries = 500)
    void inWhateverPortionsEventsCome(@ForAll long seed) {
        Random random = new Random(seed);
        List<Cell> cells = cells(random);
        MatchedKeys keys = new MatchedKeys(VIEW);
        int from = 0;
        while (from < cells.size()) {
            int to = Math.min(cells.size(), from + 1 + random.nextInt(4));
            Set<String> before = new HashSet<>(keys.ids());
            // Some come again.
            Set<String> said = keys.add(cells.subList(Math.max(0, from - random.nextInt(3)), to));
            Set<String> changed = new HashSet<>(before);
            changed.removeAll(keys.ids());
            keys.ids().stream().filter(id -> !before.contains(id)).forEach(changed::add);
            assertEquals(changed, said);
            assertEquals(expected(cells.subList(0, to)), keys.ids());
            from = to;
        }
    }
}
