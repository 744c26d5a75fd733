package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DaysTest {

    private static final LocalDate DAY = LocalDate.of(2001, 3, 25);

    @Test
    void inUtcADayIsItself() {
        assertEquals(Set.of(DAY), Days.ofZone(List.of(DAY), ZoneId.of("UTC")));
        assertEquals(Set.of(DAY), Days.ofUtc(List.of(DAY), ZoneId.of("UTC")));
    }

    @Test
    void eastOfGreenwichAUtcDayReachesIntoTheNextDay() {
        assertEquals(Set.of(DAY, DAY.plusDays(1)), Days.ofZone(List.of(DAY), ZoneId.of("Europe/Berlin")));
        assertEquals(Set.of(DAY.minusDays(1), DAY), Days.ofUtc(List.of(DAY), ZoneId.of("Europe/Berlin")));
    }

    @Test
    void westOfGreenwichAUtcDayBeginsInTheDayBefore() {
        assertEquals(Set.of(DAY.minusDays(1), DAY), Days.ofZone(List.of(DAY), ZoneId.of("America/St_Johns")));
        assertEquals(Set.of(DAY, DAY.plusDays(1)), Days.ofUtc(List.of(DAY), ZoneId.of("America/St_Johns")));
    }

    @Test
    void daysThatFollowEachOtherAreOneSpan() {
        LocalDate later = DAY.plusDays(5);
        assertEquals(
                List.of(new Days.Span(DAY, DAY.plusDays(2)), new Days.Span(later, later)),
                Days.spans(new TreeSet<>(List.of(DAY, DAY.plusDays(1), DAY.plusDays(2), later))));
    }
}
