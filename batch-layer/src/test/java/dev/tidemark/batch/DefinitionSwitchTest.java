package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Publication;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a recompute does where the files state other views than were published. */
class DefinitionSwitchTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final LocalDate SECOND = LocalDate.of(2001, 1, 2);
    private static final String ON_FIRST = Shop.order(1, "2001-01-01T10:00:01Z", "EU", "12.50", 3);
    private static final String ON_SECOND = Shop.order(2, "2001-01-02T10:00:01Z", "US", "7.25", 1);

    @TempDir
    Path folder;

    private Shop published() {
        Shop shop = Shop.withAllPanes(folder, ZoneId.of("UTC"));
        shop.send(0, ON_FIRST, ON_SECOND);
        shop.archive();
        shop.recompute();
        return shop;
    }

    @Test
    void aChangedViewIsComputedForItsWholeHistoryAndTheOthersWhereTheyAreTouched() {
        Shop before = published();
        Publication one = before.published();
        Shop changed = before.withMeasures("orders", "count()", "smallest", "min(amount)");
        changed.send(0, Shop.order(3, "2001-01-02T11:00:00Z", "US", "1.00", 1));
        changed.archive();
        Recompute.Report report = changed.recompute();

        Publication two = changed.published();
        assertEquals(2, two.number());
        assertEquals(
                changed.deployment.definitionSetId("orders"),
                two.source("orders").orElseThrow().definitionSet());
        for (LocalDate day : List.of(FIRST, SECOND)) {
            assertNotEquals(id(one, "revenue", day), id(two, "revenue", day));
        }
        assertEquals(id(one, "weights", FIRST), id(two, "weights", FIRST), "an untouched day of an unchanged view");
        assertNotEquals(id(one, "weights", SECOND), id(two, "weights", SECOND));
        assertEquals(3 + 2, report.sources().get(0).rowsRead());
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,1,7.25]",
                        "[2001-01-02,2001-01-02T11:00:00Z,US,1,1.00]"),
                changed.readable("revenue"),
                "with the columns of the view as it is now");
        assertEquals(3, changed.readable("weights").size());
    }

    @Tag("thorough")
    @Test
    void aDroppedViewIsPublishedNoMoreAndComesBackWithItsWholeHistory() {
        Shop before = published();
        Shop without = before.withoutView("daily");
        without.recompute();
        assertEquals(
                Set.of("revenue", "weights"), without.published().segments().keySet());
        assertEquals(
                id(without.deployment.warehouse().publications().read(1).orElseThrow(), "revenue", FIRST),
                id(without.published(), "revenue", FIRST));

        RefusedException refused = assertThrows(RefusedException.class, before::recompute);
        assertTrue(refused.getMessage().contains("run `tidemark recompute --revert`"), refused::getMessage);
        before.recompute(new Selection.Touched(true), Shop.QUIET);
        assertEquals(3, before.published().number());
        assertEquals(
                Set.of(FIRST, SECOND), before.published().segmentsOf("daily").keySet());
        assertEquals(2, before.readable("daily").size());
    }

    @Test
    void chosenDaysWaitForTheSwitch() {
        Shop changed = published().withFilter("true");
        RefusedException refused = assertThrows(
                RefusedException.class, () -> changed.recompute(new Selection.Days(FIRST, SECOND), Shop.QUIET));
        assertTrue(refused.getMessage().contains("run `tidemark recompute`, which switches"), refused::getMessage);
    }

    @Tag("thorough")
    @Test
    void aViewThatMovesToBatchAloneKeepsItsSegments() {
        Shop before = published();
        Publication one = before.published();
        Shop moved = before.withLayers(Layers.BATCH);
        Recompute.Report report = moved.recompute();
        assertTrue(report.published());
        assertEquals(one.segments(), moved.published().segments());
        assertEquals(
                moved.deployment.batchSetId("orders"),
                moved.published().source("orders").orElseThrow().batchSet());
        assertFalse(moved.recompute().published(), "once is enough");
    }

    @Test
    void whatTheStreamAloneComputesIsNeitherArchivedNorPublished() {
        Shop shop = Shop.in(folder).withLayers(Layers.SPEED);
        shop.send(0, ON_FIRST);
        assertEquals(List.of(), new Archive(shop.deployment, Shop.NO_SPARK, Shop.QUIET, false).run());
        assertFalse(new Recompute(shop.deployment, Shop.NO_SPARK, Shop.QUIET)
                .run(new Selection.Touched())
                .published());
    }

    @Test
    void aViewThatMovesToTheStreamAloneLeavesThePublication() {
        Shop before = published();
        Shop moved = before.withLayers(Layers.SPEED);
        moved.recompute();
        assertEquals(Set.of("weights", "daily"), moved.published().segments().keySet());
    }

    private static String id(Publication publication, String view, LocalDate day) {
        return publication.segmentsOf(view).get(day).id();
    }
}
