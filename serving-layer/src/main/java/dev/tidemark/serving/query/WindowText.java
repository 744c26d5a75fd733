package dev.tidemark.serving.query;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Windows as requests write them: a number and a unit, from {@code ms} to {@code mo}. */
final class WindowText {

    /** A hundred years: longer than what any view holds. */
    private static final Duration LONGEST = Duration.ofDays(36_525);

    private static final Pattern TEXT = Pattern.compile("(\\d{1,9})(ms|s|m|h|d|w|mo)");

    private final String field;
    private final String text;
    private final Pane pane;
    private final ZoneId zone;

    private WindowText(String field, String text, Pane pane, ZoneId zone) {
        this.field = field;
        this.text = text;
        this.pane = pane;
        this.zone = zone;
    }

    /**
     * The windows that {@code text} means, which must be unions of the view's panes.
     *
     * @param field the field that holds it
     * @throws HttpProblem if it means none
     */
    static Window parse(String field, String text, Pane pane, ZoneId zone) {
        return new WindowText(field, text, pane, zone).parse();
    }

    private Window parse() {
        Matcher found = TEXT.matcher(text.trim());
        if (!found.matches()) {
            throw refused("which is no window");
        }
        int number = Integer.parseInt(found.group(1));
        Window window =
                switch (found.group(2)) {
                    case "d" -> new Window.Calendar(Window.Calendar.Unit.DAY, number, zone);
                    case "w" -> new Window.Calendar(Window.Calendar.Unit.WEEK, number, zone);
                    case "mo" -> new Window.Calendar(Window.Calendar.Unit.MONTH, number, zone);
                    default -> ofClock(Durations.parse(text));
                };
        if (number == 0) {
            throw refused("which has no length");
        }
        if (window.shortest().compareTo(LONGEST) > 0) {
            throw refused("which is longer than a hundred years");
        }
        return window;
    }

    private Window ofClock(Duration length) {
        Optional<Integer> hours = whole(length, Duration.ofHours(1));
        if (pane.isDay()) {
            return hours.filter(number -> number % 24 == 0)
                    .<Window>map(number -> new Window.Calendar(Window.Calendar.Unit.DAY, number / 24, zone))
                    .orElseThrow(() -> refused("which is not made of whole days"));
        }
        if (hours.isPresent()) {
            return new Window.Hours(hours.get(), zone);
        }
        if (pane.isCalendar() || whole(length, pane.length()).isEmpty()) {
            throw refused("which is not made of whole panes of " + pane);
        }
        return new Window.Fixed(length);
    }

    /** How many times a length has another, if it is made of those. */
    private static Optional<Integer> whole(Duration length, Duration part) {
        return length.toMillis() % part.toMillis() == 0 && !length.isZero()
                ? Optional.of((int) length.dividedBy(part))
                : Optional.empty();
    }

    private HttpProblem refused(String why) {
        String ofClock =
                pane.isDay() ? "" : pane.isCalendar() ? "whole hours (1h, 36h), " : "any multiple of " + pane + ", ";
        String accepted = ofClock + "days, weeks and months (1d, 2w, 3mo)";
        return HttpProblem.field(
                field, text, accepted, "%s is '%s', %s; accepted are %s".formatted(field, text, why, accepted));
    }
}
