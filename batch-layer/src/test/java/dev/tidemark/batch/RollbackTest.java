package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Publication;
import dev.tidemark.view.View;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.apache.spark.sql.functions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an earlier publication held is published again, or it is said why that cannot be. */
class RollbackTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);

    @TempDir
    Path folder;

    /** Two publications: of the offsets below 2 of partition 0, and of those below 4. */
    private Shop published(Shop shop) {
        shop.send(0, order(1, "2001-01-01T10:00:01Z", 3), order(2, "2001-01-02T10:00:01Z", 1));
        shop.archive();
        shop.recompute();
        shop.send(0, order(3, "2001-01-01T10:00:02Z", 5), order(4, "2001-01-03T10:00:01Z", 0));
        shop.archive();
        shop.recompute();
        assertEquals(2, shop.published().number());
        return shop;
    }

    private Shop published() {
        return published(Shop.in(folder));
    }

    private static String order(long id, String at, int quantity) {
        return Shop.order(id, at, "EU", "12.50", quantity);
    }

    private static Publication publication(Shop shop, long number) {
        return shop.deployment.warehouse().publications().read(number).orElseThrow();
    }

    private static void assertHolds(Publication expected, Publication found) {
        assertEquals(expected.sources(), found.sources());
        assertEquals(expected.segments(), found.segments());
    }

    private static String refusal(Shop shop, OptionalLong to) {
        List<Long> before = shop.deployment.warehouse().publications().numbers();
        String message = assertThrows(RefusedException.class, () -> shop.rollback(to, Shop.QUIET))
                .getMessage();
        assertEquals(before, shop.deployment.warehouse().publications().numbers(), "nothing is written");
        return message;
    }

    private static void assertRefused(Shop shop, OptionalLong to, String... reasons) {
        String message = refusal(shop, to);
        for (String reason : reasons) {
            assertTrue(message.contains(reason), message);
        }
    }

    @Test
    void whatTheOneBeforeTheNewestHeldComesBackAndASecondRollbackUndoesTheFirst() {
        Shop shop = published();
        List<String> readable = shop.readable("revenue");

        Rollback.Report report = shop.rollback();
        assertEquals(3, report.publication());
        assertEquals(1, report.restored());
        assertEquals(List.of("revenue"), report.viewsWritten());
        Cut one = publication(shop, 1).source("orders").orElseThrow().cut();
        Cut two = publication(shop, 2).source("orders").orElseThrow().cut();
        assertEquals(new Rollback.Moved(two, one), report.sources().get("orders"));
        assertHolds(publication(shop, 1), shop.published());
        assertEquals(Cause.rollbackTo(1), shop.published().cause());
        assertEquals(2, shop.readable("revenue").size());

        Rollback.Report undone = shop.rollback();
        assertEquals(2, undone.restored());
        assertHolds(publication(shop, 2), shop.published());
        assertEquals(Cause.rollbackTo(2), shop.published().cause());
        assertEquals(readable, shop.readable("revenue"));

        shop.rollback(OptionalLong.of(1), Shop.QUIET);
        assertTrue(shop.recompute().published(), "what was taken back is computed again");
        assertEquals(two, shop.published().source("orders").orElseThrow().cut());
        assertEquals(readable, shop.readable("revenue"));
    }

    @Tag("thorough")
    @Test
    void failedEventsFollow() {
        Shop shop = published(Shop.withFailing(folder, ZoneId.of("UTC")));
        assertEquals(1, failed(shop), "an order of no pieces");
        shop.rollback();
        assertEquals(0, failed(shop));
        shop.rollback();
        assertEquals(1, failed(shop));
    }

    private static long failed(Shop shop) {
        return shop.rows(shop.deployment.warehouse().deadLetters())
                .where("reason = 'expression'")
                .count();
    }

    @Test
    void aDefinitionSwitchIsUndoneWithTheColumnsThatWereAndTheFilesStayRefusedUntilTheyAreMeant() {
        Shop before = published();
        List<String> readable = before.readable("revenue");
        Shop changed = before.withMeasures("orders", "count()", "smallest", "min(amount)");
        changed.recompute();
        assertNotEquals(readable, changed.readable("revenue"));

        assertEquals(2, changed.rollback().restored());
        assertHolds(publication(changed, 2), changed.published());
        assertEquals(readable, changed.readable("revenue"));

        RefusedException refused = assertThrows(RefusedException.class, changed::recompute);
        assertTrue(
                refused.getMessage()
                        .contains("as publication 3 held them, and publication 4 has rolled them back to those of"
                                + " publication 2: correct the files, or approve again"),
                refused::getMessage);
        changed.recompute(new Selection.Touched(true), Shop.QUIET);
        assertEquals(
                changed.deployment.definitionSetId("orders"),
                changed.published().source("orders").orElseThrow().definitionSet());
    }

    @Tag("thorough")
    @Test
    void whatIsNotKeptOrNotThereYetOrWouldChangeNothingIsRefused() throws IOException {
        Shop shop = Shop.in(folder);
        assertRefused(shop, OptionalLong.empty(), "nothing has been published yet");
        published(shop);
        assertRefused(shop, OptionalLong.of(7), "publication 7 is not kept, since it has not been made yet", "1 to 2");
        assertRefused(shop, OptionalLong.of(2), "nothing would change: publication 2 is the newest");
        shop.rollback();
        assertRefused(
                shop,
                OptionalLong.of(1),
                "nothing would change: publication 3, the newest, holds exactly what publication 1 held");
        Files.delete(folder.resolve("warehouse/publications/%020d.json".formatted(1)));
        assertRefused(shop, OptionalLong.of(1), "publication 1 is not kept any more; those that are kept are 2 to 3");
    }

    @Test
    void aSegmentThatIsDeletedIsNamed() {
        Shop shop = published();
        String id = publication(shop, 1).segmentsOf("revenue").get(FIRST).id();
        shop.spark().sql("DELETE FROM delta.`%s` WHERE segment = '%s'".formatted(segments(shop), id));
        assertRefused(shop, OptionalLong.empty(), "view revenue: 1 of its 2 segments are deleted, such as " + id);
    }

    @Tag("thorough")
    @Test
    void aSegmentThatOtherFilesHoldByNowIsThere() {
        Shop shop = published();
        String id = publication(shop, 1).segmentsOf("revenue").get(FIRST).id();
        String table = segments(shop).toString();
        shop.rows(segments(shop))
                .where(functions.col("segment").equalTo(id))
                .write()
                .format("delta")
                .mode("overwrite")
                .option("replaceWhere", "segment = '" + id + "'")
                .save(table);
        shop.rollback();
        assertHolds(publication(shop, 1), shop.published());
    }

    @Tag("thorough")
    @Test
    void whereTheLogOfTheSegmentsIsCutShortTheTableIsAsked() throws IOException {
        Shop shop = published();
        String table = segments(shop).toString();
        String gone = publication(shop, 2).segmentsOf("revenue").get(FIRST).id();
        shop.spark()
                .sql("ALTER TABLE delta.`%s` SET TBLPROPERTIES ('delta.checkpointInterval' = '1')".formatted(table));
        shop.spark().sql("DELETE FROM delta.`%s` WHERE segment = '%s'".formatted(table, gone));
        Path log = segments(shop).resolve("_delta_log");
        long last = newest(log);
        assertTrue(Files.exists(log.resolve("%020d.checkpoint.parquet".formatted(last))), log::toString);
        for (long version = 0; version < last; version++) {
            Files.delete(log.resolve("%020d.json".formatted(version)));
        }
        shop.rollback();
        assertRefused(shop, OptionalLong.of(2), "such as " + gone);
    }

    private static long newest(Path log) throws IOException {
        try (Stream<Path> files = Files.list(log)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d{20}\\.json"))
                    .mapToLong(name -> Long.parseLong(name.substring(0, 20)))
                    .max()
                    .orElseThrow();
        }
    }

    private static Path segments(Shop shop) {
        DefinitionSet set = Definitions.resolve(shop.deployment).get(0).streamed();
        View view = set.view("revenue").orElseThrow();
        return shop.deployment.warehouse().segments(set, view);
    }

    @Test
    void aRollbackThatIsKilledWhenItHasPublishedIsRepeatedForTheTables() {
        Shop shop = published();
        OptionalLong one = OptionalLong.of(1);
        assertThrows(Killed.class, () -> shop.rollback(one, Killed.at(Stage.PUBLISHED)));
        assertEquals(3, shop.published().number());
        assertEquals(3, shop.readable("revenue").size(), "the table is behind");
        assertRefused(shop, one, "nothing would change");
        assertEquals(2, shop.readable("revenue").size());
    }

    @Test
    void ofTwoRollbacksAtOnceOneLosesTheRace() throws Exception {
        Shop shop = published();
        Race race = new Race();
        race.hasOneWinner(() -> shop.rollback(OptionalLong.empty(), line -> {
            if (line.startsWith("looking")) {
                race.meet();
            }
        }));
        assertEquals(3, shop.published().number());
        assertHolds(publication(shop, 1), shop.published());
    }

    @Test
    void theListSaysWhyEachWasMadeAndWhatItChanged() {
        Shop before = published();
        Shop changed = before.withFilter("true");
        changed.recompute();
        changed.rollback();
        List<ListedPublication> lines = ListedPublication.newest(changed.deployment.warehouse(), 3);
        assertEquals(
                List.of(4L, 3L, 2L),
                lines.stream().map(ListedPublication::publication).toList());
        assertEquals(Cause.rollbackTo(2), lines.get(0).cause());
        assertEquals(2L, lines.get(2).records().get("orders"));
        List<String> table = ListedPublication.table(lines);
        assertTrue(table.get(0).matches("publication +published at +cause +records below.*"), table::toString);
        assertTrue(
                table.get(1)
                        .matches("4 +\\S+ +rolled back to 2 +orders stayed +revenue 3, other definitions of orders"),
                table::toString);
        assertTrue(table.get(3).matches("2 +\\S+ +recompute +orders \\+2 +revenue 2"), table::toString);
    }
}
