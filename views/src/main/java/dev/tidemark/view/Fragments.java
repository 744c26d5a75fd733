package dev.tidemark.view;

import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Micros;
import dev.tidemark.view.aggregate.Occurrence;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
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

    /** By the start of their day and by key, in the order of their own starts: few, so that a list is small and fast. */
    private final NavigableMap<Long, Map<List<Object>, List<Cell>>> days = new TreeMap<>();

    /** The day that was asked for last, [from, to): events of one day mostly follow one another. */
    private long from = 0;

    private long to = 0;

    Fragments(View view, Session session, ZoneId zone) {
        this.view = view;
        this.session = session;
        this.zone = zone;
    }

    @Override
    public void count(Contribution event, Occurrence at, Changes changes) {
        long time = event.pane();
        List<Cell> fragments = of(time, event.dimensions());
        int next = after(fragments, time);
        boolean goesOn = next > 0 && session.goesOn(fragments.get(next - 1).last(), time);
        boolean leads = next < fragments.size()
                && session.goesOn(time, fragments.get(next).start());
        if (goesOn) {
            Cell grown = with(fragments.get(next - 1), event, at);
            if (leads) {
                Cell bridged = fragments.remove(next);
                changes.gone(bridged);
                grown = merge(grown, bridged);
            }
            fragments.set(next - 1, grown);
            changes.changed(grown);
        } else if (leads) {
            Cell grown = with(fragments.get(next), event, at);
            changes.gone(fragments.set(next, grown));
            changes.changed(grown);
        } else {
            Cell begun = with(none(event, fragments), event, at);
            fragments.add(next, begun);
            changes.changed(begun);
        }
    }

    /** The fragments of a key, on the day of {@code time}. */
    private List<Cell> of(long time, List<Object> key) {
        return days.computeIfAbsent(day(time), day -> new HashMap<>())
                .computeIfAbsent(key, absent -> new ArrayList<>(1));
    }

    private long day(long time) {
        if (time < from || time >= to) {
            LocalDate day = LocalDate.ofInstant(Micros.instant(time), zone);
            from = Micros.of(day.atStartOfDay(zone).toInstant());
            to = Micros.of(day.plusDays(1).atStartOfDay(zone).toInstant());
        }
        return from;
    }

    /** Where the first one is that starts after {@code time}. */
    private static int after(List<Cell> fragments, long time) {
        int low = 0;
        int high = fragments.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (fragments.get(middle).start() <= time) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Those of one key share its values. */
    private Cell none(Contribution event, List<Cell> others) {
        List<Object> key = others.isEmpty() ? event.dimensions() : others.get(0).dimensions();
        return new Cell(event.pane(), key, view.identity());
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
    public void put(Cell fragment) {
        List<Cell> fragments = of(fragment.start(), fragment.dimensions());
        fragments.add(after(fragments, fragment.start()), fragment);
    }

    @Override
    public void select(long from, long to, Consumer<Cell> taker) {
        Long first = days.floorKey(from);
        days.subMap(first == null ? from : first, to).values().stream()
                .flatMap(keys -> keys.values().stream())
                .flatMap(List::stream)
                .filter(fragment -> fragment.start() >= from && fragment.start() < to)
                .forEach(taker);
    }
}
