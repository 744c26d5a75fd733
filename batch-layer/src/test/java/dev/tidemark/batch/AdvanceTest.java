package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Publication;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An advance merges what is new into the days that it touches, and leaves the rest as it is. */
class AdvanceTest {

    private static final LocalDate FIRST = LocalDate.of(2001, 1, 1);
    private static final LocalDate SECOND = LocalDate.of(2001, 1, 2);

    @TempDir
    Path folder;

    private static Shop published(Shop shop) {
        shop.send(
                0,
                Shop.order(1, "2001-01-01T10:00:01Z", "EU", "12.50", 3),
                Shop.order(2, "2001-01-02T10:00:01Z", "US", "7.25", 1));
        shop.archive();
        shop.recompute();
        return shop;
    }

    private static String id(Publication publication, String view, LocalDate day) {
        return publication.segmentsOf(view).get(day).id();
    }

    @Test
    void whatIsNewIsMergedIntoTheDaysThatItTouchesAndOthersKeepTheirSegments() {
        Shop shop = published(Shop.in(folder));
        Publication before = shop.published();
        shop.send(
                1,
                Shop.order(3, "2001-01-02T10:00:30Z", "US", "1.00", 4),
                Shop.order(4, "2001-01-02T11:00:00Z", "EU", "2.00", 1),
                "{broken");
        shop.archive();
        Recompute.Report report = shop.advance();

        assertEquals(Cause.ADVANCE, shop.published().cause());
        assertEquals(new TreeSet<>(Set.of(SECOND)), report.sources().get(0).days());
        assertEquals(2, report.sources().get(0).rowsRead(), "of what is new alone");
        assertEquals(id(before, "revenue", FIRST), id(shop.published(), "revenue", FIRST));
        assertNotEquals(id(before, "revenue", SECOND), id(shop.published(), "revenue", SECOND));
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,2,8.25,4.125000,4]",
                        "[2001-01-02,2001-01-02T11:00:00Z,EU,1,2.00,2.000000,1]"),
                shop.readable("revenue"));
        assertEquals(
                shop.master().latest().orElseThrow().commit().cut(),
                shop.published().source("orders").orElseThrow().cut());
        assertFalse(shop.advance().published(), "nothing is new");
    }

    @Test
    void theFirstPublicationIsForARecompute() {
        Shop shop = Shop.in(folder);
        shop.send(0, Shop.order(1, "2001-01-01T10:00:01Z", "EU", "12.50", 3));
        shop.archive();
        List<String> said = new ArrayList<>();
        assertFalse(new Recompute(shop.deployment, Shop.NO_SPARK, said::add)
                .advance()
                .published());
        assertTrue(said.contains("orders: not published yet; `tidemark recompute` does that"), said::toString);
    }

    @Test
    void malformedRecordsAloneMoveTheCutAndNoSegment() {
        Shop shop = published(Shop.in(folder));
        Publication before = shop.published();
        shop.send(0, "{broken");
        shop.archive();
        assertTrue(shop.advance().published());
        assertEquals(before.segments(), shop.published().segments());
        assertNotEquals(
                before.source("orders").orElseThrow().cut(),
                shop.published().source("orders").orElseThrow().cut());
    }

    @Test
    void whatIsPublishedGoesOnWhileTheFilesStateOtherViews() {
        Shop before = published(Shop.withAllPanes(folder, ZoneId.of("UTC")));
        Shop changed = before.withMeasures("orders", "count()");
        changed.send(0, Shop.order(3, "2001-01-02T10:00:30Z", "US", "1.00", 4));
        changed.archive();
        assertTrue(changed.advance().published());
        assertEquals(
                before.deployment.definitionSetId("orders"),
                changed.published().source("orders").orElseThrow().definitionSet());
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,2,8.25,4.125000,4]"),
                changed.readable("revenue"));
        changed.recompute();
        assertEquals(
                List.of("[2001-01-01,2001-01-01T10:00:00Z,EU,1]", "[2001-01-02,2001-01-02T10:00:00Z,US,2]"),
                changed.readable("revenue"));
    }

    @Test
    void aSourceThatIsJudgedOtherwiseIsLeftToARecompute() {
        Shop before = published(Shop.in(folder));
        Shop other = before.with(before.source.with(LateEvents.DEFER, Optional.empty()));
        other.send(0, Shop.order(3, "2001-01-02T10:00:30Z", "US", "1.00", 4));
        other.archive();
        List<String> said = new ArrayList<>();
        assertFalse(other.advance(said::add).published());
        assertTrue(said.get(0).startsWith("orders: not advanced, since its archive is judged by"), said::toString);
        assertTrue(other.recompute().published());
    }

    @Test
    void aSourceThatTheStreamAloneComputesHasNothingToAdvance() {
        Shop shop = Shop.in(folder).withLayers(Layers.SPEED);
        shop.send(0, Shop.order(1, "2001-01-01T10:00:01Z", "EU", "12.50", 3));
        assertFalse(new Recompute(shop.deployment, Shop.NO_SPARK, Shop.QUIET)
                .advance()
                .published());
    }

    @ParameterizedTest
    @EnumSource(
            value = Stage.class,
            names = {"SEGMENTS_WRITTEN", "PUBLISHED"})
    void killedAtAnyStageTheNextOneCountsEverythingOnce(Stage stage) {
        Shop shop = published(Shop.in(folder));
        shop.send(0, Shop.order(3, "2001-01-02T10:00:30Z", "US", "1.00", 4));
        shop.archive();
        assertThrows(Killed.class, () -> shop.advance(Killed.at(stage)));
        assertEquals(stage == Stage.PUBLISHED ? 2 : 1, shop.published().number());
        shop.advance();
        assertEquals(2, shop.published().number());
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,2,8.25,4.125000,4]"),
                shop.readable("revenue"));
    }

    @Test
    void ofTwoAtOnceOneLosesTheRaceAndHarmsNothing() throws Exception {
        Shop shop = published(Shop.in(folder));
        shop.send(0, Shop.order(3, "2001-01-02T10:00:30Z", "US", "1.00", 4));
        shop.archive();
        Race race = new Race();
        race.hasOneWinner(() -> shop.advance(new AtStage(Stage.SEGMENTS_WRITTEN, race::meet)));
        assertEquals(2, shop.published().number());
        assertEquals(2, shop.readable("revenue").size());
    }
}
