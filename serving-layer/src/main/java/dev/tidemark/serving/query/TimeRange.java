package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.View;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/**
 * A range of event time whose ends fall on a view's panes, if it has any.
 *
 * @param from the first time; empty for the view's beginning
 * @param to the first time after it; empty for the view's end
 */
public record TimeRange(Optional<Instant> from, Optional<Instant> to) {

    /**
     * The range that was asked for at {@code now}.
     *
     * @param panes the view's panes
     * @param zone the timezone of times without an offset, and of days
     */
    static TimeRange of(QueryRequest.Range asked, View view, Window panes, ZoneId zone, Instant now) {
        if (asked.last().isPresent()) {
            return last(asked.last().get(), view, panes, zone, now);
        }
        TimeRange range = new TimeRange(
                asked.from().map(text -> onPane("from", text, view, panes, zone)),
                asked.to().map(text -> onPane("to", text, view, panes, zone)));
        range.requireOrder(asked);
        return range;
    }

    private void requireOrder(QueryRequest.Range asked) {
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw RequestFields.wrong(
                    "to",
                    asked.to().orElseThrow(),
                    "a time after " + asked.from().orElseThrow(),
                    "from is not before to, which is exclusive");
        }
    }

    private static Instant onPane(String field, String text, View view, Window panes, ZoneId zone) {
        Instant time = Times.parse(field, text, zone);
        Instant start = panes.start(time);
        if (!start.equals(time)) {
            throw offPane(field, text, view, start, panes.end(start));
        }
        return time;
    }

    private static HttpProblem offPane(String field, String text, View view, Instant before, Instant after) {
        return HttpProblem.field(
                field,
                text,
                List.of(before.toString(), after.toString()),
                "%s is %s, which is not on a pane of view %s (%s); the nearest are %s and %s"
                        .formatted(field, text, view.name(), view.pane(), before, after));
    }

    private static HttpProblem offPane(String last, View view) {
        if (!view.hasPanes()) {
            return RequestFields.wrong(
                    "last",
                    last,
                    "a duration from 1ms on",
                    "last is " + last + ", in which no "
                            + view.definition().slicing().field() + " can start");
        }
        return RequestFields.wrong(
                "last",
                last,
                "a multiple of the pane, " + view.pane(),
                "last is " + last + ", which is not made of whole panes of view " + view.name());
    }

    /** Whose days {@code last} counts: those that are panes, or else the query's. */
    private static ZoneId zoneOf(Window panes, ZoneId zone) {
        if (panes instanceof Window.Calendar days) {
            return days.zone();
        }
        return panes instanceof Window.Hours hours ? hours.zone() : zone;
    }

    /** The last so much time up to the end of the pane that it is now: days are calendar days. */
    private static TimeRange last(String text, View view, Window panes, ZoneId zone, Instant now) {
        Duration length = RequestFields.duration("last", text);
        Instant to = panes.end(panes.start(now));
        Instant from = to.atZone(zoneOf(panes, zone))
                .minusDays(length.toDays())
                .toInstant()
                .minus(length.minusDays(length.toDays()));
        if (!Times.isInRange(from)) {
            throw RequestFields.wrong(
                    "last", text, "a duration that begins after the year 0", "last is " + text + ", which is too long");
        }
        if (length.isZero() || !panes.start(from).equals(from)) {
            throw offPane(text, view);
        }
        return new TimeRange(Optional.of(from), Optional.of(to));
    }
}
