package dev.tidemark.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Position;
import dev.tidemark.view.Cell;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Match;
import dev.tidemark.view.Pattern;
import dev.tidemark.view.PatternMatcher;
import dev.tidemark.view.StepEvent;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Step events as Spark makes them, on the night when clocks go forward in Berlin, against a plain reading of the events. */
class PatternCellsTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Instant FROM = Instant.parse("2026-03-28T22:00:00Z");
    private static final int EVENTS = 24;

    /** An amount of 0.50 and then, within an hour, more than thirty times as much of the same day's text, unless n is 7. */
    private static final Pattern PATTERN = new Pattern(
            "region",
            List.of("amount < 1.00", "amount > 30 * step1.amount and n > 3 and step1.text = text"),
            Duration.ofHours(1),
            Optional.of("n = 7"));

    private record Event(int offset, Instant at, String region, Long n, String text, Integer whole) {

        String json() {
            return "{\"at\":%d,\"region\":%s,\"n\":%s,\"amount\":%s,\"text\":\"%s\"}"
                    .formatted(at.toEpochMilli(), region == null ? null : "\"" + region + "\"", n, amount(), text);
        }

        private String amount() {
            return whole == null ? null : "\"" + whole + ".50\"";
        }

        boolean isBefore(Event other) {
            return at.isBefore(other.at()) || at.equals(other.at()) && offset < other.offset();
        }
    }

    private final DefinitionSet set = ViewCompiler.resolve(Orders.SOURCE, List.of(definition()), BERLIN);
    private final View view = set.views().get(0);
    private final List<Event> events = new ArrayList<>();
    private BothLayers layers;

    private static ViewDefinition definition() {
        ViewDefinition panes =
                Orders.view("frauds", "text <> 'x'", "1m", Map.of(), "count()", "sum(amount)", "last(n)");
        Map<String, String> dimensions = new LinkedHashMap<>(Map.of("region", "region"));
        dimensions.put("number", "cast(if(n = 9, 'nine', n) as int)");
        return new ViewDefinition(
                panes.name(),
                panes.description(),
                panes.source(),
                panes.layers(),
                panes.where(),
                PATTERN,
                dimensions,
                panes.measures());
    }

    @BeforeEach
    void events() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < EVENTS; i++) {
            events.add(new Event(
                    i,
                    FROM.plus(Duration.ofMinutes(15L * random.nextInt(16))),
                    random.nextInt(8) == 0 ? null : List.of("eu", "us").get(random.nextInt(2)),
                    random.nextInt(8) == 0 ? null : (Long) (long) random.nextInt(10),
                    List.of("a", "a", "a", "b", "x").get(random.nextInt(5)),
                    random.nextInt(8) == 0
                            ? null
                            : (Integer) List.of(0, 0, 10, 20).get(random.nextInt(4))));
        }
        layers = BothLayers.of(set, events.stream().map(Event::json).toList(), FROM);
    }

    /** As the pattern says it, one event after another. */
    private TreeSet<String> expected() {
        TreeSet<String> lines = new TreeSet<>();
        for (Event last : events) {
            boolean completes = counts(last) && last.whole() != null && last.n() != null && last.n() > 3;
            events.stream()
                    .filter(first -> completes && counts(first) && isFirst(first, last) && !isCancelled(first, last))
                    .reduce((one, other) -> one.isBefore(other) ? other : one)
                    .ifPresent(first -> lines.add(first.offset() + " " + last.offset() + " " + last.region() + " "
                            + last.n() + " 1 " + last.whole() + ".50 " + last.n()));
        }
        return lines;
    }

    /** Whether an expression of the view fails on it, its filter leaves it out, or it has no key. */
    private static boolean counts(Event event) {
        return event.region() != null && !event.text().equals("x") && !Objects.equals(event.n(), 9L);
    }

    private static boolean isFirst(Event first, Event last) {
        return first.whole() != null
                && first.whole() == 0
                && last.whole() >= 15
                && first.text().equals(last.text())
                && first.region().equals(last.region())
                && first.isBefore(last)
                && !first.at().plus(PATTERN.within()).isBefore(last.at());
    }

    private boolean isCancelled(Event first, Event last) {
        return events.stream()
                .anyMatch(event -> counts(event)
                        && event.region().equals(last.region())
                        && Objects.equals(event.n(), 7L)
                        && first.isBefore(event)
                        && event.isBefore(last));
    }

    private TreeSet<String> matches(List<Cell> cells) {
        Map<Object, List<StepEvent>> byKey = new HashMap<>();
        cells.forEach(cell -> {
            StepEvent event = StepEvent.of(view, cell);
            byKey.computeIfAbsent(event.by(), key -> new ArrayList<>()).add(event);
        });
        TreeSet<String> lines = new TreeSet<>();
        byKey.values().forEach(key -> new PatternMatcher(view).matches(key).forEach(match -> lines.add(line(match))));
        return lines;
    }

    private String line(Match match) {
        StringBuilder line = new StringBuilder();
        match.positions().forEach(position -> line.append(position.offset()).append(' '));
        line.append(match.last().by())
                .append(' ')
                .append(match.last().cell().dimensions().get(1));
        for (int i = 0; i < view.measures().size(); i++) {
            line.append(' ')
                    .append(view.measures()
                            .get(i)
                            .algebra()
                            .finish(match.last().cell().partials()[i]));
        }
        return line.toString();
    }

    @Test
    void atEveryCutBothLayersGiveTheMatchesOfThePlainEvents() {
        TreeSet<String> expected = expected();
        for (long cut = 0; cut <= EVENTS; cut++) {
            assertEquals(expected, matches(layers.cells(cut)), "cut " + cut + " of " + events);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 1_000})
    void theReadableTableHasThemHoweverManyAreHeldAtOnce(int most) {
        TreeSet<String> found = new TreeSet<>();
        for (Row row :
                FinishedMatches.of(layers.cellsBelow(EVENTS), set, view, most).collectAsList()) {
            StringBuilder line = new StringBuilder();
            row.<String>getList(row.fieldIndex("positions"))
                    .forEach(text -> line.append(Position.parse(text).offset()).append(' '));
            Instant end = row.getAs("match_end");
            assertEquals(end.atZone(BERLIN).toLocalDate(), row.getAs("day"));
            List.of("region", "number", "m0", "m1", "m2")
                    .forEach(name -> line.append((Object) row.getAs(name)).append(' '));
            assertTrue(found.add(line.toString().trim()), "it is there twice: " + line);
        }
        assertEquals(expected(), found, events::toString);
    }

    @Test
    void whatFitsNoStepIsFilteredAndWhatFailsIsInAGroupAllTheSame() {
        List<Row> groups =
                Cells.groups(layers.contributions(), view, List.of("partition")).collectAsList();
        long failing = groups.stream()
                .filter(row -> row.getAs(Cells.BUCKET) != null)
                .mapToLong(row -> {
                    assertEquals(Bucket.FAILED.name(), row.getAs(Cells.BUCKET));
                    return row.<Long>getAs(Cells.EVENTS);
                })
                .sum();
        assertFalse(
                groups.stream().filter(row -> row.getAs(Cells.BUCKET) != null).count() > 1);
        long looked = events.stream().filter(PatternCellsTest::isLookedAt).count();
        assertEquals(
                events.stream()
                        .filter(event -> isLookedAt(event) && Objects.equals(event.n(), 9L))
                        .count(),
                failing);
        assertEquals(
                looked,
                groups.stream().mapToLong(row -> row.<Long>getAs(Cells.EVENTS)).sum());
    }

    /** Whether it has a key, passes the filter, and fits a step by itself or cancels. */
    private static boolean isLookedAt(Event event) {
        boolean fits = event.whole() != null && event.whole() == 0 || event.n() != null && event.n() > 3;
        return event.region() != null && !event.text().equals("x") && fits;
    }
}
