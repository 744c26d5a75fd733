package dev.tidemark.serving.query;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.view.Durations;
import dev.tidemark.view.Pane;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WindowTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Pane MINUTE = pane("1m");

    @ParameterizedTest
    @CsvSource({
        // a usual day, in winter
        "5m, 2026-01-15T10:07:30Z, 2026-01-15T10:05:00Z, 2026-01-15T10:10:00Z",
        "1h, 2026-01-15T10:07:30Z, 2026-01-15T10:00:00Z, 2026-01-15T11:00:00Z",
        "6h, 2026-01-15T10:07:30Z, 2026-01-15T05:00:00Z, 2026-01-15T11:00:00Z",
        "1d, 2026-01-15T23:30:00Z, 2026-01-15T23:00:00Z, 2026-01-16T23:00:00Z",
        "1w, 2026-01-15T10:00:00Z, 2026-01-11T23:00:00Z, 2026-01-18T23:00:00Z",
        "1mo, 2026-03-15T10:00:00Z, 2026-02-28T23:00:00Z, 2026-03-31T22:00:00Z",
        // 29 March has 23 hours
        "1d, 2026-03-29T10:00:00Z, 2026-03-28T23:00:00Z, 2026-03-29T22:00:00Z",
        "6h, 2026-03-29T01:30:00Z, 2026-03-28T23:00:00Z, 2026-03-29T04:00:00Z",
        "2h, 2026-03-29T01:30:00Z, 2026-03-29T01:00:00Z, 2026-03-29T02:00:00Z",
        // 25 October has 25 hours, the third of them twice
        "1d, 2026-10-25T10:00:00Z, 2026-10-24T22:00:00Z, 2026-10-25T23:00:00Z",
        "1h, 2026-10-25T00:30:00Z, 2026-10-25T00:00:00Z, 2026-10-25T01:00:00Z",
        "1h, 2026-10-25T01:30:00Z, 2026-10-25T01:00:00Z, 2026-10-25T02:00:00Z",
        "6h, 2026-10-25T01:30:00Z, 2026-10-24T22:00:00Z, 2026-10-25T05:00:00Z",
        // counted from 1970 on, by the epoch or by the calendar
        "90m, 2026-01-15T10:07:30Z, 2026-01-15T09:00:00Z, 2026-01-15T10:30:00Z",
        "5h, 1970-01-01T05:00:00Z, 1970-01-01T04:00:00Z, 1970-01-01T09:00:00Z",
        "5h, 1969-12-31T22:59:59.5Z, 1969-12-31T18:00:00Z, 1969-12-31T23:00:00Z",
        "36h, 1970-01-02T12:00:00Z, 1970-01-02T11:00:00Z, 1970-01-03T23:00:00Z",
        "2d, 1970-01-02T22:59:59Z, 1969-12-31T23:00:00Z, 1970-01-02T23:00:00Z",
        "2d, 1969-12-31T22:00:00Z, 1969-12-29T23:00:00Z, 1969-12-31T23:00:00Z",
        "2w, 1970-01-10T10:00:00Z, 1969-12-28T23:00:00Z, 1970-01-11T23:00:00Z",
        "3mo, 2026-05-15T10:00:00Z, 2026-03-31T22:00:00Z, 2026-06-30T22:00:00Z",
        "3mo, 1969-12-15T10:00:00Z, 1969-09-30T23:00:00Z, 1969-12-31T23:00:00Z",
    })
    void followsTheClocksOfTheTimezone(String text, Instant time, Instant start, Instant end) {
        Window window = WindowText.parse("window", text, MINUTE, BERLIN);
        assertEquals(start, window.start(time));
        assertEquals(end, window.end(start));
        assertEquals(end, window.startAtOrAfter(time));
        assertEquals(start, window.startAtOrAfter(start));
    }

    @ParameterizedTest
    @ValueSource(strings = {"90s", "500ms", "0m", "0d", "61s", "101000000w", "1y", "x", ""})
    void refusesWhatIsNotMadeOfPanes(String text) {
        HttpProblem problem = assertThrows(HttpProblem.class, () -> WindowText.parse("window", text, MINUTE, BERLIN));
        assertEquals("window", problem.toJson().get("field"));
        assertEquals(text, problem.toJson().get("found"));
        assertEquals(
                "any multiple of 1m, days, weeks and months (1d, 2w, 3mo)",
                problem.toJson().get("accepted"));
    }

    @Test
    void aDaysPaneTakesCalendarWindowsOnly() {
        assertThrows(HttpProblem.class, () -> WindowText.parse("window", "15m", pane("1h"), BERLIN));
        assertThrows(HttpProblem.class, () -> WindowText.parse("window", "90m", pane("1h"), BERLIN));
        assertThrows(HttpProblem.class, () -> WindowText.parse("window", "6h", pane("1d"), BERLIN));
        assertEquals(
                WindowText.parse("window", "2d", pane("1d"), BERLIN),
                WindowText.parse("window", "48h", pane("1d"), BERLIN));
        assertEquals(
                Duration.ofDays(7),
                Duration.between(
                        WindowText.parse("window", "1w", pane("1d"), BERLIN)
                                .start(Instant.parse("2026-06-03T00:00:00Z")),
                        WindowText.parse("window", "1w", pane("1d"), BERLIN)
                                .start(Instant.parse("2026-06-10T00:00:00Z"))));
    }

    private static Pane pane(String length) {
        return new Pane(Durations.parse(length));
    }
}
