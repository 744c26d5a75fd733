package dev.tidemark.view;

import dev.tidemark.schema.Micros;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * Sessions of a key, which is a view's {@code by} and its other dimensions: events of one key of which each is at most the
 * gap away from the next, as Spark's {@code session_window} has it. They are stored as fragments, cells of one key and one
 * day, and joined when a query asks.
 *
 * @param by the dimension whose sessions they are
 * @param gap how far one event may be from the next of its session
 * @param atMost how many calendar days a session may touch; events that hang together for longer are a session a day
 */
public record Session(String by, Duration gap, int atMost) implements Slicing {

    /** Who asks for one day of sessions reads as many before and after it. */
    private static final int MOST_DAYS = 366;

    public Session {
        requireGap(gap);
        requireDays(atMost);
        if (gap.compareTo(Duration.ofDays(atMost)) > 0) {
            throw new IllegalArgumentException("a gap of %s is longer than at_most; accepted is at most %dd"
                    .formatted(Durations.format(gap), atMost));
        }
    }

    private static void requireGap(Duration gap) {
        if (gap.isZero() || gap.isNegative()) {
            throw new IllegalArgumentException(
                    "a gap of " + Durations.format(gap) + "; accepted are durations from 1ms on, such as 30m");
        }
    }

    private static void requireDays(long days) {
        if (days < 1 || days > MOST_DAYS) {
            throw refusedLength(days + "d");
        }
    }

    private static IllegalArgumentException refusedLength(String found) {
        return new IllegalArgumentException(
                "at_most is " + found + "; accepted are whole days, from 1d to " + MOST_DAYS + "d");
    }

    /**
     * The gap that {@code text} states.
     *
     * @throws IllegalArgumentException if it states none
     */
    public static Duration gap(String text) {
        Duration gap = Durations.parse(text);
        requireGap(gap);
        return gap;
    }

    /**
     * The number of days that {@code text} states, such as {@code 2d}.
     *
     * @throws IllegalArgumentException if it states none
     */
    public static int days(String text) {
        Duration length = Durations.parse(text);
        if (!length.equals(Duration.ofDays(length.toDays()))) {
            throw refusedLength(text);
        }
        requireDays(length.toDays());
        return (int) length.toDays();
    }

    @Override
    public String field() {
        return "session";
    }

    @Override
    public Map<String, String> stated() {
        return new TreeMap<>(Map.of("by", by, "gap", Durations.format(gap), "at_most", atMost + "d"));
    }

    /** Whether an event at {@code later} goes on with what ends with one at {@code earlier}, in microseconds. */
    boolean goesOn(long earlier, long later) {
        return later - earlier <= gapMicros();
    }

    /** The gap in microseconds. */
    public long gapMicros() {
        return gap.toNanos() / 1_000;
    }

    /**
     * A session.
     *
     * @param start the time of its first event, in microseconds of the epoch
     * @param end a gap after its last event; the end of its day, if it was too long and goes on on the next
     * @param fragments what it is made of
     */
    public record Joined(long start, long end, List<Cell> fragments) {}

    /**
     * The sessions of one key. In whatever order its fragments are given and however its events were divided into them,
     * the same events make the same sessions.
     *
     * @param fragments all fragments of the key, which may overlap
     * @param zone where a day begins and ends
     */
    public List<Joined> join(Collection<Cell> fragments, ZoneId zone) {
        List<Cell> ordered = fragments.stream()
                .sorted(Comparator.comparingLong(Cell::start).thenComparingLong(Cell::last))
                .toList();
        List<Joined> sessions = new ArrayList<>();
        int begin = 0;
        long last = Long.MIN_VALUE;
        for (int i = 0; i < ordered.size(); i++) {
            if (i > begin && !goesOn(last, ordered.get(i).start())) {
                sessions.addAll(sessionsOf(ordered.subList(begin, i), zone));
                begin = i;
            }
            last = Math.max(last, ordered.get(i).last());
        }
        if (begin < ordered.size()) {
            sessions.addAll(sessionsOf(ordered.subList(begin, ordered.size()), zone));
        }
        return sessions;
    }

    /** What hangs together: one session, or one a day. */
    private List<Joined> sessionsOf(List<Cell> chain, ZoneId zone) {
        LocalDate first = day(chain.get(0).start(), zone);
        LocalDate last = day(last(chain), zone);
        if (ChronoUnit.DAYS.between(first, last) < atMost) {
            return List.of(session(chain));
        }
        TreeMap<LocalDate, List<Cell>> days = chain.stream()
                .collect(Collectors.groupingBy(cell -> day(cell.start(), zone), TreeMap::new, Collectors.toList()));
        List<Joined> sessions = new ArrayList<>();
        days.headMap(days.lastKey()).forEach((day, cells) -> {
            long midnight = Micros.of(day.plusDays(1).atStartOfDay(zone).toInstant());
            sessions.add(new Joined(cells.get(0).start(), midnight, cells));
        });
        sessions.add(session(days.lastEntry().getValue()));
        return sessions;
    }

    private Joined session(List<Cell> chain) {
        return new Joined(chain.get(0).start(), last(chain) + gapMicros(), List.copyOf(chain));
    }

    private static long last(List<Cell> chain) {
        return chain.stream().mapToLong(Cell::last).max().orElseThrow();
    }

    private static LocalDate day(long time, ZoneId zone) {
        return LocalDate.ofInstant(Micros.instant(time), zone);
    }

    /**
     * How many days around one have to be looked at for its sessions: those of the longest session, and of a gap more, by
     * which a longer chain is seen to be one.
     */
    public int daysAround() {
        // Two more, since a day on which clocks change has 23 hours.
        return atMost + (int) gap.toDays() + 2;
    }

    @Override
    public String toString() {
        return "{by: " + by + ", gap: " + Durations.format(gap) + ", at_most: " + atMost + "d}";
    }
}
