package dev.tidemark.batch;

import static dev.tidemark.batch.Shop.order;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.DeltaCommits;
import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.DeadLetter;
import dev.tidemark.view.Publication;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What fails an expression of a view is in the table of dead letters for each view, once, as the publication has it. */
class FailedEventsTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final String GOOD = order(1, "2001-01-01T10:00:30Z", "EU", "12.50", 3);
    private static final String FAILS = order(2, "2001-01-01T11:00:00Z", "EU", "1.00", 0);
    private static final String FAILS_TOO = order(3, "2001-01-01T12:00:00Z", "US", "1.00", 0);
    private static final String FAILS_LATER = order(4, "2001-01-02T10:00:00Z", "US", "1.00", 0);
    private static final String GOOD_LATER = order(5, "2001-01-03T10:00:00Z", "US", "1.00", 2);

    private static final StructType OF_AN_EARLIER_RELEASE = new StructType()
            .add("source", DataTypes.StringType)
            .add("topic", DataTypes.StringType)
            .add("log_id", DataTypes.StringType)
            .add("partition", DataTypes.IntegerType)
            .add("offset", DataTypes.LongType)
            .add("record_timestamp", DataTypes.TimestampType)
            .add("key", DataTypes.BinaryType)
            .add("value", DataTypes.BinaryType)
            .add("reason", DataTypes.StringType)
            .add("message", DataTypes.StringType)
            .add("archived_at", DataTypes.TimestampType);

    @TempDir
    Path folder;

    private Shop shop(String... values) {
        Shop shop = Shop.withFailing(folder, ZoneId.of("UTC"));
        shop.send(0, values);
        shop.archive();
        return shop;
    }

    private Shop published(String... values) {
        Shop shop = shop(values);
        shop.recompute();
        return shop;
    }

    private static void more(Shop shop, String... values) {
        shop.send(0, values);
        shop.archive();
    }

    private static Dataset<Row> table(Shop shop) {
        return shop.rows(shop.deployment.warehouse().deadLetters());
    }

    /** The rows by position, and that those of each view are as many as the publication's segments leave out. */
    private static List<String> letters(Shop shop) {
        List<String> letters = table(shop).orderBy("partition", "offset", "view").collectAsList().stream()
                .map(row -> "%s@%s %s %s"
                        .formatted(row.getAs("partition"), row.getAs("offset"), row.getAs("reason"), row.getAs("view")))
                .toList();
        Map<String, Long> rows = table(shop).where("reason = 'expression'").collectAsList().stream()
                .collect(Collectors.groupingBy(row -> row.<String>getAs("view"), TreeMap::new, Collectors.counting()));
        assertEquals(failed(shop.published()), rows);
        return letters;
    }

    private static Map<String, Long> failed(Publication publication) {
        Map<String, Long> failed = new TreeMap<>();
        publication.segments().forEach((view, days) -> days.values().stream()
                .flatMap(segment -> segment.buckets().values().stream())
                .flatMap(partitions -> partitions.values().stream())
                .map(buckets -> buckets.getOrDefault(Bucket.FAILED, 0L))
                .filter(events -> events > 0)
                .forEach(events -> failed.merge(view, events, Long::sum)));
        return failed;
    }

    @Test
    void anEventThatFailsHasARowForEachViewThatItFailsAsItWasSent() {
        Shop shop = Shop.withFailing(folder, ZoneId.of("Europe/Berlin")).withFilter("1000 div quantity > 0");
        String atNight = order(2, "2001-01-01T23:30:00Z", "EU", "1.00", 0);
        shop.sendAt(1, List.of(Map.entry(1_000_000_000_123L, atNight)));
        more(shop, GOOD, "no json");
        shop.recompute();
        assertEquals(List.of("0@1 unreadable null", "1@0 expression daily", "1@0 expression revenue"), letters(shop));
        Row letter = table(shop).where("view = 'daily'").collectAsList().get(0);
        assertEquals("orders", letter.getAs("source"));
        assertEquals(shop.source.topic(), letter.getAs("topic"));
        assertEquals(shop.master().latest().orElseThrow().commit().log(), letter.getAs("log_id"));
        assertEquals(Instant.ofEpochMilli(1_000_000_000_123L), letter.getAs("record_timestamp"));
        assertArrayEquals(atNight.getBytes(StandardCharsets.UTF_8), letter.<byte[]>getAs("value"));
        assertTrue(letter.isNullAt(letter.fieldIndex("key")), "it was sent without one");
        assertEquals(DeadLetter.failing(List.of("daily")), letter.getAs("message"));
        assertEquals(FIRST.plusDays(1), letter.getAs("day"), "in the deployment's timezone");
        assertEquals(
                shop.published().source("orders").orElseThrow().cutTakenAt().truncatedTo(ChronoUnit.MICROS),
                letter.getAs("archived_at"));
    }

    @Tag("thorough")
    @Test
    void daysThatAreRecomputedAgainKeepTheirRowsAndNewEventsAddTheirs() {
        Shop shop = published(GOOD, FAILS, "no json");
        List<String> first = List.of("0@1 expression daily", "0@2 unreadable null");
        assertEquals(first, letters(shop));
        shop.recompute();
        assertEquals(first, letters(shop));
        shop.recompute(new Selection.All(), Shop.QUIET);
        assertEquals(first, letters(shop));
        shop.recompute(new Selection.Days(FIRST, FIRST.plusDays(1)), Shop.QUIET);
        assertEquals(first, letters(shop));

        more(shop, FAILS_TOO, FAILS_LATER, "nor this");
        shop.recompute(new Selection.Days(FIRST, FIRST.plusDays(1)), Shop.QUIET);
        assertEquals(
                List.of("0@1 expression daily", "0@2 unreadable null", "0@5 unreadable null"),
                letters(shop),
                "what lies beyond the cut is not counted as failed yet");
        shop.recompute();
        assertEquals(
                List.of(
                        "0@1 expression daily",
                        "0@2 unreadable null",
                        "0@3 expression daily",
                        "0@4 expression daily",
                        "0@5 unreadable null"),
                letters(shop));
    }

    @Tag("thorough")
    @Test
    void whereNothingFailsNoTableIsMadeAndWhereNothingElseFailsNoneIsWritten() {
        Shop shop = published(GOOD);
        assertFalse(Files.exists(shop.deployment.warehouse().deadLetters()));
        more(shop, FAILS);
        shop.recompute();
        Map<Path, String> files = Snapshot.of(shop.deployment.warehouse().deadLetters());
        more(shop, GOOD_LATER);
        shop.recompute();
        assertEquals(files, Snapshot.of(shop.deployment.warehouse().deadLetters()));
    }

    @Tag("thorough")
    @Test
    void aRunThatDiesOnceItHasPublishedIsMadeUpForByTheNext() {
        Shop shop = published(GOOD, "no json");
        more(shop, FAILS);
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.SEGMENTS_WRITTEN)));
        assertEquals(List.of("0@1 unreadable null"), letters(shop));
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.PUBLISHED)));
        assertEquals(1, table(shop).count());
        assertFalse(shop.recompute().published());
        assertEquals(List.of("0@1 unreadable null", "0@2 expression daily"), letters(shop));

        more(shop, FAILS_LATER);
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.PUBLISHED)));
        more(shop, GOOD_LATER);
        assertTrue(shop.recompute().published());
        assertEquals(
                List.of("0@1 unreadable null", "0@2 expression daily", "0@3 expression daily"),
                letters(shop),
                "by a run of which nothing fails");
    }

    @Tag("thorough")
    @Test
    void severalWhoWriteThemAtOnceWhileRecordsAreArchivedWriteThemOnce() throws Exception {
        Shop shop = published(GOOD, "no json");
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 1; round <= 3; round++) {
                more(shop, FAILS, FAILS_LATER);
                assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.PUBLISHED)));
                shop.send(0, "bad");
                Publication published = shop.published();
                Callable<Boolean> repair =
                        () -> new FailedEvents(shop.deployment, shop::spark).bringUpToDate(published);
                List<Future<Boolean>> repairs = Collections.nCopies(3, repair).stream()
                        .map(threads::submit)
                        .toList();
                shop.archive();
                for (Future<Boolean> repaired : repairs) {
                    repaired.get();
                }
                List<String> letters = letters(shop);
                assertEquals(
                        2 * round,
                        letters.stream().filter(line -> line.endsWith("daily")).count());
                assertEquals(
                        1 + round,
                        letters.stream().filter(line -> line.endsWith("null")).count());
                assertEquals(letters.stream().distinct().toList(), letters);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Tag("thorough")
    @Test
    void anOlderPublicationThatComesLateChangesNothing() {
        Shop shop = published(GOOD, FAILS);
        Publication one = shop.published();
        more(shop, FAILS_TOO);
        shop.recompute();
        List<String> newest = letters(shop);
        assertFalse(new FailedEvents(shop.deployment, Shop.NO_SPARK).bringUpToDate(one));
        assertEquals(newest, letters(shop));
    }

    @Tag("thorough")
    @Test
    void rowsAreWrittenAnewWhereThePublicationThatTheyAreOfIsGone() throws Exception {
        Shop shop = published(GOOD, FAILS);
        more(shop, FAILS_TOO);
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.PUBLISHED)));
        Files.delete(shop.deployment.warehouse().publications().directory().resolve("%020d.json".formatted(1)));
        shop.recompute();
        assertEquals(List.of("0@1 expression daily", "0@2 expression daily"), letters(shop));
    }

    @Test
    void whatAMendedExpressionCountsIsNoDeadLetterAnyMore() {
        Shop shop = published(GOOD, FAILS, "no json");
        Shop mended = shop.withDaily("avg(1000 div nullif(quantity, 0))");
        mended.recompute();
        assertEquals(List.of("0@2 unreadable null"), letters(mended));
        assertEquals(List.of("[2001-01-01,2001-01-01T00:00:00Z,2,333.0]"), mended.readable("daily"));
        shop.recompute(new Selection.Touched(true), Shop.QUIET);
        assertEquals(List.of("0@1 expression daily", "0@2 unreadable null"), letters(shop));
    }

    @Tag("thorough")
    @Test
    void aViewThatIsStatedOtherwiseAndStillFailsHasItsRowsOnce() {
        Shop shop = published(GOOD, FAILS, FAILS_LATER);
        Shop changed = shop.withDaily("avg(2000 div quantity)");
        changed.recompute();
        assertEquals(List.of("0@1 expression daily", "0@2 expression daily"), letters(changed));
    }

    @Tag("thorough")
    @Test
    void aDroppedViewHasNoRows() {
        Shop shop = published(GOOD, FAILS, "no json");
        Shop without = shop.withoutView("daily");
        without.recompute();
        assertEquals(List.of("0@2 unreadable null"), letters(without));
    }

    /** The same deployment whose orders may have more pieces, for which all that is archived is judged again. */
    private static Shop ofWiderQuantities(Shop shop) {
        String schema =
                Shop.SCHEMA.toString().replace("\"quantity\",\"type\":\"int\"", "\"quantity\",\"type\":\"long\"");
        return shop.with(shop.source.by(new Schema.Parser().parse(schema)));
    }

    @Tag("thorough")
    @Test
    void anArchiveThatIsJudgedAgainLeavesThemToTheNextPublication() {
        Shop shop = published(GOOD, FAILS, "no json");
        Shop later = ofWiderQuantities(shop);
        later.archive();
        List<String> letters = List.of("0@1 expression daily", "0@2 unreadable null");
        assertEquals(letters, letters(later));
        later.recompute();
        assertEquals(letters, letters(later));
        assertEquals(2, later.published().number());
    }

    @Tag("thorough")
    @Test
    void aRunThatDiedBeforeTheArchiveWasJudgedAgainLeavesThemToTheNextPublicationToo() {
        Shop shop = shop(GOOD, FAILS, "no json");
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.PUBLISHED)));
        Shop later = ofWiderQuantities(shop);
        later.archive();
        assertFalse(new FailedEvents(later.deployment, Shop.NO_SPARK).bringUpToDate(later.published()));
        later.recompute();
        assertEquals(List.of("0@1 expression daily", "0@2 unreadable null"), letters(later));
    }

    @Tag("thorough")
    @Test
    void aTableOfAnEarlierReleaseGetsTheColumnsThatItLacks() {
        Shop shop = shop(GOOD, FAILS);
        Path table = shop.deployment.warehouse().deadLetters();
        DeltaTables.create(table, OF_AN_EARLIER_RELEASE, "source", Map.of(DeltaCommits.KEEP_LOG, "false"));
        Row old = RowFactory.create(
                "returns",
                "returns",
                "log",
                0,
                7L,
                Instant.EPOCH,
                null,
                null,
                "empty",
                "it has no value",
                Instant.EPOCH);
        shop.spark()
                .createDataFrame(List.of(old), OF_AN_EARLIER_RELEASE)
                .write()
                .format("delta")
                .mode("append")
                .save(table.toString());
        shop.recompute();
        more(shop, "no json");
        assertEquals(List.of("0@1 expression daily", "0@2 unreadable null", "0@7 empty null"), letters(shop));
        assertEquals(
                OF_AN_EARLIER_RELEASE.add("view", DataTypes.StringType).add("day", DataTypes.DateType),
                table(shop).schema());
    }
}
