package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.SegmentGoneException;
import dev.tidemark.serving.segment.SegmentStore;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A segment that several publications name is in memory once. */
class SharedSegmentsTest {

    @TempDir
    Path directory;

    @Test
    void whatThePresentHoldsIsNotReadAgainForThePastNorTheOtherWayRound() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Publication first = shop.publish(Map.of(0, 1L));
            SegmentStore store = new SegmentStore(shop.deployment.warehouse());
            Collection<SegmentRef> named = first.segmentsOf("revenue").values();
            List<Segment> present =
                    store.load(first, List.of(shop.set), view -> true).get("revenue");
            assertSame(
                    present.get(0),
                    store.loadPast(shop.set, Shop.REVENUE, named).get(0));

            SegmentStore other = new SegmentStore(shop.deployment.warehouse());
            List<Segment> past = other.loadPast(shop.set, Shop.REVENUE, named);
            assertSame(
                    past.get(0),
                    other.load(first, List.of(shop.set), view -> true)
                            .get("revenue")
                            .get(0));
            assertTrue(past.get(0).bytes() > 0);
        }
    }

    @Test
    void aSegmentOfWhichNothingIsThereIsGone() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            shop.publish(Map.of(0, 1L));
            SegmentStore store = new SegmentStore(shop.deployment.warehouse());
            List<SegmentRef> deleted = List.of(new SegmentRef("deleted", 3, Map.of()));
            SegmentGoneException gone =
                    assertThrows(SegmentGoneException.class, () -> store.loadPast(shop.set, Shop.REVENUE, deleted));
            assertEquals(
                    "segment deleted of view revenue is not in the warehouse: recompute the day, or restore the table",
                    gone.getMessage());
        }
    }
}
