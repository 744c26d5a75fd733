package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.tidemark.schema.Bucket;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The table of a pattern's matches, for other engines: what each publication holds, across midnights. */
class PatternTableTest {

    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    @TempDir
    Path folder;

    private Shop shop;

    @BeforeEach
    void open() {
        shop = Shop.withLeaps(folder, BERLIN);
    }

    private void recompute() {
        shop.archive();
        shop.recompute();
    }

    private TreeSet<String> rows() {
        TreeSet<String> lines = new TreeSet<>();
        for (Row row : shop.rows(shop.deployment.warehouse().view("leaps")).collectAsList()) {
            Instant start = row.getAs("match_start");
            Instant end = row.getAs("match_end");
            LocalDate day = row.getAs("day");
            String region = row.getAs("region");
            long matches = row.getAs("matches");
            BigDecimal revenue = row.getAs("revenue");
            lines.add("%s %s %s %s %d %s".formatted(day, start, end, region, matches, revenue));
            assertEquals(2, row.getList(row.fieldIndex("positions")).size());
        }
        return lines;
    }

    @Test
    void aMatchIsOnTheDayOfTheEventThatCompletedIt() {
        // Midnight in Berlin is 23:00 in UTC.
        shop.send(0, Shop.order(1, "2001-03-01T22:50:00Z", "eu", "10", 1));
        shop.send(0, Shop.order(2, "2001-03-01T23:10:00Z", "eu", "101", 1));
        shop.send(1, Shop.order(3, "2001-03-02T10:00:00Z", "us", "20", 1));
        shop.send(1, Shop.order(4, "2001-03-02T10:00:01Z", "us", "199", 1));
        recompute();
        assertEquals(
                new TreeSet<>(List.of("2001-03-02 2001-03-01T22:50:00Z 2001-03-01T23:10:00Z eu 1 101.00")), rows());
    }

    @Test
    void aLateEventOfTheDayBeforeMakesAMatchOfTheNextDayWithoutTouchingItsSegment() {
        shop = Shop.withLeaps(folder.resolve("utc"), ZoneId.of("UTC"));
        shop.send(0, Shop.order(1, "2001-03-02T00:10:00Z", "eu", "500", 1));
        shop.send(0, Shop.order(2, "2001-03-03T12:00:00Z", "eu", "50", 1));
        shop.send(0, Shop.order(3, "2001-03-03T12:30:00Z", "eu", "600", 1));
        recompute();
        String third = "2001-03-03 2001-03-03T12:00:00Z 2001-03-03T12:30:00Z eu 1 600.00";
        assertEquals(new TreeSet<>(List.of(third)), rows());
        String segment = shop.published()
                .segmentsOf("leaps")
                .get(LocalDate.parse("2001-03-02"))
                .id();
        shop.send(1, Shop.order(4, "2001-03-01T23:50:00Z", "eu", "2", 1));
        recompute();
        assertEquals(
                segment,
                shop.published()
                        .segmentsOf("leaps")
                        .get(LocalDate.parse("2001-03-02"))
                        .id());
        String second = "2001-03-02 2001-03-01T23:50:00Z 2001-03-02T00:10:00Z eu 1 500.00";
        assertEquals(new TreeSet<>(List.of(second, third)), rows());
        shop.send(1, Shop.order(5, "2001-03-03T12:10:00Z", "eu", "300", 1).replace("}", ", \"status\": \"CLOSED\"}"));
        recompute();
        assertEquals(new TreeSet<>(List.of(second)), rows());
    }

    @Test
    void whatFitsNoStepIsFiltered() {
        shop.send(0, Shop.order(1, "2001-03-01T12:00:00Z", "eu", "10", 1), "{\"id\": 1}");
        shop.send(0, Shop.order(2, "2001-03-01T12:10:00Z", null, "10", 1));
        shop.send(0, Shop.order(3, "2001-03-01T12:10:00Z", "eu", "200", 1));
        recompute();
        Map<Bucket, Long> sum = new HashMap<>();
        shop.published().segmentsOf("leaps").values().forEach(segment -> segment.buckets()
                .values()
                .forEach(partitions -> partitions
                        .values()
                        .forEach(buckets -> buckets.forEach((bucket, count) -> sum.merge(bucket, count, Long::sum)))));
        assertEquals(Map.of(Bucket.COUNTED, 2L, Bucket.FILTERED, 1L), sum);
    }
}
