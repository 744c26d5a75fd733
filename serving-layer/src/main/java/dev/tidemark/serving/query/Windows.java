package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Pane;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The windows of a query: one begins wherever a division of time does, and has a length of its own. Tumbling ones are the
 * division itself; hopping ones overlap, and with a pane between their starts they are what is called sliding. None begins
 * or ends before one that begins earlier.
 *
 * @param every the division in which they begin
 * @param length how long they are: of days, weeks and months only where they begin with a day
 * @param panes the view's panes, of which they must be unions
 * @param foreign the timezone of the windows, where it need not fit the panes
 */
public record Windows(Window every, Window length, Window panes, Optional<ZoneId> foreign) {

    /** How many windows may have an instant in common. */
    private static final int MOST = 50_000;

    /**
     * The windows that a request asks for.
     *
     * @param every how often one begins; empty for one where the last has ended
     * @param zone the timezone that days and hours are those of
     * @param deployed the timezone of the view's panes
     */
    static Windows parse(String window, Optional<String> every, Pane pane, ZoneId zone, ZoneId deployed) {
        Window length = WindowText.parse("window", window, pane, zone);
        Window begin =
                every.map(text -> WindowText.parse("every", text, pane, zone)).orElse(length);
        Optional<ZoneId> foreign = pane.isCalendar() && !zone.equals(deployed) ? Optional.of(zone) : Optional.empty();
        Windows windows = new Windows(begin, lasting(length, begin, window, every), Window.of(pane, deployed), foreign);
        every.filter(text -> !windows.tumble()).ifPresent(text -> windows.requireOverlap(text, window));
        return windows;
    }

    /** Days and weeks from any hour on are so many hours. */
    private static Window lasting(Window length, Window begin, String window, Optional<String> every) {
        if (!(length instanceof Window.Calendar calendar) || begin instanceof Window.Calendar) {
            return length;
        }
        return calendar.hours()
                .orElseThrow(() -> RequestFields.wrong(
                        "every",
                        every.orElse(""),
                        "days, weeks or months (1d, 1w, 1mo)",
                        "window is " + window + ", and months begin with a day"));
    }

    private void requireOverlap(String every, String window) {
        if (lasts().compareTo(this.every.longest()) < 0) {
            throw RequestFields.wrong(
                    "every",
                    every,
                    "what is never longer than " + window + ", or the same as it",
                    "every is " + every + ", and window is " + window
                            + ": events that lie between two windows would be in none");
        }
        if (lasts().dividedBy(this.every.shortest()) > MOST) {
            throw RequestFields.wrong(
                    "every",
                    every,
                    "what begins at most %,d windows within one".formatted(MOST),
                    "every is " + every + " and window is " + window + ": too many windows overlap");
        }
    }

    /** How long they are at least. */
    private Duration lasts() {
        return length instanceof Window.Hours hours ? hours.length() : length.shortest();
    }

    boolean tumble() {
        return every.equals(length);
    }

    /** The end of the window that begins at {@code start}. */
    Instant end(Instant start) {
        return onPane(tumble() ? every.end(start) : panes.startAtOrAfter(after(start)));
    }

    private Instant after(Instant start) {
        if (length instanceof Window.Calendar calendar) {
            return calendar.after(calendar.day(start));
        }
        return start.plus(lasts());
    }

    /** The start of the last window that begins at or before {@code time}. */
    Instant start(Instant time) {
        return onPane(every.start(time));
    }

    /** The start of the first window that begins at or after {@code time}. */
    Instant startAtOrAfter(Instant time) {
        return onPane(every.startAtOrAfter(time));
    }

    /** The start of the window after the one that begins at {@code start}. */
    Instant next(Instant start) {
        return onPane(every.end(start));
    }

    /** The start of the first window that has {@code time} in it and does not begin before {@code from}. */
    Instant firstWith(Instant time, Instant from) {
        Instant first = start(time);
        while (first.isAfter(from)) {
            Instant before = start(first.minusNanos(1_000));
            if (before.isBefore(from) || !end(before).isAfter(time) || !before.isBefore(first)) {
                return first;
            }
            first = before;
        }
        return first;
    }

    /**
     * Whether one begins or ends after {@code first} and up to {@code last}: where none does, each has both or neither. If in
     * doubt it is true.
     */
    boolean boundaryBetween(Instant first, Instant last) {
        if (divides(first, last)) {
            return true;
        }
        if (tumble()) {
            return false;
        }
        return length instanceof Window.Calendar calendar
                ? !calendar.day(first).equals(calendar.day(last))
                : divides(first.minus(lasts()), last.minus(lasts()));
    }

    /** Whether one begins between them; or may, since clocks go back there, perhaps over a beginning. */
    private boolean divides(Instant first, Instant last) {
        return every.clocksGoBack(first, last) || !every.start(first).equals(every.start(last));
    }

    /** The starts of the windows that belong to a range: those that lie in it; the first so many of them. */
    List<Instant> starts(Instant from, Instant to, int most) {
        List<Instant> starts = new ArrayList<>();
        for (Instant start = startAtOrAfter(from); start.isBefore(to) && starts.size() < most; start = next(start)) {
            starts.add(start);
        }
        return starts;
    }

    /** Panes of hours and days are those of the deployment's timezone, and may not fit another's. */
    private Instant onPane(Instant boundary) {
        if (foreign.isEmpty() || panes.start(boundary).equals(boundary)) {
            return boundary;
        }
        Instant start = panes.start(boundary);
        throw HttpProblem.field(
                "timezone",
                foreign.get().toString(),
                "a timezone whose hours and days begin with panes of the view",
                "a window in timezone %s begins or ends at %s, within the view's pane from %s to %s; ask in the deployment's timezone, or a view with smaller panes"
                        .formatted(foreign.get(), boundary, start, panes.end(start)));
    }
}
