package dev.tidemark.view;

import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Micros;
import dev.tidemark.view.aggregate.Occurrence;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * The fragments that a session view's events make, in whatever order they come: of one key and one day, any two are
 * further apart than the gap. A late event may bridge two, which then are one.
 */
final class Fragments implements TailCells {

    private final View view;
    private final Session session;
    private final ZoneId zone;

    /** By the start of their day, by key, by their own start. */
    private final NavigableMap<Long, Map<List<Object>, NavigableMap<Long, Cell>>> days = new TreeMap<>();

    private int size;

    Fragments(View view, Session session, ZoneId zone) {
        this.view = view;
        this.session = session;
        this.zone = zone;
    }

    @Override
    public void count(Contribution event, Occurrence at) {
        long time = event.pane();
        NavigableMap<Long, Cell> fragments = near(time, event.dimensions());
        Map.Entry<Long, Cell> before = fragments.floorEntry(time);
        Map.Entry<Long, Cell> after = fragments.higherEntry(time);
        boolean goesOn = before != null && session.goesOn(before.getValue().last(), time);
        boolean leads = after != null && session.goesOn(time, after.getKey());
        Cell near = goesOn ? before.getValue() : leads ? after.getValue() : none(event);
        Cell grown = with(near, event, at);
        if (leads) {
            fragments.remove(after.getKey());
        }
        fragments.put(grown.start(), goesOn && leads ? merge(grown, after.getValue()) : grown);
        size += 1 - (goesOn ? 1 : 0) - (leads ? 1 : 0);
    }

    /** The fragments of a key, on the day of {@code time}. */
    private NavigableMap<Long, Cell> near(long time, List<Object> key) {
        return days.computeIfAbsent(day(time), day -> new HashMap<>()).computeIfAbsent(key, absent -> new TreeMap<>());
    }

    @Override
    public void add(Cell fragment) {
        NavigableMap<Long, Cell> fragments = near(fragment.start(), fragment.dimensions());
        Cell joined = fragment;
        for (Cell other = neighbour(fragments, joined); other != null; other = neighbour(fragments, joined)) {
            fragments.remove(other.start());
            joined = merge(other, joined);
            size--;
        }
        fragments.put(joined.start(), joined);
        size++;
    }

    /** A fragment that goes on with {@code one}, or is gone on with by it; null if there is none. */
    private Cell neighbour(NavigableMap<Long, Cell> fragments, Cell one) {
        Map.Entry<Long, Cell> before = fragments.floorEntry(one.start());
        if (before != null && session.goesOn(before.getValue().last(), one.start())) {
            return before.getValue();
        }
        Map.Entry<Long, Cell> after = fragments.higherEntry(one.start());
        return after != null && session.goesOn(one.last(), after.getKey()) ? after.getValue() : null;
    }

    private Cell none(Contribution event) {
        return new Cell(event.pane(), event.dimensions(), view.identity());
    }

    private long day(long time) {
        LocalDate day = LocalDate.ofInstant(Micros.instant(time), zone);
        return Micros.of(day.atStartOfDay(zone).toInstant());
    }

    private Cell with(Cell fragment, Contribution event, Occurrence at) {
        return new Cell(
                Math.min(fragment.start(), event.pane()),
                Math.max(fragment.last(), event.pane()),
                fragment.dimensions(),
                view.add(fragment.partials(), event, at));
    }

    private Cell merge(Cell one, Cell other) {
        return new Cell(
                Math.min(one.start(), other.start()),
                Math.max(one.last(), other.last()),
                one.dimensions(),
                view.merge(one.partials(), other.partials()));
    }

    @Override
    public void select(long from, long to, Consumer<Cell> taker) {
        Long first = days.floorKey(from);
        days.subMap(first == null ? from : first, to).values().stream()
                .flatMap(keys -> keys.values().stream())
                .flatMap(fragments -> fragments.subMap(from, to).values().stream())
                .forEach(taker);
    }

    @Override
    public int size() {
        return size;
    }
}
