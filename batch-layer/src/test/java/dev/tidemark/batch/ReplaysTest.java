package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.PublicationLine;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.ReplayStatus;
import dev.tidemark.deployment.ReplayStatus.State;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Input;
import dev.tidemark.view.Json;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Replay;
import dev.tidemark.view.ViewDifference;
import dev.tidemark.view.ViewDifference.Change;
import dev.tidemark.view.ViewDifference.Restated;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Days that are computed again, compared with what is published, and published when somebody approves. */
class ReplaysTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final LocalDate SECOND = LocalDate.of(2001, 1, 2);
    private static final LocalDate THIRD = LocalDate.of(2001, 1, 3);
    private static final ReplayRequest BOTH = new ReplayRequest(FIRST, THIRD, List.of(), Input.ARCHIVE);
    private static final List<String> TWO_DAYS = List.of(
            "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]",
            "[2001-01-02,2001-01-02T10:00:00Z,US,1,7.25,7.250000,1]");

    @TempDir
    Path folder;

    private Shop published(Shop shop) {
        shop.send(
                0,
                Shop.order(1, "2001-01-01T10:00:01Z", "EU", "12.50", 3),
                Shop.order(2, "2001-01-02T10:00:01Z", "US", "7.25", 1));
        shop.archive();
        shop.recompute();
        return shop;
    }

    private static Replay create(Shop shop, ReplayRequest request) {
        return shop.replays(Shop.QUIET).create(request);
    }

    private static Replays.Approved approve(Shop shop, Replay replay) {
        return shop.replays(Shop.QUIET).approve(replay.number());
    }

    private static State state(Shop shop, Replay replay) {
        PublicationLine line = PublicationLine.of(shop.deployment.warehouse().publications());
        return ReplayStatus.of(shop.deployment.warehouse().replays(), line, replay.number())
                .state();
    }

    private static void rollBackTo(Shop shop, long number) {
        Publication then =
                shop.deployment.warehouse().publications().read(number).orElseThrow();
        assertTrue(shop.deployment
                .warehouse()
                .publications()
                .create(new Publication(
                        shop.published().number() + 1,
                        Instant.now(),
                        Cause.rollbackTo(number),
                        then.sources(),
                        then.segments())));
    }

    private static ViewDifference.Day day(ViewDifference view, LocalDate day) {
        return view.days().stream()
                .filter(each -> each.day().equals(day))
                .findFirst()
                .orElseThrow();
    }

    private static String refusal(org.junit.jupiter.api.function.Executable refused) {
        return assertThrows(RefusedException.class, refused).getMessage();
    }

    @Test
    void daysThatAreComputedAgainUnderTheSameDefinitionsDoNotDifferAndNobodySeesThem() {
        Shop shop = published(Shop.withAllViews(folder, ZoneId.of("UTC")));
        Publication before = shop.published();
        Replay replay = create(shop, BOTH);
        assertEquals(1, replay.number());
        assertEquals(before, shop.published(), "nothing is published");
        assertEquals(4, replay.differences().size());
        replay.differences().forEach(view -> assertTrue(view.isSame(), view::toString));
        assertEquals(0, replay.share());
        assertEquals(State.OPEN, state(shop, replay));
        assertEquals(
                Json.write(replay),
                Json.write(shop.deployment.warehouse().replays().read(1).orElseThrow()));

        Replays.Approved approved = approve(shop, replay);
        assertEquals(2, approved.publication());
        assertEquals(Cause.replay(1), shop.published().cause());
        assertEquals(State.APPROVED, state(shop, replay));
        for (String view : List.of("revenue", "weights", "daily", "visits")) {
            assertEquals(
                    replay.segments().get(view), shop.published().segmentsOf(view), "what was reviewed is published");
        }
        assertTrue(refusal(() -> approve(shop, replay)).contains("is in effect already, since publication 2"));
    }

    @Tag("thorough")
    @Test
    void chosenViewsAndDaysAloneAreReplaced() {
        Shop shop = published(Shop.withAllPanes(folder, ZoneId.of("UTC")));
        Publication before = shop.published();
        Replay replay = create(shop, new ReplayRequest(SECOND, THIRD, List.of("weights"), Input.ARCHIVE));
        assertEquals(
                Map.of("weights", java.util.Set.of(SECOND)),
                Map.of("weights", replay.segments().get("weights").keySet()));
        assertEquals(1, replay.segments().size());
        approve(shop, replay);
        Publication after = shop.published();
        assertEquals(before.segmentsOf("revenue"), after.segmentsOf("revenue"));
        assertEquals(
                before.segmentsOf("weights").get(FIRST),
                after.segmentsOf("weights").get(FIRST));
        assertNotEquals(
                before.segmentsOf("weights").get(SECOND),
                after.segmentsOf("weights").get(SECOND));
    }

    @Test
    void whatCannotBeReplayedIsRefusedWithTheReason() {
        Shop none = Shop.in(folder.resolve("none"));
        assertTrue(refusal(() -> create(none, BOTH)).contains("nothing has been published yet"));
        Shop shop = published(Shop.in(folder));
        assertTrue(refusal(() -> create(shop, new ReplayRequest(FIRST, THIRD, List.of("revenu"), Input.ARCHIVE)))
                .contains("--view is 'revenu'; accepted are the views that batch computes: revenue"));
        LocalDate later = LocalDate.of(2002, 1, 1);
        assertTrue(refusal(() -> create(shop, new ReplayRequest(later, later.plusDays(1), List.of(), Input.ARCHIVE)))
                .contains("no view has events from 2002-01-01 to 2002-01-02 below the cut of publication 1"));
        assertTrue(refusal(() -> shop.replays(Shop.QUIET).approve(9)).contains("there is no replay 9"));
    }

    @Test
    void aDamagedSegmentIsSeenCellByCellAndRepaired() {
        Shop shop = published(Shop.in(folder));
        Tampering.add(shop, "revenue", FIRST, "orders", 4);
        Replay replay = create(shop, BOTH);
        ViewDifference revenue = replay.differences().get(0);
        assertFalse(revenue.redefined());
        assertTrue(day(revenue, SECOND).isSame());
        ViewDifference.Day first = day(revenue, FIRST);
        assertEquals(
                List.of(1L, 1L, 0L, 0L, 1L),
                List.of(first.cellsBefore(), first.cellsAfter(), first.added(), first.removed(), first.changed()));
        ViewDifference.MeasureTotal orders = first.measures().get(0);
        assertEquals("orders", orders.measure());
        assertEquals(5L, ((Number) orders.before()).longValue());
        assertEquals(1L, ((Number) orders.after()).longValue());
        assertFalse(orders.same());
        assertTrue(first.measures().stream().skip(1).allMatch(ViewDifference.MeasureTotal::same));
        assertEquals(
                Map.of("window_start", "2001-01-01T10:00:00Z", "region", "EU"),
                revenue.largest().get(0).key());
        assertEquals(1, replay.share(), "its only cell has another result");
        approve(shop, replay);
        assertEquals(TWO_DAYS, shop.readable("revenue"));
    }

    @Test
    void whatWasArchivedSinceIsMergedIntoTheReviewedDays() {
        whatWasArchivedSinceIsMerged(published(Shop.in(folder)));
    }

    @Tag("thorough")
    @Test
    void whatWasArchivedSinceIsMergedIntoTheReviewedDaysOfAllKindsOfViews() {
        whatWasArchivedSinceIsMerged(published(Shop.withAllViews(folder, ZoneId.of("UTC"))));
    }

    private static void whatWasArchivedSinceIsMerged(Shop shop) {
        Replay replay = create(shop, new ReplayRequest(FIRST, SECOND, List.of(), Input.ARCHIVE));
        shop.send(
                1,
                Shop.order(3, "2001-01-01T10:00:30Z", "EU", "1.00", 4),
                Shop.order(4, "2001-01-02T10:00:30Z", "US", "2.00", 5));
        shop.archive();
        shop.advance();
        shop.send(0, Shop.order(5, "2001-01-01T11:00:30Z", "EU", "3.00", 1));
        shop.archive();
        shop.recompute();
        shop.send(0, Shop.order(6, "2001-01-01T12:00:30Z", "EU", "9.00", 1));
        shop.archive();
        Publication before = shop.published();
        approve(shop, replay);

        Publication after = shop.published();
        assertEquals(before.sources(), after.sources(), "the cut stays");
        assertEquals(
                before.segmentsOf("revenue").get(SECOND),
                after.segmentsOf("revenue").get(SECOND));
        assertNotEquals(
                before.segmentsOf("revenue").get(FIRST),
                after.segmentsOf("revenue").get(FIRST));
        before.segments()
                .forEach((view, days) -> days.forEach((day, segment) -> {
                    assertEquals(
                            segment.cells(), after.segmentsOf(view).get(day).cells(), view);
                    assertEquals(
                            segment.buckets(), after.segmentsOf(view).get(day).buckets(), view);
                }));
        List<String> replayed = shop.readable("revenue");
        assertEquals(3, replayed.size(), replayed::toString);
        shop.recompute(new Selection.Days(FIRST, THIRD), Shop.QUIET);
        assertEquals(shop.readable("revenue"), replayed);
    }

    @Test
    void aChangedViewIsReviewedWithAllItsDaysApprovedRolledBackAndApprovedAgain() {
        Shop before = published(Shop.withAllPanes(folder, ZoneId.of("UTC")));
        Shop changed = before.withFilter("region = 'EU'");
        assertTrue(refusal(() -> create(changed, new ReplayRequest(FIRST, SECOND, List.of(), Input.ARCHIVE)))
                .contains("a replay has to hold all of its days: --from 2001-01-01 --to 2001-01-03"));
        assertTrue(refusal(() -> create(changed, new ReplayRequest(FIRST, THIRD, List.of("daily"), Input.ARCHIVE)))
                .contains("add --view revenue"));
        Replay replay = create(changed, new ReplayRequest(FIRST, THIRD, List.of("revenue"), Input.ARCHIVE));
        ViewDifference revenue = replay.differences().get(0);
        assertTrue(revenue.redefined());
        assertEquals(1, day(revenue, SECOND).removed());
        assertTrue(day(revenue, FIRST).isSame());

        changed.send(1, Shop.order(3, "2001-01-03T10:00:30Z", "EU", "1.00", 4));
        changed.archive();
        changed.advance();
        approve(changed, replay);
        List<String> europe = List.of(
                "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]",
                "[2001-01-03,2001-01-03T10:00:00Z,EU,1,1.00,1.000000,4]");
        assertEquals(europe, changed.readable("revenue"), "with a day that has come since");
        assertEquals(
                changed.deployment.definitionSetId("orders"),
                changed.published().source("orders").orElseThrow().definitionSet());
        assertEquals(3, changed.published().number());

        rollBackTo(changed, 2);
        assertEquals(State.ROLLED_BACK, state(changed, replay));
        changed.send(1, Shop.order(4, "2001-01-01T10:00:31Z", "EU", "1.00", 4));
        changed.archive();
        changed.advance();
        assertEquals(4, changed.readable("revenue").size() + 1, "what was published before goes on");
        approve(changed, replay);
        assertEquals(State.APPROVED, state(changed, replay));
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,2,13.50,6.750000,4]",
                        "[2001-01-03,2001-01-03T10:00:00Z,EU,1,1.00,1.000000,4]"),
                changed.readable("revenue"));
    }

    @Tag("thorough")
    @Test
    void whatCannotBeComparedIsToldAndBelowNoThreshold() {
        Shop before = published(Shop.withFailing(folder, ZoneId.of("UTC")));
        Shop changed = before.withMeasures("orders", "count()", "revenue", "max(amount)", "pieces", "sum(quantity)")
                .withoutView("daily");
        Replay replay = create(changed, new ReplayRequest(FIRST, THIRD, List.of(), Input.ARCHIVE));
        ViewDifference revenue = replay.differences().get(0);
        assertEquals(
                List.of(
                        new Restated("revenue", Change.OTHER_KIND),
                        new Restated("pieces", Change.ADDED),
                        new Restated("average", Change.REMOVED),
                        new Restated("most", Change.REMOVED)),
                revenue.restated());
        assertTrue(revenue.days().stream().allMatch(ViewDifference.Day::isSame), "what can be compared is the same");
        assertEquals(1, revenue.share());
        ViewDifference daily = replay.differences().get(1);
        assertEquals("daily", daily.view());
        assertTrue(daily.restated().stream().allMatch(measure -> measure.change() == Change.REMOVED));
        assertEquals(1, daily.share());
        List<String> lines = ReplayText.of(replay);
        assertTrue(lines.contains("  measure revenue would be of another kind: not compared"), lines::toString);
        assertTrue(lines.contains("view daily, no longer stated: it would be gone"), lines::toString);
        Replay read =
                changed.deployment.warehouse().replays().read(replay.number()).orElseThrow();
        assertEquals(Json.write(replay), Json.write(read));
    }

    @Tag("thorough")
    @Test
    void panesOrDimensionsThatAreOthersAreComparedAsDays() {
        Shop before = published(Shop.in(folder));
        Shop changed = before.withoutDimensions();
        ViewDifference revenue = create(changed, BOTH).differences().get(0);
        assertFalse(revenue.comparable());
        assertEquals(List.of(), revenue.largest());
        assertTrue(day(revenue, FIRST).measures().stream().allMatch(ViewDifference.MeasureTotal::same));
    }

    @Tag("thorough")
    @Test
    void whoeverReplacedItsDaysSinceMakesItRefused() {
        Shop shop = published(Shop.in(folder));
        Replay replay = create(shop, BOTH);
        Replay other = create(shop, new ReplayRequest(SECOND, THIRD, List.of(), Input.ARCHIVE));
        Replay apart = create(shop, new ReplayRequest(FIRST, SECOND, List.of(), Input.ARCHIVE));
        approve(shop, other);
        assertTrue(refusal(() -> approve(shop, replay))
                .contains("publication 2 (replay 2) has replaced 2001-01-02 of view revenue since replay 1"));
        approve(shop, apart);

        Replay late = create(shop, BOTH);
        shop.recompute(new Selection.Days(FIRST, SECOND), Shop.QUIET);
        assertTrue(refusal(() -> approve(shop, late)).contains("publication 4 (days) has replaced 2001-01-01"));

        Replay last = create(shop, BOTH);
        shop.withFilter("true").recompute();
        assertTrue(refusal(() -> approve(shop, last)).contains("were published otherwise since replay 5"));
    }

    @Tag("thorough")
    @Test
    void filesThatStateOtherViewsThanWereReviewedMakeItRefused() {
        Shop before = published(Shop.in(folder));
        Replay replay = create(before.withFilter("region = 'EU'"), BOTH);
        assertTrue(refusal(() -> approve(before.withFilter("region = 'US'"), replay))
                .contains("the files state other views of source orders than when replay 1 was computed"));
    }

    @Test
    void aRejectedReplayIsNotApproved() {
        Shop shop = published(Shop.in(folder));
        Replay replay = create(shop, BOTH);
        new Replays(shop.deployment, Shop.NO_SPARK, Shop.QUIET).reject(1);
        assertEquals(State.REJECTED, state(shop, replay));
        assertTrue(refusal(() -> approve(shop, replay)).contains("replay 1 was rejected"));
    }

    @Test
    void whoeverRejectsItWhileItIsBeingApprovedIsHeard() {
        Shop shop = published(Shop.in(folder));
        Replay replay = create(shop, BOTH);
        Progress rejecting =
                new AtStage(Stage.SEGMENTS_WRITTEN, () -> new Replays(shop.deployment, Shop.NO_SPARK, Shop.QUIET)
                        .reject(replay.number()));
        assertTrue(refusal(() -> shop.replays(rejecting).approve(1)).contains("replay 1 was rejected"));
        assertEquals(1, shop.published().number());
    }

    @Test
    void inAnotherTimezoneNothingIsApprovedOrRolledBack() {
        Shop shop = published(Shop.in(folder));
        approve(shop, create(shop, BOTH));
        create(shop, BOTH);
        Shop elsewhere = Shop.in(folder, ZoneId.of("Europe/Berlin"), shop.source.topic());
        String reason = "the timezone is Europe/Berlin now, but source orders was published in UTC";
        assertTrue(refusal(() -> elsewhere.replays(Shop.QUIET).approve(2)).contains(reason));
        assertTrue(refusal(elsewhere::rollback).contains(reason));
        assertEquals(2, shop.published().number());
    }

    @Tag("thorough")
    @Test
    void theTopicGivesTheSameAsTheArchiveAsLongAsItHoldsEverything() {
        Shop shop = published(Shop.withAllViews(folder, ZoneId.of("UTC")));
        shop.send(0, Shop.order(7, "2001-01-02T10:00:01Z", "US", "7.25", 1));
        Replay replay = create(shop, new ReplayRequest(FIRST, THIRD, List.of(), Input.LOG));
        assertEquals(Input.LOG, replay.input());
        replay.differences().forEach(view -> {
            assertTrue(view.isSame(), view::toString);
            assertEquals(2, view.days().size());
            view.days().forEach(day -> assertTrue(day.cellsAfter() > 0, view::toString));
        });
        shop.trim(0, 1);
        assertTrue(refusal(() -> create(shop, new ReplayRequest(FIRST, THIRD, List.of(), Input.LOG)))
                .contains("no longer holds offsets 0 to 1 of partition 0, which were counted"));
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"SEGMENTS_WRITTEN", "REPLAY_STAGED"})
    void killedWhileItIsCreatedItIsThereOrNot(Stage stage) {
        Shop shop = published(Shop.in(folder));
        assertThrows(Killed.class, () -> shop.replays(Killed.at(stage)).create(BOTH));
        int staged = stage == Stage.REPLAY_STAGED ? 1 : 0;
        assertEquals(staged, shop.deployment.warehouse().replays().numbers().size());
        assertEquals(staged + 1, create(shop, BOTH).number());
        assertEquals(1, shop.published().number());
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"SEGMENTS_WRITTEN", "PUBLISHED"})
    void killedWhileItIsApprovedItIsPublishedOnce(Stage stage) {
        Shop shop = published(Shop.in(folder));
        Tampering.add(shop, "revenue", FIRST, "orders", 4);
        Replay replay = create(shop, BOTH);
        assertThrows(Killed.class, () -> shop.replays(Killed.at(stage)).approve(1));
        if (stage == Stage.PUBLISHED) {
            assertEquals(State.APPROVED, state(shop, replay));
            shop.recompute();
        } else {
            approve(shop, replay);
        }
        assertEquals(2, shop.published().number());
        assertEquals(TWO_DAYS, shop.readable("revenue"));
    }
}
