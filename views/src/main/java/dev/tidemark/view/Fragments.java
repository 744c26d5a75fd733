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

    Fragments(View view, Session session, ZoneId zone) {
        this.view = view;
        this.session = session;
        this.zone = zone;
    }

    @Override
    public void count(Contribution event, Occurrence at) {
        long time = event.pane();
        NavigableMap<Long, Cell> fragments = days.computeIfAbsent(day(time), day -> new HashMap<>())
                .computeIfAbsent(event.dimensions(), key -> new TreeMap<>());
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

    private Cell merge(Cell earlier, Cell later) {
        return new Cell(
                earlier.start(), later.last(), earlier.dimensions(), view.merge(earlier.partials(), later.partials()));
    }

    @Override
    public void select(long from, long to, Consumer<Cell> taker) {
        Long first = days.floorKey(from);
        days.subMap(first == null ? from : first, to).values().stream()
                .flatMap(keys -> keys.values().stream())
                .flatMap(fragments -> fragments.subMap(from, to).values().stream())
                .forEach(taker);
    }
}
