package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Micros;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.ValueType;
import dev.tidemark.view.Session.Joined;
import dev.tidemark.view.aggregate.Occurrence;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Sessions against a plain fold: any events, in any order, divided in any way, on nights on which clocks change too. */
class SessionLawsTest {

    private static final List<ZoneId> ZONES = List.of(
            ZoneId.of("UTC"), ZoneId.of("Europe/Berlin"), ZoneId.of("America/New_York"), ZoneId.of("Asia/Kolkata"));

    /** Within days of them clocks change in Berlin, or in New York. */
    private static final List<String> AROUND =
            List.of("2026-03-27T20:00:00Z", "2026-10-23T20:00:00Z", "2026-03-06T20:00:00Z", "2026-10-30T20:00:00Z");

    private static final Duration LONG = Duration.ofDays(5);

    /** An event of the log, at its offset. */
    private record Event(long offset, long time, String user, long n) {

        Contribution contribution() {
            return new Contribution(Bucket.COUNTED, time, Arrays.asList((Object) user), List.of(n, n));
        }

        Occurrence at() {
            return new Occurrence(time, new Position("log", 0, offset));
        }
    }

    /** A random log, and how its sessions are defined. */
    private record Log(View view, Session session, ZoneId zone, List<Event> events) {

        static Log of(Random random) {
            Duration gap = List.of(
                            Duration.ofMillis(1),
                            Duration.ofMinutes(10),
                            Duration.ofHours(3),
                            Duration.ofHours(24),
                            Duration.ofHours(31))
                    .get(random.nextInt(5));
            Session session = new Session("user", gap, 2 + random.nextInt(2));
            // Many distances are exactly the gap.
            Duration step = gap.dividedBy(2 + random.nextInt(3));
            long begin = Micros.of(Instant.parse(AROUND.get(random.nextInt(AROUND.size()))));
            long steps = Math.max(1, Math.min(LONG.toNanos() / step.toNanos(), 40L + random.nextInt(200)));
            List<Event> events = new ArrayList<>();
            for (int i = random.nextInt(60); i > 0; i--) {
                long time = begin + (long) (random.nextDouble() * steps) * (step.toNanos() / 1_000);
                String user = random.nextInt(8) == 0 ? null : "u" + random.nextInt(2);
                events.add(new Event(events.size(), time, user, random.nextInt(1_000)));
            }
            return new Log(viewOf(session), session, ZONES.get(random.nextInt(ZONES.size())), events);
        }

        /** The cells of some of the events, in the order in which they come. */
        List<Cell> cells(List<Event> some) {
            Fragments fragments = new Fragments(view, session, zone);
            some.forEach(event -> fragments.count(event.contribution(), event.at(), Changes.forgotten()));
            List<Cell> cells = new ArrayList<>();
            fragments.select(Long.MIN_VALUE, Long.MAX_VALUE, cells::add);
            return cells;
        }

        /** The sessions that cells make, a line each. */
        TreeSet<String> sessions(List<Cell> cells) {
            Map<List<Object>, List<Cell>> byUser = new HashMap<>();
            cells.forEach(cell -> byUser.computeIfAbsent(cell.dimensions(), user -> new ArrayList<>())
                    .add(cell));
            TreeSet<String> lines = new TreeSet<>();
            byUser.forEach((user, fragments) ->
                    session.join(fragments, zone).forEach(joined -> lines.add(line(user.get(0), joined))));
            return lines;
        }

        private String line(Object user, Joined joined) {
            Object[] partials = joined.fragments().stream().map(Cell::partials).reduce(view.identity(), view::merge);
            StringBuilder line = new StringBuilder(user + " " + joined.start() + " " + joined.end());
            for (int i = 0; i < partials.length; i++) {
                line.append(' ').append(view.measures().get(i).algebra().finish(partials[i]));
            }
            return line.toString();
        }

        /** The same lines, from the events alone. */
        TreeSet<String> expected() {
            TreeSet<String> lines = new TreeSet<>();
            Map<String, List<Event>> byUser = new HashMap<>();
            events.forEach(event -> byUser.computeIfAbsent(event.user(), user -> new ArrayList<>())
                    .add(event));
            for (List<Event> ofUser : byUser.values()) {
                ofUser.sort(Comparator.comparingLong(Event::time).thenComparingLong(Event::offset));
                List<Event> chain = new ArrayList<>();
                for (Event event : ofUser) {
                    if (!chain.isEmpty()
                            && Duration.ofNanos(1_000
                                                    * (event.time()
                                                            - chain.get(chain.size() - 1)
                                                                    .time()))
                                            .compareTo(session.gap())
                                    > 0) {
                        addSessions(chain, lines);
                        chain.clear();
                    }
                    chain.add(event);
                }
                addSessions(chain, lines);
            }
            return lines;
        }

        private void addSessions(List<Event> chain, TreeSet<String> lines) {
            LocalDate first = day(chain.get(0));
            LocalDate last = day(chain.get(chain.size() - 1));
            if (!first.plusDays(session.atMost() - 1L).isBefore(last)) {
                lines.add(line(chain, Optional.empty()));
                return;
            }
            for (LocalDate day = first; !day.isAfter(last); day = day.plusDays(1)) {
                LocalDate today = day;
                List<Event> part =
                        chain.stream().filter(event -> day(event).equals(today)).toList();
                if (!part.isEmpty()) {
                    lines.add(line(
                            part,
                            day.equals(last)
                                    ? Optional.empty()
                                    : Optional.of(
                                            today.plusDays(1).atStartOfDay(zone).toInstant())));
                }
            }
        }

        private LocalDate day(Event event) {
            return Micros.instant(event.time()).atZone(zone).toLocalDate();
        }

        private String line(List<Event> events, Optional<Instant> midnight) {
            Event last = events.get(events.size() - 1);
            Instant end = midnight.orElse(Micros.instant(last.time()).plus(session.gap()));
            return "%s %d %d %d %d %d"
                    .formatted(
                            last.user(),
                            events.get(0).time(),
                            Micros.of(end),
                            events.size(),
                            events.stream().mapToLong(Event::n).sum(),
                            last.n());
        }
    }

    private static View viewOf(Session session) {
        Map<String, MeasureCall> calls = new LinkedHashMap<>();
        calls.put("events", MeasureCall.parse("count()"));
        calls.put("total", MeasureCall.parse("sum(n)"));
        calls.put("latest", MeasureCall.parse("last(n)"));
        List<Measure> measures = new ArrayList<>();
        calls.forEach((name, call) -> measures.add(new Measure(name, call, call.over(ValueType.BIGINT))));
        ViewDefinition definition = new ViewDefinition(
                "visits", "", "clicks", Layers.BOTH, Optional.empty(), session, Map.of("user", "user"), calls);
        return new View(definition, List.of(new Field("user", ValueType.STRING)), measures);
    }

    @Property(tries = 300)
    void atEveryCutTheSessionsAreThoseOfAPlainFold(@ForAll long seed) {
        Log log = Log.of(new Random(seed));
        TreeSet<String> expected = log.expected();
        for (int cut = 0; cut <= log.events().size(); cut++) {
            List<Cell> cells = log.cells(log.events().subList(0, cut));
            cells.addAll(log.cells(log.events().subList(cut, log.events().size())));
            assertEquals(expected, log.sessions(cells), "cut " + cut + " of " + log);
        }
    }

    @Property(tries = 300)
    void inWhateverOrderAndDivisionEventsComeTheirSessionsAreTheSame(@ForAll long seed) {
        Random random = new Random(seed);
        Log log = Log.of(random);
        List<List<Event>> parts = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            parts.add(new ArrayList<>());
        }
        List<Event> shuffled = new ArrayList<>(log.events());
        Collections.shuffle(shuffled, random);
        shuffled.forEach(event -> parts.get(random.nextInt(parts.size())).add(event));
        List<Cell> cells = new ArrayList<>();
        parts.forEach(part -> cells.addAll(log.cells(part)));
        Collections.shuffle(cells, random);
        assertEquals(log.expected(), log.sessions(cells), log::toString);
    }

    @Property(tries = 300)
    void fragmentsOfAKeyLieFurtherApartThanTheGapOrOnOtherDays(@ForAll long seed) {
        Log log = Log.of(new Random(seed));
        Map<List<Object>, TreeMap<Long, Cell>> byUser = new HashMap<>();
        for (Cell cell : log.cells(log.events())) {
            byUser.computeIfAbsent(cell.dimensions(), user -> new TreeMap<>()).put(cell.start(), cell);
        }
        byUser.values().forEach(fragments -> {
            Cell before = null;
            for (Cell cell : fragments.values()) {
                assertEquals(day(cell.start(), log.zone()), day(cell.last(), log.zone()), log::toString);
                assertTrue(
                        before == null
                                || !day(before.last(), log.zone()).equals(day(cell.start(), log.zone()))
                                || cell.start() - before.last() > log.session().gapMicros(),
                        log::toString);
                before = cell;
            }
        });
    }

    private static LocalDate day(long time, ZoneId zone) {
        return Micros.instant(time).atZone(zone).toLocalDate();
    }
}
