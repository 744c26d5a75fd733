package dev.tidemark.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tidemark.serving.history.Past;
import dev.tidemark.serving.problem.HttpProblem;
import dev.tidemark.serving.query.QueryRequest;
import dev.tidemark.serving.segment.Segment;
import dev.tidemark.serving.segment.SegmentGoneException;
import dev.tidemark.serving.segment.SegmentStore;
import dev.tidemark.serving.segment.TooManyCellsException;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
    void whatThereIsNoMemoryForIsNotRead() throws Exception {
        try (Shop shop = Shop.open(directory, 1)) {
            shop.sellAndCount(0, Shop.NOON, "EU", "1.00");
            Publication first = shop.publish(Map.of(0, 1L));
            Collection<SegmentRef> named = first.segmentsOf("revenue").values();
            SegmentStore small = new SegmentStore(shop.deployment.warehouse(), 10);
            TooManyCellsException refused =
                    assertThrows(TooManyCellsException.class, () -> small.loadPast(shop.set, Shop.REVENUE, named));
            assertEquals(1, refused.cells());
            assertEquals(0, refused.most());
            List<Segment> present =
                    small.load(first, List.of(shop.set), view -> true).get("revenue");
            assertSame(
                    present.get(0),
                    small.loadPast(shop.set, Shop.REVENUE, named).get(0),
                    "what the present holds takes no more memory");

            Past past = new Past(
                    shop.deployment.warehouse(),
                    new SegmentStore(shop.deployment.warehouse(), 10),
                    source -> Optional.empty());
            HttpProblem problem = assertThrows(
                    HttpProblem.class,
                    () -> past.answer(QueryRequest.parse(new ObjectMapper().readTree("{\"view\": \"revenue\"}")), 1));
            assertEquals(400, problem.status());
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
