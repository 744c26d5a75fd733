package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Pane;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The windows of a query: one begins wherever a division of time does, and has a length of its own. Tumbling ones are the
 * division itself; hopping ones overlap, and with a pane between their starts they are what is called sliding.
 *
 * @param every the division in which they begin
 * @param length how long they are
 * @param panes the view's panes, of which they must be unions
 */
public record Windows(Window every, Window length, Window panes) {

    /** How many windows may have a pane in common, and how many one answer may fill. */
    static final int MOST = 50_000;

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
        every.ifPresent(text -> requireOverlap(text, begin, window, length));
        return new Windows(begin, length, Window.of(pane, deployed));
    }

    private static void requireOverlap(String every, Window begin, String window, Window length) {
        if (begin.length().compareTo(length.length()) > 0) {
            throw RequestFields.wrong(
                    "every",
                    every,
                    "at most " + window,
                    "every is " + every + ", longer than the window: events between" + " two windows would be in none");
        }
        if (length.length().dividedBy(begin.length()) > MOST) {
            throw RequestFields.wrong(
                    "every",
                    every,
                    "at least a %,dth of the window".formatted(MOST),
                    "every is %s and window is %s: too many windows overlap".formatted(every, window));
        }
    }

    boolean tumble() {
        return every.equals(length);
    }

    /** The end of the window that begins at {@code start}. */
    Instant end(Instant start) {
        return onPane(tumble() ? every.end(start) : panes.startAtOrAfter(length.after(start)));
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
            if (before.isBefore(from) || !end(before).isAfter(time)) {
                return first;
            }
            first = before;
        }
        return first;
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
        Instant start = panes.start(boundary);
        if (!start.equals(boundary)) {
            throw HttpProblem.field(
                    "timezone",
                    boundary.toString(),
                    List.of(start.toString(), panes.end(start).toString()),
                    ("a window of this timezone begins or ends at %s, within a pane of the view (%s to %s); use the"
                                    + " deployment's timezone, or a view with smaller panes")
                            .formatted(boundary, start, panes.end(start)));
        }
        return boundary;
    }
}
