package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.Micros;
import dev.tidemark.view.Drift;
import dev.tidemark.view.Reconciled;
import java.math.BigDecimal;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an answer changes by when a cut passes though no event came is seen, and named for what it is. */
class ReconciliationTest {

    private static final LocalDate DAY = LocalDate.of(2001, 1, 1);

    @TempDir
    Path folder;

    private static String order(int id) {
        return Shop.order(id, "2001-01-01T10:00:0" + id + "Z", "EU", "2.50", id);
    }

    /** What the speed layer emits for {@link #order}. */
    private static void streamed(Shop shop, int offset, int id, String amount) {
        BigDecimal value = new BigDecimal(amount);
        shop.increment(
                0,
                offset,
                "2001-01-01T10:00:0" + id + "Z",
                new Contribution(
                        Bucket.COUNTED,
                        Micros.of(Instant.parse("2001-01-01T10:00:00Z")),
                        List.of("EU"),
                        Arrays.asList(value, value, (long) id)));
    }

    private static void setAside(Shop shop, int offset, int id, Bucket bucket) {
        shop.increment(0, offset, "2001-01-01T10:00:0" + id + "Z", Contribution.none(bucket));
    }

    private static Reconciliation.Report reconcile(Shop shop) {
        return new Reconciliation(shop.deployment, shop::spark, Shop.QUIET).run();
    }

    /** Of one publication that was looked at, the measures that differ and why. */
    private static List<String> drifts(Reconciled found) {
        return found.drifts().stream()
                .map(drift -> drift.cause() + " " + drift.measure() + " " + drift.answered() + " " + drift.recomputed())
                .toList();
    }

    private Shop published() {
        return published(Shop.in(folder));
    }

    private static Shop published(Shop shop) {
        shop.send(0, order(1));
        streamed(shop, 0, 1, "2.50");
        shop.archive();
        shop.recompute();
        return shop;
    }

    @Test
    void whatBothLayersCountAlikeLeavesNoDriftAndEveryPublicationIsLookedAtOnce() {
        Shop shop = published();
        shop.send(0, order(2));
        streamed(shop, 1, 2, "2.50");
        streamed(shop, 1, 2, "2.50");
        shop.archive();
        shop.advance();
        Reconciliation.Report report = reconcile(shop);
        assertEquals(2, report.through());
        assertEquals(
                List.of(1L, 2L),
                report.publications().stream().map(Reconciled::publication).toList());
        report.publications().forEach(found -> {
            assertEquals(List.of(), found.notCompared());
            assertEquals(1, found.compared());
            assertEquals(List.of(), found.drifts());
        });
        assertEquals(0, report.unexpected());
        Reconciliation.Report again = new Reconciliation(shop.deployment, Shop.NO_SPARK, Shop.QUIET).run();
        assertEquals(List.of(), again.publications());
        assertEquals(2, shop.rows(shop.deployment.warehouse().drift()).count(), "a row for each that was looked at");
    }

    @Tag("thorough")
    @Test
    void aBrokenIncrementIsNamedWithTheKeyThatDiffersMost() {
        Shop shop = published();
        shop.send(0, order(2));
        streamed(shop, 1, 2, "99.00");
        shop.archive();
        shop.recompute();
        Reconciliation.Report report = reconcile(shop);
        Reconciled second = report.publications().get(1);
        assertEquals(
                List.of("expression revenue 101.50 5.00", "expression average 50.750000 2.500000"), drifts(second));
        assertEquals(2, report.unexpected());
        Drift revenue = second.drifts().get(0);
        assertEquals(DAY, revenue.day());
        assertEquals("EU", revenue.largest().get(0).key().get("region"));
    }

    @Test
    void aTamperedSegmentIsNamed() {
        Shop shop = published();
        Tampering.add(shop, "revenue", DAY, "orders", 4);
        shop.send(0, order(2));
        streamed(shop, 1, 2, "2.50");
        shop.archive();
        shop.recompute();
        assertEquals(
                List.of("unexplained orders 6 2"),
                drifts(reconcile(shop).publications().get(1)));
    }

    @Tag("thorough")
    @Test
    void anAdvanceGoesOnWithATamperedSegmentAndARecomputeShowsIt() {
        Shop shop = published();
        reconcile(shop);
        Tampering.add(shop, "revenue", DAY, "orders", 4);
        shop.send(0, order(2));
        streamed(shop, 1, 2, "2.50");
        shop.archive();
        shop.advance();
        assertEquals(0, reconcile(shop).unexpected(), "answers go on as they were");
        shop.send(0, order(3));
        streamed(shop, 2, 3, "2.50");
        shop.archive();
        shop.recompute();
        assertEquals(
                List.of("unexplained orders 7 3"),
                drifts(reconcile(shop).publications().get(0)));
    }

    @Tag("thorough")
    @Test
    void deferredEventsExplainWhatTheyAdd() {
        Shop plain = Shop.in(folder);
        Shop shop = published(plain.with(plain.source.with(LateEvents.DEFER, Optional.empty())));
        shop.send(0, order(2), order(3));
        setAside(shop, 1, 2, Bucket.DEFERRED);
        streamed(shop, 2, 3, "2.50");
        shop.archive();
        shop.recompute();
        Reconciliation.Report report = reconcile(shop);
        assertEquals(
                List.of("deferred orders 2 3", "deferred revenue 5.00 7.50"),
                drifts(report.publications().get(1)));
        assertEquals(0, report.unexpected());
    }

    @Tag("thorough")
    @Test
    void aDeferredEventDoesNotHideABrokenIncrementOfTheSameDay() {
        Shop plain = Shop.in(folder);
        Shop shop = published(plain.with(plain.source.with(LateEvents.DEFER, Optional.empty())));
        shop.send(0, order(2), order(3));
        setAside(shop, 1, 2, Bucket.DEFERRED);
        streamed(shop, 2, 3, "3.50");
        shop.archive();
        shop.recompute();
        Reconciliation.Report report = reconcile(shop);
        assertTrue(
                drifts(report.publications().get(1)).contains("expression revenue 6.00 7.50"),
                () -> drifts(report.publications().get(1)).toString());
    }

    @Tag("thorough")
    @Test
    void aDuplicateThatTheSpeedLayerForgotIsNamed() {
        Shop plain = Shop.in(folder);
        Shop shop = published(plain.with(
                plain.source.with(LateEvents.INCLUDE, Optional.of(new Deduplication("id", Duration.ofMinutes(10))))));
        shop.send(0, order(2), order(2));
        streamed(shop, 1, 2, "2.50");
        streamed(shop, 2, 2, "2.50");
        shop.archive();
        shop.recompute();
        Reconciliation.Report report = reconcile(shop);
        assertEquals(
                List.of("duplicates orders 3 2", "duplicates revenue 7.50 5.00"),
                drifts(report.publications().get(1)));
        assertEquals(0, report.unexpected());
    }

    @Tag("thorough")
    @Test
    void whileTheSpeedLayerIsBehindThePublicationWaits() {
        Shop shop = published();
        shop.send(0, order(2));
        shop.archive();
        shop.recompute();
        Reconciliation.Report report = reconcile(shop);
        assertEquals(1, report.through());
        assertTrue(report.waiting().orElseThrow().contains("0 of 1 events of partition 0 have increments"));
        streamed(shop, 1, 2, "2.50");
        assertEquals(2, reconcile(shop).through());
    }

    @Test
    void whatIncrementsLackIsNotCompared() {
        Shop shop = published();
        shop.send(0, order(2), order(3));
        streamed(shop, 2, 3, "2.50");
        shop.archive();
        shop.recompute();
        Reconciled second = reconcile(shop).publications().get(1);
        assertEquals(List.of("source orders: 1 of 2 events of partition 0 have increments"), second.notCompared());
    }

    /** As the demos do it: they publish, and then start the layers. */
    @Tag("thorough")
    @Test
    void whatWasPublishedBeforeTheSpeedLayerRanHoldsNothingUp() {
        Shop shop = Shop.in(folder);
        shop.send(0, order(1), order(2));
        shop.archive();
        shop.recompute();
        shop.send(0, order(3));
        streamed(shop, 2, 3, "1.00");
        shop.archive();
        shop.recompute();
        Reconciliation.Report report = reconcile(shop);
        assertEquals(2, report.through());
        assertEquals(
                List.of("source orders: 0 of 2 events of partition 0 have increments"),
                report.publications().get(0).notCompared());
        assertEquals(1, report.publications().get(1).compared());
        assertTrue(report.unexpected() > 0, "the third was streamed with another amount");
    }

    @Test
    void offsetsThatAreNoEventsAreNoGap() {
        Shop shop = published();
        shop.transaction(true, 0, order(2));
        shop.transaction(true, 0, order(3));
        streamed(shop, 1, 2, "2.50");
        streamed(shop, 3, 3, "1.00");
        shop.archive();
        shop.recompute();
        Reconciliation.Report report = reconcile(shop);
        assertEquals(1, report.publications().get(1).compared(), "a marker lies between them");
        assertTrue(report.unexpected() > 0);
    }

    @Tag("thorough")
    @Test
    void whatIsMeantToChangeAnswersIsNotDrift() {
        Shop shop = published();
        shop.recompute(new Selection.Days(DAY, DAY.plusDays(1)), Shop.QUIET);
        Shop changed = shop.withFilter("status = 'NONE'");
        changed.send(0, order(2));
        streamed(shop, 1, 2, "2.50");
        changed.archive();
        changed.recompute();
        Reconciliation.Report report = reconcile(changed);
        assertEquals(3, report.through());
        assertEquals(
                List.of("a days is meant to change answers"),
                report.publications().get(1).notCompared());
        assertEquals(0, report.publications().get(2).compared(), "a view that was changed");
        assertEquals(0, report.unexpected());
    }

    @Test
    void killedAfterTheLedgerWasWrittenItGoesOnBehindIt() {
        Shop shop = published();
        DriftTable table = DriftTable.of(shop.deployment);
        reconcile(shop);
        Reconciled again = new Reconciled(1, Instant.now(), 0, List.of(), 7, 0, List.of());
        table.append(shop.spark(), again, List.of());
        assertEquals(1, shop.rows(table.path()).count(), "a publication is written once");
    }
}
