package dev.tidemark.view;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Micros;
import dev.tidemark.view.Session.Joined;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

class SessionTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
    private static final Session TWO_DAYS = new Session("user", Duration.ofHours(8), 2);

    @Test
    void aLateEventMakesOneSessionOfTwo() {
        List<Cell> fragments = List.of(at("2026-03-28T10:00:00Z"), at("2026-03-29T02:00:00Z"));
        assertEquals(2, TWO_DAYS.join(fragments, BERLIN).size());
        List<Joined> joined =
                TWO_DAYS.join(List.of(fragments.get(0), fragments.get(1), at("2026-03-28T18:00:00Z")), BERLIN);
        assertEquals(1, joined.size());
        assertEquals("2026-03-28T10:00:00Z", time(joined.get(0).start()));
        assertEquals("2026-03-29T10:00:00Z", time(joined.get(0).end()));
    }

    @Test
    void whatHangsTogetherForMoreDaysIsASessionADayThatEndsAtMidnight() {
        List<Joined> joined = TWO_DAYS.join(
                List.of(
                        at("2026-03-28T20:00:00Z"),
                        at("2026-03-29T04:00:00Z"),
                        at("2026-03-29T12:00:00Z"),
                        at("2026-03-29T20:00:00Z"),
                        at("2026-03-30T01:00:00Z")),
                BERLIN);
        assertEquals(
                List.of(
                        "2026-03-28T20:00:00Z to 2026-03-28T23:00:00Z",
                        "2026-03-29T04:00:00Z to 2026-03-29T22:00:00Z",
                        "2026-03-30T01:00:00Z to 2026-03-30T09:00:00Z"),
                joined.stream()
                        .map(session -> time(session.start()) + " to " + time(session.end()))
                        .toList());
    }

    private static Cell at(String time) {
        return new Cell(Micros.of(Instant.parse(time)), List.of("u"), new Object[0]);
    }

    private static String time(long micros) {
        return Micros.instant(micros).toString();
    }

    @Test
    void saysWhatWouldBeAccepted() {
        refused("a gap of 0ms; accepted are durations from 1ms on", () -> Session.gap("0s"));
        refused("'soon' is no duration", () -> Session.gap("soon"));
        refused("at_most is 36h; accepted are whole days, from 1d to 366d", () -> Session.days("36h"));
        refused("at_most is 0d; accepted are whole days", () -> Session.days("0d"));
        refused("at_most is 371d; accepted are whole days", () -> Session.days("53w"));
        refused(
                "a gap of 25h is longer than at_most; accepted is at most 1d",
                () -> new Session("user", Duration.ofHours(25), 1));
        assertEquals(7, Session.days("1w"));
    }

    private static void refused(String message, Executable session) {
        String found = assertThrows(IllegalArgumentException.class, session).getMessage();
        assertTrue(found.startsWith(message), found);
    }
}
