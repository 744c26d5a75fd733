package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.SourceLog;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Cut;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.Publication.SourceState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whether an earlier publication can be published again: asked of a real broker, of publications without segments. */
class RestorableTest {

    @TempDir
    Path folder;

    private Shop shop;

    /** Two publications: of the first two offsets of partition 0, and of its first four, which are all that there are. */
    private void published(Shop published) {
        shop = published;
        shop.send(0, order(1), order(2), order(3), order(4));
        publish(shop, 2);
        publish(shop, 4);
    }

    private void published() {
        published(Shop.in(folder));
    }

    private static String order(long id) {
        return Shop.order(id, "2001-01-01T10:00:00Z", "EU", "1.00", 1);
    }

    private static void publish(Shop shop, long cut) {
        Map<String, SourceState> sources = new TreeMap<>();
        try (Admin admin = Admin.create(shop.deployment.kafkaAdmin())) {
            for (SourceDefinitions definitions : Definitions.resolve(shop.deployment)) {
                Source source = definitions.source();
                shop.deployment.warehouse().saveDefinitions(definitions.streamed());
                shop.deployment.warehouse().saveDefinitions(definitions.batch());
                String log = SourceLog.of(admin, source.topic()).id();
                sources.put(
                        source.name(),
                        new SourceState(
                                definitions.streamed().id(),
                                definitions.batch().id(),
                                1,
                                Instant.now(),
                                new Cut(Map.of(log, Map.of(0, cut, 1, 0L))),
                                Map.of(),
                                Map.of(),
                                Map.of()));
            }
        }
        long number = shop.published().number() + 1;
        assertTrue(shop.deployment
                .warehouse()
                .publications()
                .create(new Publication(number, Instant.now(), Cause.RECOMPUTE, sources, Map.of())));
    }

    private static void require(Shop shop, long number) {
        Publication restored =
                shop.deployment.warehouse().publications().read(number).orElseThrow();
        new Restorable(shop.deployment, Shop.NO_SPARK, restored, shop.published()).require();
    }

    private static void assertRefused(Shop shop, long number, String... reasons) {
        String message = assertThrows(RefusedException.class, () -> require(shop, number))
                .getMessage();
        assertTrue(message.startsWith("what publication " + number + " held cannot be published again: "), message);
        for (String reason : reasons) {
            assertTrue(message.contains(reason), message);
        }
    }

    @Test
    void withoutIncrementsTheTopicHasToHoldWhatFollowsTheCut() {
        published();
        require(shop, 1);
        shop.trim(0, 2);
        require(shop, 1);
        shop.trim(0, 3);
        assertRefused(
                shop,
                1,
                "source orders: no increments of definition set " + shop.deployment.definitionSetId("orders"),
                "cover offsets 2 to 2 of partition 0 of topic " + shop.source.topic(),
                "retention has removed those");
    }

    @Test
    void whatTheIncrementsCoverNeedNotBeInTheTopicAnyMore() {
        published();
        shop.increments(0, 0, 4);
        shop.trim(0, 4);
        require(shop, 1);
    }

    @Test
    void incrementsThatEndBeforeTheTopicBeginsLeaveAGap() {
        published();
        shop.increments(0, 0, 3);
        shop.trim(0, 4);
        assertRefused(shop, 1, "cover offsets 3 to 3 of partition 0", "retention has removed");
    }

    @Test
    void incrementsThatRetentionHasRemovedAreNotStreamedAgain() {
        published();
        shop.increments(0, 0, 4);
        shop.trimIncrements(0, 3);
        assertRefused(shop, 1, "cover offsets 2 to 2 of partition 0", "goes on behind them");
        publish(shop, 4);
        require(shop, 2);
    }

    @Test
    void aHoleInTheIncrementsIsFoundThoughTheFirstCoverTheCut() {
        published();
        shop.send(0, order(5), order(6));
        shop.increments(0, 0, 3);
        shop.increments(0, 5, 6);
        assertRefused(shop, 1, "cover offsets 3 to 4 of partition 0", "goes on behind them");
    }

    @Test
    void aMarkerBetweenIncrementsIsNoHole() {
        published();
        shop.transaction(true, 0, order(5));
        shop.send(0, order(6));
        shop.increments(0, 0, 5);
        shop.increments(0, 6, 7);
        require(shop, 1);
    }

    @Tag("thorough")
    @Test
    void aPartitionThatWasAddedSinceIsNeededFromItsBeginning() throws Exception {
        published();
        try (Admin admin = Admin.create(shop.deployment.kafkaAdmin())) {
            admin.createPartitions(Map.of(shop.source.topic(), NewPartitions.increaseTo(3)))
                    .all()
                    .get();
        }
        shop.send(2, order(5), order(6));
        require(shop, 1);
        shop.trim(2, 1);
        assertRefused(shop, 1, "cover offsets 0 to 0 of partition 2");
    }

    @Tag("thorough")
    @Test
    void aTopicThatWasCreatedAgainIsAnotherLog() throws Exception {
        published();
        Publication one = shop.deployment.warehouse().publications().read(1).orElseThrow();
        SourceState state = one.source("orders").orElseThrow();
        SourceState elsewhere = new SourceState(
                state.definitionSet(),
                state.batchSet(),
                1,
                state.cutTakenAt(),
                new Cut(Map.of("another", Map.of(0, 2L))),
                Map.of(),
                Map.of(),
                Map.of());
        Publication restored =
                new Publication(1, Instant.now(), Cause.RECOMPUTE, Map.of("orders", elsewhere), Map.of());
        RefusedException refused = assertThrows(
                RefusedException.class,
                () -> new Restorable(shop.deployment, Shop.NO_SPARK, restored, shop.published()).require());
        assertTrue(refused.getMessage().contains("was created again since"), refused::getMessage);
    }

    @Test
    void whereTheStreamHasNoViewsTheBrokerIsNotAsked() {
        published(Shop.in(folder).withLayers(Layers.BATCH));
        require(shop.withBroker("127.0.0.1:1"), 1);
    }

    @Test
    void whereNoCutMovesBackTheBrokerIsNotAsked() {
        published();
        publish(shop, 4);
        publish(shop, 2);
        require(shop.withBroker("127.0.0.1:1"), 3);
    }

    @Test
    void whereIncrementsAreNeededTheBrokerIsToo() {
        published();
        UnavailableException down =
                assertThrows(UnavailableException.class, () -> require(shop.withBroker("127.0.0.1:1"), 1));
        assertTrue(down.getMessage().contains("the broker does not answer"), down::getMessage);
    }

    @Tag("thorough")
    @Test
    void incrementsOfTheDefinitionsThatComeBackAreLookedAt() {
        published();
        shop.increments(0, 0, 3);
        Shop changed = shop.withFilter("true");
        publish(changed, 4);
        changed.increments(0, 0, 4);
        require(changed, 2);
        shop.trim(0, 4);
        require(changed, 2);
        assertRefused(
                changed, 1, "definition set " + shop.deployment.definitionSetId("orders") + " cover offsets 3 to 3");
    }

    @Tag("thorough")
    @Test
    void aDefinitionSetThatIsGoneIsNamed() throws IOException {
        published();
        Shop changed = shop.withFilter("true");
        publish(changed, 4);
        String id = shop.deployment.definitionSetId("orders");
        Files.delete(folder.resolve("warehouse/definitions/orders/" + id + ".json"));
        assertRefused(changed, 2, "source orders: its definition set " + id + " is not in the warehouse any more");
    }

    @Tag("thorough")
    @Test
    void aSegmentWhoseTableIsGoneIsNamed() {
        published();
        Publication two = shop.published();
        SegmentRef segment = new SegmentRef("revenue.2001-01-01.gone", 3, Map.of());
        SegmentRef empty = new SegmentRef("revenue.2001-01-02.gone", 0, Map.of());
        Publication restored = new Publication(
                2,
                Instant.now(),
                Cause.RECOMPUTE,
                two.sources(),
                Map.of("revenue", Map.of(LocalDate.of(2001, 1, 1), segment, LocalDate.of(2001, 1, 2), empty)));
        String message = assertThrows(
                        RefusedException.class,
                        () -> new Restorable(shop.deployment, Shop.NO_SPARK, restored, two).require())
                .getMessage();
        assertEquals(
                "what publication 2 held cannot be published again: view revenue: 1 of its 1 segments are deleted, such as"
                        + " revenue.2001-01-01.gone",
                message);
    }

    @Tag("thorough")
    @Test
    void aSourceThatTheFilesDropHasToComeBackFirst() {
        published(Shop.withTwoSources(folder));
        assertRefused(
                shop.withoutSource("returns"), 1, "source returns: the files do not have it any more; put its file");
    }

    @Tag("thorough")
    @Test
    void aSourceThatWasPublishedLaterWouldBeCountedFromItsBeginning() {
        Shop both = Shop.withTwoSources(folder);
        shop = both.withoutSource("returns");
        publish(shop, 0);
        both.ofSource("returns").send(0, order(1), order(2));
        publish(both, 0);
        require(both, 1);
        both.ofSource("returns").trim(0, 1);
        assertRefused(both, 1, "source returns: no increments of definition set", "cover offsets 0 to 0");
    }
}
