package dev.tidemark.batch;

import static dev.tidemark.batch.Shop.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.DeltaLogFiles;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Bucket;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SourceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.spark.network.util.JavaUtils;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import scala.Option;

class RecomputeTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final LocalDate SECOND = FIRST.plusDays(1);
    private static final String ON_FIRST = order(1, "2001-01-01T10:00:30Z", "EU", "12.50", 3);
    private static final String ON_SECOND = order(2, "2001-01-02T10:00:00Z", "US", "7.25", 1);

    @TempDir
    Path folder;

    @Test
    void onlyTouchedDaysGetNewSegmentsAndTheCutMoves() {
        Shop shop = shopWith(ON_FIRST, ON_SECOND);
        Publication one = shop.published();
        assertEquals(1, one.number());
        assertEquals(Set.of(FIRST, SECOND), one.segmentsOf("revenue").keySet());

        shop.send(1, order(3, "2001-01-01T10:00:59Z", "EU", "0.50", 1));
        Archive.Archived archived = shop.archive();
        Recompute.Report report = shop.recompute();
        Publication two = shop.published();
        assertEquals(List.of(FIRST), List.copyOf(report.sources().get(0).days()));
        assertEquals(2, report.sources().get(0).rowsRead(), "a day is recomputed in full");
        assertNotEquals(segment(one, FIRST), segment(two, FIRST));
        assertEquals(segment(one, SECOND), segment(two, SECOND));
        SourceState state = two.source("orders").orElseThrow();
        assertEquals(archived.cut(), state.cut());
        assertEquals(archived.version(), state.archiveVersion());
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,2,13.00,6.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,1,7.25,7.250000,1]"),
                shop.readable("revenue"));
    }

    @Test
    void aFailingExpressionRejectsTheEventForItsViewAlone() {
        Shop shop = published(
                Shop.withAllPanes(folder, ZoneId.of("UTC")),
                ON_FIRST,
                order(9, "2001-01-01T11:00:00Z", "EU", "1.00", 0));
        Publication published = shop.published();
        assertEquals(Map.of(Bucket.COUNTED, 2L), buckets(shop, published, "revenue"));
        assertEquals(Map.of(Bucket.COUNTED, 1L, Bucket.FAILED, 1L), buckets(shop, published, "daily"));
        assertEquals(List.of("[2001-01-01,2001-01-01T00:00:00Z,1,333.0]"), shop.readable("daily"));
    }

    @Test
    void aDayOnWhichNothingCountsHasAnEmptySegment() {
        String test = ON_FIRST.replace("}", ", \"status\": \"TEST\"}");
        Shop shop = shopWith(test);
        Publication published = shop.published();
        assertEquals(0, published.segmentsOf("revenue").get(FIRST).cells());
        assertEquals(Map.of(Bucket.FILTERED, 1L), buckets(shop, published, "revenue"));
        assertEquals(List.of(), shop.readable("revenue"));
    }

    @Test
    void aDayRecomputedAloneKeepsTheCut() {
        Shop shop = shopWith(ON_FIRST, ON_SECOND);
        Publication before = shop.published();
        shop.send(0, order(3, "2001-01-01T12:00:00Z", "EU", "100.00", 1));
        shop.archive();
        Recompute.Report report = shop.recompute(new Selection.Days(FIRST, SECOND), Shop.QUIET);
        Publication after = shop.published();
        assertEquals(2, report.publication());
        assertEquals(before.sources(), after.sources());
        assertNotEquals(segment(before, FIRST), segment(after, FIRST));
        assertEquals(segment(before, SECOND), segment(after, SECOND));
        assertEquals(1, report.sources().get(0).rowsRead(), "what lies beyond the cut is not in it");
        shop.recompute();
        assertEquals(3, shop.readable("revenue").size());
    }

    @Tag("thorough")
    @Test
    void allDaysCanBeRecomputed() {
        Shop shop = shopWith(ON_FIRST, ON_SECOND);
        Publication before = shop.published();
        shop.recompute(new Selection.All(), Shop.QUIET);
        Publication after = shop.published();
        assertNotEquals(segment(before, FIRST), segment(after, FIRST));
        assertNotEquals(segment(before, SECOND), segment(after, SECOND));
        assertEquals(before.sources(), after.sources());
    }

    @Test
    void aReadableTableIsPartitionedByDay() {
        Shop shop = shopWith(ON_FIRST, ON_SECOND);
        Path table = shop.deployment.warehouse().view("revenue");
        assertTrue(Files.isDirectory(table.resolve("day=2001-01-01")), "of the first day");
        assertTrue(Files.isDirectory(table.resolve("day=2001-01-02")), "of the second day");
        JsonNode metadata = new DeltaLogFiles(table).actions(0, "metaData").get(0);
        assertEquals(
                "false",
                metadata.at("/configuration/delta.enableExpiredLogCleanup").asText());
    }

    @Test
    void chosenDaysAreRefusedBeforeAnythingIsPublished() {
        Shop shop = Shop.in(folder);
        RefusedException refusal = assertThrows(
                RefusedException.class, () -> shop.recompute(new Selection.Days(FIRST, SECOND), Shop.QUIET));
        assertTrue(refusal.getMessage().contains("nothing has been published"), refusal.getMessage());
    }

    @Test
    void withNothingNewNoSparkIsStartedAndNothingIsWritten() {
        Shop shop = shopWith(ON_FIRST);
        Map<Path, String> files = Snapshot.of(folder);
        Recompute.Report report =
                new Recompute(shop.deployment, Shop.NO_SPARK, Shop.QUIET).run(new Selection.Touched());
        assertFalse(report.published());
        assertEquals(1, report.publication());
        assertEquals(files, Snapshot.of(folder));
    }

    @Test
    void withNothingArchivedNothingIsPublished() {
        Shop shop = Shop.in(folder);
        Recompute.Report report =
                new Recompute(shop.deployment, Shop.NO_SPARK, Shop.QUIET).run(new Selection.Touched());
        assertEquals(0, report.publication());
        assertTrue(shop.published().isNone());
    }

    @Test
    void newRecordsWithoutEventsMoveTheCutWithoutSpark() {
        Shop shop = shopWith(ON_FIRST);
        Publication before = shop.published();
        shop.send(0, "bad");
        shop.archive();
        new Recompute(shop.deployment, Shop.NO_SPARK, Shop.QUIET).run(new Selection.Touched());
        Publication after = shop.published();
        assertEquals(2, after.number());
        assertEquals(before.segments(), after.segments());
        String log = shop.master().latest().orElseThrow().commit().log();
        assertEquals(2, after.source("orders").orElseThrow().cut().of(log, 0).orElseThrow());
        assertEquals(
                Map.of(0, 1L), after.source("orders").orElseThrow().malformed().get(log));
    }

    @Test
    void readableTablesThatLagAreRepairedByTheNextRun() {
        Shop shop = shopWith(ON_FIRST);
        shop.send(0, ON_SECOND);
        shop.archive();
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.PUBLISHED)));
        assertEquals(2, shop.published().number());
        assertEquals(1, shop.readable("revenue").size());

        Recompute.Report repair = shop.recompute();
        assertFalse(repair.published());
        assertEquals(List.of("revenue"), repair.viewsWritten());
        assertEquals(2, shop.readable("revenue").size());
        assertEquals(
                List.of(),
                new ReadableViews(shop.deployment, Shop.NO_SPARK)
                        .bringUpToDate(shop.published(), Definitions.resolve(shop.deployment)));
    }

    @Tag("thorough")
    @Test
    void readableTablesAreWrittenFromSegmentsWhoseCommitsAreGoneToo() throws Exception {
        Shop shop = shopWith(ON_FIRST, ON_SECOND);
        List<String> before = shop.readable("revenue");
        SourceDefinitions definitions = Definitions.resolve(shop.deployment).get(0);
        SourceDefinitions.Computed view = definitions.computed().findFirst().orElseThrow();
        Path segments = shop.deployment.warehouse().segments(view.set(), view.view());
        shop.spark().sql("ALTER TABLE delta.`" + segments + "` SET TBLPROPERTIES ('some' = 'property')");
        DeltaLog log = DeltaLog.forTable(shop.spark(), segments.toString());
        log.checkpoint(log.update(false, Option.empty(), Option.empty()), Option.empty());
        DeltaLogFiles files = new DeltaLogFiles(segments);
        for (long version : files.versions().skip(1).toList()) {
            Files.delete(files.commit(version));
        }
        DeltaLog.clearCache();
        JavaUtils.deleteRecursively(shop.deployment.warehouse().view("revenue").toFile());
        assertEquals(List.of("revenue"), shop.recompute().viewsWritten());
        assertEquals(before, shop.readable("revenue"));
    }

    @Tag("thorough")
    @Test
    void severalWhoMakeAReadableTableAtOnceMakeItOnce() throws Exception {
        Shop shop = shopWith(ON_FIRST, ON_SECOND);
        List<String> before = shop.readable("revenue");
        Publication published = shop.published();
        ExecutorService threads = Executors.newFixedThreadPool(3);
        try {
            for (int round = 0; round < 3; round++) {
                JavaUtils.deleteRecursively(
                        shop.deployment.warehouse().view("revenue").toFile());
                DeltaLog.clearCache();
                Callable<List<String>> repair = () -> new ReadableViews(shop.deployment, shop::spark)
                        .bringUpToDate(published, Definitions.resolve(shop.deployment));
                for (Future<List<String>> repaired : threads.invokeAll(Collections.nCopies(3, repair))) {
                    repaired.get();
                }
                assertEquals(before, shop.readable("revenue"));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aRunThatDiesBeforeItPublishesLeavesNothingThatCounts() {
        Shop shop = shopWith(ON_FIRST);
        shop.send(0, ON_SECOND);
        shop.archive();
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.SEGMENTS_WRITTEN)));
        assertEquals(1, shop.published().number());
        Recompute.Report report = shop.recompute();
        assertEquals(2, report.publication());
        assertEquals(1, shop.published().segmentsOf("revenue").get(SECOND).cells());
        assertEquals(2, shop.readable("revenue").size());
    }

    @Tag("thorough")
    @Test
    void anOlderPublicationNeverOverwritesANewerOneInAReadableTable() throws IOException {
        Shop shop = shopWith(ON_FIRST);
        Publication one = shop.published();
        shop.send(0, order(3, "2001-01-01T10:00:59Z", "EU", "0.50", 1));
        shop.archive();
        shop.recompute();
        List<String> newest = shop.readable("revenue");
        ReadableViews views = new ReadableViews(shop.deployment, shop::spark);
        views.bringUpToDate(one, Definitions.resolve(shop.deployment));
        assertEquals(newest, shop.readable("revenue"));

        // Even where the process that comes late no longer sees what the table shows.
        Path table = shop.deployment.warehouse().view("revenue");
        shop.rows(table)
                .limit(0)
                .write()
                .format("delta")
                .mode("overwrite")
                .option("txnAppId", "tidemark.publication")
                .option("txnVersion", 1)
                .save(table.toString());
        assertEquals(newest, shop.readable("revenue"));
    }

    @Tag("thorough")
    @Test
    void aReadableTableIsWrittenAnewWhereItsPublicationIsGone() throws IOException {
        Shop shop = shopWith(ON_FIRST, ON_SECOND);
        shop.send(0, order(3, "2001-01-01T10:00:59Z", "EU", "0.50", 1));
        shop.archive();
        assertThrows(Killed.class, () -> shop.recompute(new Selection.Touched(), Killed.at(Stage.PUBLISHED)));
        Files.delete(shop.deployment.warehouse().publications().directory().resolve("%020d.json".formatted(1)));
        shop.recompute();
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,2,13.00,6.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,1,7.25,7.250000,1]"),
                shop.readable("revenue"));
    }

    @Test
    void ofTwoRunsAtOnceOnePublishesAndTheOtherLeavesNothing() throws Exception {
        Shop shop = Shop.in(folder);
        shop.send(0, ON_FIRST, ON_SECOND);
        shop.archive();
        Race race = new Race();
        Progress together = new AtStage(Stage.SEGMENTS_WRITTEN, race::meet);
        race.hasOneWinner(() -> shop.recompute(new Selection.Touched(), together));
        assertEquals(List.of(1L), shop.deployment.warehouse().publications().numbers());
        assertEquals(1, shop.published().segmentsOf("revenue").get(FIRST).cells());
        assertEquals(2, shop.readable("revenue").size());

        shop.send(0, order(3, "2001-01-01T10:00:59Z", "EU", "0.50", 1));
        shop.archive();
        shop.recompute();
        assertEquals(1, shop.published().segmentsOf("revenue").get(FIRST).cells());
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,2,13.00,6.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,1,7.25,7.250000,1]"),
                shop.readable("revenue"),
                "the loser's segments are not in it");
    }

    @Tag("thorough")
    @Test
    void aSourceWithNothingNewKeepsItsStateAndItsSegments() {
        Shop orders = Shop.withTwoSources(folder);
        Shop returns = orders.ofSource("returns");
        orders.send(0, ON_FIRST);
        returns.send(0, ON_SECOND);
        orders.archive();
        orders.recompute();
        Publication one = orders.published();
        assertEquals(Set.of("orders", "returns"), one.sources().keySet());

        orders.send(1, order(3, "2001-01-01T10:00:59Z", "EU", "0.50", 1));
        orders.archive();
        Recompute.Report report = orders.recompute();
        Publication two = orders.published();
        assertEquals(
                List.of("orders"),
                report.sources().stream().map(Recompute.Recomputed::source).toList());
        assertEquals(List.of("revenue"), report.viewsWritten());
        assertEquals(one.source("returns"), two.source("returns"));
        assertEquals(one.segmentsOf("refunds"), two.segmentsOf("refunds"));
        assertNotEquals(one.source("orders"), two.source("orders"));
        assertEquals(List.of("[2001-01-01,2001-01-01T10:00:00Z,EU,2,13.00,6.500000,3]"), orders.readable("revenue"));
        assertEquals(List.of("[2001-01-02,2001-01-02T10:00:00Z,1]"), orders.readable("refunds"));
    }

    @Test
    void aMasterDatasetThatLostRecordsIsRefused() throws IOException {
        Shop shop = Shop.in(folder);
        shop.send(0, ON_FIRST);
        shop.archive();
        shop.send(0, ON_SECOND);
        shop.archive();
        shop.recompute();
        Files.delete(shop.master().table().resolve("_delta_log").resolve("%020d.json".formatted(2)));
        RefusedException refusal = assertThrows(RefusedException.class, shop::recompute);
        assertTrue(
                refusal.getMessage().contains("ends at offset 1 of partition 0, below offset 2"), refusal::getMessage);

        // The remedy: what the topic still holds is archived again, under a version that was published before.
        shop.send(0, order(3, "2001-01-03T10:00:00Z", "EU", "1.00", 1), "bad");
        shop.archive();
        shop.recompute();
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,1,7.25,7.250000,1]",
                        "[2001-01-03,2001-01-03T10:00:00Z,EU,1,1.00,1.000000,1]"),
                shop.readable("revenue"));
        assertEquals(
                List.of(3L),
                shop.rows(shop.deployment.warehouse().deadLetters()).collectAsList().stream()
                        .map(row -> row.<Long>getAs("offset"))
                        .toList());
    }

    private Shop shopWith(String... values) {
        return published(Shop.in(folder), values);
    }

    private static Shop published(Shop shop, String... values) {
        shop.send(0, values);
        shop.archive();
        shop.recompute();
        return shop;
    }

    private static String segment(Publication publication, LocalDate day) {
        return publication.segmentsOf("revenue").get(day).id();
    }

    private static Map<Bucket, Long> buckets(Shop shop, Publication publication, String view) {
        String log = shop.master().latest().orElseThrow().commit().log();
        return publication.segmentsOf(view).get(FIRST).buckets().get(log).get(0);
    }
}
