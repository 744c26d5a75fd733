package dev.tidemark.batch;

import static dev.tidemark.batch.Shop.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.view.CountedImport;
import dev.tidemark.view.Input;
import dev.tidemark.view.Reconciled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An import can be taken out again, and then answers are as if it had never been. */
class RevocationTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final LocalDate SECOND = LocalDate.of(2001, 1, 2);
    private static final LocalDate THIRD = LocalDate.of(2001, 1, 3);

    private static final String BY_TOPIC = "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]";
    private static final String BOTH = "[2001-01-01,2001-01-01T10:00:00Z,EU,2,13.50,6.750000,3]";
    private static final String SECOND_DAY = "[2001-01-02,2001-01-02T10:00:00Z,US,1,2.00,2.000000,1]";
    private static final String THIRD_DAY = "[2001-01-03,2001-01-03T10:00:00Z,US,1,3.00,3.000000,1]";

    @TempDir
    Path folder;

    @TempDir
    Path files;

    private Shop shop;
    private Path file;

    /** An order of the first day by the topic, one of the first and one of the second to import, beside what is malformed. */
    @BeforeEach
    void open() throws IOException {
        shop = Shop.in(folder);
        shop.send(0, order(1, "2001-01-01T10:00:01Z", "EU", "12.50", 3));
        shop.archive();
        file = Files.write(
                files.resolve("orders.ndjson"),
                List.of(
                        order(2, "2001-01-01T10:00:02Z", "EU", "1.00", 1),
                        order(3, "2001-01-02T10:00:00Z", "US", "2.00", 1),
                        "nonsense"));
    }

    /** One of the third day, by the topic. */
    private void moreByTopic() {
        shop.send(0, order(4, "2001-01-03T10:00:00Z", "US", "3.00", 1));
        shop.archive();
    }

    private List<String> rows() {
        return shop.readable("revenue");
    }

    private List<CountedImport> published() {
        return shop.published().source("orders").orElseThrow().cut().imports();
    }

    private static TreeSet<LocalDate> days(LocalDate... days) {
        return new TreeSet<>(Set.of(days));
    }

    private static String refusal(Runnable run) {
        return assertThrows(RefusedException.class, run::run).getMessage();
    }

    @Test
    void aRecomputeTakesItInAndTakesItOutOfExactlyItsDays() {
        shop.recompute();
        String id = shop.imports(file).id();
        assertEquals(List.of(BY_TOPIC), rows(), "not counted before it is published");
        assertEquals(days(FIRST, SECOND), shop.recompute().sources().get(0).days());
        assertEquals(List.of(BOTH, SECOND_DAY), rows());
        assertEquals(List.of(new CountedImport(id, 1, 3)), published());
        moreByTopic();
        shop.recompute();

        Revocation.Report revoked = shop.revoke(id);
        assertEquals(3, revoked.rows());
        assertEquals(2, shop.rows(shop.master().table()).count());
        assertEquals(0, shop.rows(shop.deployment.warehouse().deadLetters()).count());
        assertEquals(List.of(BOTH, SECOND_DAY, THIRD_DAY), rows(), "published until the recompute");
        assertEquals(days(FIRST, SECOND), shop.recompute().sources().get(0).days());
        assertEquals(List.of(BY_TOPIC, THIRD_DAY), rows());
        assertEquals(List.of(), published());
        assertFalse(shop.recompute().published(), "nothing is new");
    }

    @Tag("thorough")
    @Test
    void whatComesByTheTopicMeanwhileIsComputedWithIt() {
        String id = shop.imports(file).id();
        shop.recompute();
        shop.revoke(id);
        moreByTopic();
        assertEquals(
                days(FIRST, SECOND, THIRD), shop.recompute().sources().get(0).days());
        assertEquals(List.of(BY_TOPIC, THIRD_DAY), rows());
    }

    @Tag("thorough")
    @Test
    void aRecomputeOfAllDaysLeavesNothingOfItEither() {
        String id = shop.imports(file).id();
        shop.recompute();
        shop.revoke(id);
        shop.recompute(new Selection.All(), Shop.QUIET);
        assertEquals(List.of(BY_TOPIC), rows());
    }

    @Tag("thorough")
    @Test
    void revokedBeforeItWasPublishedItIsNeverCounted() {
        shop.recompute();
        shop.revoke(shop.imports(file).id());
        assertFalse(shop.recompute().published());
        moreByTopic();
        assertEquals(days(THIRD), shop.recompute().sources().get(0).days());
        assertEquals(List.of(BY_TOPIC, THIRD_DAY), rows());
    }

    @Tag("thorough")
    @Test
    void itCanBeImportedAgain() {
        String id = shop.imports(file).id();
        shop.recompute();
        shop.revoke(id);
        assertEquals(id, shop.imports(file).id());
        assertFalse(shop.recompute().published(), "what is published holds it already");
        assertEquals(List.of(BOTH, SECOND_DAY), rows());
        assertEquals(1, shop.rows(shop.deployment.warehouse().deadLetters()).count());
    }

    @Tag("thorough")
    @Test
    void anAdvanceTakesItInAndLeavesTakingItOutToARecompute() {
        shop.recompute();
        String id = shop.imports(file).id();
        shop.advance();
        assertEquals(List.of(BOTH, SECOND_DAY), rows());
        shop.revoke(id);
        moreByTopic();
        List<String> said = new ArrayList<>();
        assertFalse(shop.advance(said::add).published());
        assertTrue(
                said.contains("orders: not advanced, since " + id
                        + " has been revoked, and an advance takes nothing out;" + " `tidemark recompute` does"),
                said::toString);
        shop.recompute();
        assertEquals(List.of(BY_TOPIC, THIRD_DAY), rows());
    }

    @Tag("thorough")
    @Test
    void daysAreNotComputedAtACutThatTheArchiveDoesNotHold() {
        String id = shop.imports(file).id();
        shop.recompute();
        shop.revoke(id);
        String message = refusal(() -> shop.recompute(new Selection.Days(FIRST, SECOND), Shop.QUIET));
        assertEquals(
                id
                        + " of source orders has been revoked, and what is published still holds it: run `tidemark recompute`,"
                        + " which takes it out, before anything else is computed at that cut",
                message);
        ReplayRequest request = new ReplayRequest(FIRST, SECOND, List.of(), Input.ARCHIVE);
        assertEquals(message, refusal(() -> shop.replays(Shop.QUIET).create(request)));
        shop.recompute();
        assertTrue(shop.recompute(new Selection.Days(FIRST, SECOND), Shop.QUIET).published());
        assertEquals(List.of(BY_TOPIC), rows());
    }

    @Test
    void aReplayThatHoldsItIsNotPublishedAfterItWasTakenOut() {
        String id = shop.imports(file).id();
        shop.recompute();
        long replay = shop.replays(Shop.QUIET)
                .create(new ReplayRequest(FIRST, SECOND, List.of(), Input.ARCHIVE))
                .number();
        shop.revoke(id);
        shop.recompute();
        String message = refusal(() -> shop.replays(Shop.QUIET).approve(replay));
        assertTrue(
                message.contains("replay " + replay + " holds " + id) && message.contains("create it again"), message);
        assertEquals(List.of(BY_TOPIC), rows());
    }

    @Test
    void theTopicDoesNotHoldWhatWasImported() {
        String id = shop.imports(file).id();
        shop.recompute();
        String message = refusal(() -> new Recompute(shop.deployment, shop::spark, Shop.QUIET, Input.LOG)
                .run(new Selection.Days(FIRST, SECOND)));
        assertEquals(
                "3 rows that were counted of source orders were never in its topic: they were imported, as " + id
                        + "; only the archive holds them; leave out --input log",
                message);
    }

    @Tag("thorough")
    @Test
    void aRollbackBringsBackWhatWasPublishedOfItAndARecomputeTakesItOut() {
        shop.recompute();
        String id = shop.imports(file).id();
        shop.recompute();
        shop.revoke(id);
        shop.recompute();
        shop.rollback(OptionalLong.of(2), Shop.QUIET);
        assertEquals(List.of(BOTH, SECOND_DAY), rows());
        shop.recompute();
        assertEquals(List.of(BY_TOPIC), rows());
        shop.rollback(OptionalLong.of(1), Shop.QUIET);
        assertEquals(List.of(BY_TOPIC), rows());
    }

    @Tag("thorough")
    @Test
    void whatIsMeantToChangeAnswersIsNoDrift() {
        shop.increments(0, 0, 1);
        String id = shop.imports(file).id();
        shop.recompute();
        shop.revoke(id);
        shop.recompute();
        Reconciliation.Report report = new Reconciliation(shop.deployment, shop::spark, Shop.QUIET).run();
        assertEquals(2, report.through());
        assertEquals(0, report.unexpected());
        assertEquals(
                List.of(
                        List.of("source orders: imports [" + id
                                + "] were taken in, and [] taken out, which is meant to change" + " answers"),
                        List.of("source orders: imports [] were taken in, and [" + id
                                + "] taken out, which is meant to change" + " answers")),
                report.publications().stream().map(Reconciled::notCompared).toList());
    }

    @Tag("thorough")
    @Test
    void whoRevokesTwiceOrWhatNeverWasHearsOfIt() {
        String id = shop.imports(file).id();
        assertTrue(shop.revoke(id).revoked());
        assertFalse(shop.revoke(id).revoked());
        assertEquals(
                "source orders has no import import-0; `tidemark import --list` shows what it has",
                refusal(() -> shop.revoke("import-0")));
    }

    @Tag("thorough")
    @Test
    void killedBeforeTheDeadLettersFollowTheNextRunMakesThem() {
        String id = shop.imports(file).id();
        assertThrows(
                Killed.class,
                () -> new Revocation(shop.deployment, shop.source, shop::spark, Killed.at(Stage.IMPORTED)).run(id));
        assertEquals(1, shop.rows(shop.deployment.warehouse().deadLetters()).count());
        shop.archive();
        assertEquals(0, shop.rows(shop.deployment.warehouse().deadLetters()).count());
    }

    @Tag("thorough")
    @Test
    void ofTwoAtOnceOneLosesTheRace() throws Exception {
        String id = shop.imports(file).id();
        Race race = new Race();
        race.hasOneWinner(() -> new Revocation(
                        shop.deployment,
                        shop.source,
                        () -> {
                            race.meet();
                            return shop.spark();
                        },
                        Shop.QUIET)
                .run(id));
        assertEquals(1, shop.rows(shop.master().table()).count());
    }

    @Tag("thorough")
    @Test
    void anArchiveThatHasLostItWithoutARevocationIsRefused() throws IOException {
        String id = shop.imports(file).id();
        shop.recompute();
        Files.move(shop.master().table(), folder.resolve("elsewhere"));
        String message = refusal(shop::recompute);
        assertTrue(message.contains("does not have " + id + ", which was published and never revoked"), message);
    }

    @Test
    void theListTellsWhatBecameOfEachImport() throws IOException {
        String id = shop.imports(file).id();
        ListedImport listed = ListedImport.of(shop.deployment, shop.source).get(0);
        assertEquals(List.of("orders.ndjson"), listed.files());
        assertEquals(3, listed.rows());
        assertEquals(1, listed.malformed());
        assertEquals(2, listed.days());
        assertNull(listed.revokedAt());
        assertFalse(listed.published());
        shop.recompute();
        shop.revoke(id);
        listed = ListedImport.of(shop.deployment, shop.source).get(0);
        assertNotNull(listed.revokedAt());
        assertTrue(listed.published());
        assertTrue(listed.line().contains(", still published  orders.ndjson"), listed.line());
        shop.imports(file);
        List<ListedImport> all = ListedImport.of(shop.deployment, shop.source);
        assertEquals(List.of(id, id), all.stream().map(ListedImport::id).toList());
        assertNull(all.get(0).revokedAt());
        assertNotNull(all.get(1).revokedAt());
    }
}
