package dev.tidemark.batch;

import static dev.tidemark.batch.Shop.order;
import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.broker.SharedBroker;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.UnavailableException;
import dev.tidemark.view.OffsetRanges;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArchiveTest {

    private static final String ORDER = order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3);

    @TempDir
    Path folder;

    @Test
    void anAppendContinuesWhereTheLastOneEnded() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER, order(2, "2001-01-01T23:59:59.999Z", null, "1.00", 1));
        shop.send(1, order(3, "2001-01-02T00:00:00Z", "US", "2.00", 1));
        assertEquals(3, shop.archive().records());

        shop.send(0, order(4, "2001-01-01T11:00:00Z", "EU", "5.00", 1));
        Archive.Archived second = shop.archive();
        assertEquals(1, second.records());

        assertEquals(List.of("0@0", "0@1", "0@2", "1@0"), positions(shop));
        ArchiveCommit commit = shop.master().latest().orElseThrow().commit();
        assertEquals(Map.of(0, 3L, 1, 1L), second.cut().logs().get(commit.log()));
        assertEquals(second.cut(), commit.coverage().end());
        assertEquals(OffsetRanges.of(2, 3), commit.added().of(commit.log(), 0));
        assertEquals(Map.of(LocalDate.of(2001, 1, 1), 1L), commit.eventsByDay());
        assertEquals(Map.of(0, 3L, 1, 1L), commit.archived().get(commit.log()));
    }

    @Test
    void rowsHoldTheRecordAndTheEvent() {
        Shop shop = Shop.withAllPanes(folder, ZoneId.of("Asia/Tokyo"));
        shop.send(0, ORDER);
        Instant before = Instant.now();
        shop.archive();
        Row row = shop.rows(shop.master().table()).collectAsList().get(0);
        assertEquals(ORDER, new String(row.<byte[]>getAs("value")));
        assertEquals("ok", row.getAs("verdict"));
        assertEquals(Instant.parse("2001-01-01T10:00:00Z"), row.getAs("event_time"));
        assertEquals(LocalDate.of(2001, 1, 1), row.getAs("event_day"), "the UTC day, whatever the timezone");
        assertEquals("EU", row.<Row>getAs("event").getAs("region"));
        assertTrue(row.<Instant>getAs("record_timestamp").isBefore(before));
    }

    @Test
    void withNothingNewNoSparkIsStartedAndNothingIsWritten() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER);
        shop.archive();
        Map<Path, String> files = Snapshot.of(folder);
        Archive.Archived again = new Archive(shop.deployment, Shop.NO_SPARK, Shop.QUIET, false)
                .run()
                .get(0);
        assertEquals(0, again.records());
        assertEquals(files, Snapshot.of(folder));
    }

    @Test
    void malformedRecordsAreArchivedAndBecomeDeadLetters() {
        Shop shop = Shop.in(folder);
        shop.send(0, "no json", ORDER, null);
        shop.send(1, "{\"id\": 1}");
        Archive.Archived done = shop.archive();
        assertEquals(3, done.malformed());
        assertEquals(3, done.deadLetters());
        shop.archive();

        assertEquals(List.of("0@0 unreadable", "0@2 empty", "1@0 schema"), deadLetters(shop));
        Row letter = shop.rows(shop.deployment.warehouse().deadLetters())
                .where("partition = 1")
                .collectAsList()
                .get(0);
        assertEquals("{\"id\": 1}", new String(letter.<byte[]>getAs("value")));
        assertEquals(shop.source.topic(), letter.getAs("topic"));
        ArchiveCommit commit = shop.master().latest().orElseThrow().commit();
        assertEquals(Map.of(0, 2L, 1, 1L), commit.malformed().get(commit.log()));
        assertEquals(Map.of(LocalDate.of(2001, 1, 1), 1L), commit.eventsByDay(), "well-formed events alone");
    }

    @Test
    void deadLettersComeOnceThoughTheProcessDiesBetweenTheAppends() {
        Shop shop = Shop.in(folder);
        shop.send(0, "bad 1");
        assertThrows(Killed.class, () -> shop.archive(Killed.at(Stage.ARCHIVED), false));
        shop.send(0, "bad 2");
        assertThrows(Killed.class, () -> shop.archive(Killed.at(Stage.ARCHIVED), false));
        Archive.Archived repair = shop.archive();
        assertEquals(0, repair.records());
        assertEquals(1, repair.deadLetters());
        shop.send(1, "bad 3");
        shop.archive();
        assertEquals(List.of("0@0 unreadable", "0@1 unreadable", "1@0 unreadable"), deadLetters(shop));
    }

    @Test
    void abortedTransactionsAreNeverArchivedThoughTheCutPassesThem() {
        Shop shop = Shop.in(folder);
        shop.transaction(true, 0, ORDER, ORDER);
        shop.transaction(false, 0, ORDER, ORDER, ORDER);
        Archive.Archived done = shop.archive();
        assertEquals(2, done.records());
        ArchiveCommit commit = shop.master().latest().orElseThrow().commit();
        assertEquals(OffsetRanges.of(0, 7), commit.coverage().of(commit.log(), 0), "markers use up an offset each");

        shop.transaction(false, 0, ORDER);
        Archive.Archived none = shop.archive();
        assertEquals(0, none.records());
        assertEquals(done.version() + 1, none.version());
        assertEquals(9, none.cut().of(commit.log(), 0).orElseThrow());
        assertEquals(List.of("0@0", "0@1"), positions(shop));
    }

    @Test
    void ofTwoArchivesAtOnceOneLosesAndNothingIsAppendedTwice() throws Exception {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER);
        shop.archive();
        shop.send(0, ORDER, ORDER, "bad");
        Race race = new Race();
        Progress together = line -> {
            if (line.contains("reading")) {
                race.meet();
            }
        };
        race.hasOneWinner(() -> shop.archive(together, false));
        shop.archive();
        assertEquals(List.of("0@0", "0@1", "0@2", "0@3"), positions(shop));
        assertEquals(List.of("0@3 unreadable"), deadLetters(shop));
    }

    @Test
    void whatRetentionDeletedIsRefusedUntilItIsAccepted() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER, ORDER);
        shop.archive();
        shop.send(0, ORDER, ORDER, ORDER, ORDER);
        shop.trim(0, 5);
        RefusedException refusal = assertThrows(RefusedException.class, shop::archive);
        assertTrue(refusal.getMessage().contains("[2, 5) of partition 0"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("archive --accept-missing"), refusal.getMessage());

        shop.archive(Shop.QUIET, true);
        assertEquals(List.of("0@0", "0@1", "0@5"), positions(shop));
        ArchiveCommit commit = shop.master().latest().orElseThrow().commit();
        assertEquals(
                List.of(new OffsetRanges.Range(0, 2), new OffsetRanges.Range(5, 6)),
                commit.coverage().of(commit.log(), 0).ranges());
        assertEquals(0, shop.archive().records(), "what was accepted is not asked about again");
    }

    @Test
    void coverageBeginsAtTheLogStartThatTheFirstRunFinds() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER, ORDER, ORDER);
        shop.trim(0, 3);
        Archive.Archived first = shop.archive();
        String log = shop.master().latest().orElseThrow().commit().log();
        assertEquals(Map.of(0, 3L, 1, 0L), first.cut().logs().get(log));
        shop.send(0, ORDER);
        shop.archive();
        assertEquals(List.of("0@3"), positions(shop));
    }

    @Test
    void aTopicThatWasCreatedAgainIsRefused() throws Exception {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER);
        shop.archive();
        SharedBroker.recreateTopic(shop.source.topic(), 2);
        Eventually.succeeds(() -> {
            RefusedException refusal = assertThrows(RefusedException.class, shop::archive);
            assertTrue(refusal.getMessage().contains("topics adopt orders"), refusal.getMessage());
            return true;
        });
        assertEquals(List.of("0@0"), positions(shop));
    }

    @Tag("thorough")
    @Test
    void aTopicThatIsCreatedAgainWhileItIsReadIsRefused() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER);
        Progress recreating = line -> {
            if (line.contains("reading")) {
                SharedBroker.recreateTopic(shop.source.topic(), 2);
                shop.send(0, ORDER.replace("12.50", "13.50"));
            }
        };
        RefusedException refusal = assertThrows(RefusedException.class, () -> shop.archive(recreating, false));
        assertTrue(refusal.getMessage().contains("topics adopt orders"), refusal.getMessage());
        assertTrue(shop.master().latest().isEmpty());
    }

    @Test
    void aSourceThatIsRefusedDoesNotKeepTheOthersFromBeingArchived() {
        Shop orders = Shop.withTwoSources(folder);
        Shop returns = orders.ofSource("returns");
        orders.send(0, ORDER);
        returns.send(0, ORDER);
        orders.archive();
        SharedBroker.recreateTopic(orders.source.topic(), 2);
        orders.send(0, ORDER);
        returns.send(0, ORDER);
        RefusedException refusal = assertThrows(RefusedException.class, orders::archive);
        assertTrue(refusal.getMessage().contains("topics adopt orders"), refusal.getMessage());
        assertEquals(List.of("0@0"), positions(orders));
        assertEquals(List.of("0@0", "0@1"), positions(returns));
    }

    @Test
    void anOpenTransactionIsArchivedWhenItIsCommitted() throws Exception {
        Shop shop = Shop.in(folder);
        try (AutoCloseable transaction = shop.openTransaction(0, ORDER, ORDER)) {
            Archive.Archived none = shop.archive();
            assertEquals(0, none.records());
            none.cut().logs().values().forEach(cut -> assertEquals(0, cut.get(0)));
        }
        assertEquals(2, shop.archive().records());
        assertEquals(List.of("0@0", "0@1"), positions(shop));
    }

    @Tag("thorough")
    @Test
    void whatAnswersCountedBeforeTheFirstRunAndRetentionDeletedIsRefusedUntilItIsAccepted() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER, ORDER, ORDER);
        shop.send(1, ORDER);
        shop.increments(0, 1, 3);
        shop.trim(0, 2);
        RefusedException refusal = assertThrows(RefusedException.class, shop::archive);
        assertTrue(refusal.getMessage().contains("[1, 2) of partition 0"), refusal.getMessage());
        assertTrue(refusal.getMessage().contains("archive --accept-missing"), refusal.getMessage());
        shop.archive(Shop.QUIET, true);
        assertEquals(List.of("0@2", "1@0"), positions(shop));
    }

    @Tag("thorough")
    @Test
    void beforeTheFirstRunTheFilesDecideWhateverWasStreamed() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER);
        shop.increments(0, 0, 1);
        assertEquals(1, shop.withFilter("true").archive().records());
    }

    @Tag("thorough")
    @Test
    void ofAPartitionThatWasAddedEverythingIsExpected() throws Exception {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDER);
        shop.archive();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", SharedBroker.bootstrapServers()))) {
            admin.createPartitions(Map.of(shop.source.topic(), NewPartitions.increaseTo(3)))
                    .all()
                    .get();
        }
        shop.send(2, ORDER, ORDER);
        shop.trim(2, 1);
        Eventually.succeeds(() -> {
            RefusedException refusal = assertThrows(RefusedException.class, shop::archive);
            assertTrue(refusal.getMessage().contains("[0, 1) of partition 2"), refusal.getMessage());
            return refusal;
        });
    }

    @Test
    void aMissingTopicIsNamed() {
        Shop shop = Shop.in(folder, ZoneId.of("UTC"), "no-such-topic");
        UnavailableException missing = assertThrows(UnavailableException.class, shop::archive);
        assertTrue(missing.getMessage().contains("no-such-topic"), missing.getMessage());
    }

    private static List<String> positions(Shop shop) {
        return shop
                .rows(shop.master().table())
                .orderBy("partition", "offset")
                .select(col("partition"), col("offset"))
                .collectAsList()
                .stream()
                .map(row -> row.get(0) + "@" + row.get(1))
                .toList();
    }

    private static List<String> deadLetters(Shop shop) {
        return shop
                .rows(shop.deployment.warehouse().deadLetters())
                .orderBy("partition", "offset")
                .select("partition", "offset", "reason")
                .collectAsList()
                .stream()
                .map(row -> row.get(0) + "@" + row.get(1) + " " + row.get(2))
                .toList();
    }
}
