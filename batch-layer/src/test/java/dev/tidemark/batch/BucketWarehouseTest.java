package dev.tidemark.batch;

import static dev.tidemark.batch.Shop.order;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.s3.ObjectStore;
import dev.tidemark.deployment.s3.S3FileSystem;
import dev.tidemark.s3.SharedS3;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BucketWarehouseTest {

    private static final String ON_FIRST = order(1, "2001-01-01T10:00:30Z", "EU", "12.50", 3);
    private static final String ON_SECOND = order(2, "2001-01-02T10:00:00Z", "US", "7.25", 1);

    @TempDir
    Path folder;

    private Path warehouse;
    private Shop shop;

    @BeforeEach
    void shop() {
        SharedS3.Bucket bucket = SharedS3.bucket();
        ObjectStore store = new ObjectStore(Optional.of(bucket.endpoint()), Optional.empty(), true);
        warehouse = S3FileSystem.path("s3a://" + bucket.name() + "/tidemark/shop", store);
        shop = Shop.in(folder).anew(warehouse);
    }

    private List<String> positions() {
        return shop.rows(shop.master().table()).select("partition", "offset").collectAsList().stream()
                .map(Row::mkString)
                .sorted()
                .toList();
    }

    @Tag("thorough")
    @Test
    void ofTwoArchivesAtOnceOneLosesAndNothingIsAppendedTwice() throws Exception {
        shop.send(0, ON_FIRST);
        shop.archive();
        shop.send(0, ON_SECOND, "bad");
        Race race = new Race();
        race.hasOneWinner(() -> shop.archive(
                line -> {
                    if (line.contains("reading")) {
                        race.meet();
                    }
                },
                false));
        shop.archive();
        assertEquals(List.of("00", "01", "02"), positions());
    }

    @Test
    void ofTwoRecomputesAtOnceOnePublishesAndTheOtherHarmsNothing() throws Exception {
        shop.send(0, ON_FIRST, ON_SECOND);
        shop.archive();
        Race race = new Race();
        Progress together = new AtStage(Stage.SEGMENTS_WRITTEN, race::meet);
        race.hasOneWinner(() -> shop.recompute(new Selection.Touched(), together));
        assertEquals(List.of(1L), shop.deployment.warehouse().publications().numbers());
        assertEquals(
                1,
                shop.published()
                        .segmentsOf("revenue")
                        .get(LocalDate.of(2001, 1, 1))
                        .cells());
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,1,12.50,12.500000,3]",
                        "[2001-01-02,2001-01-02T10:00:00Z,US,1,7.25,7.250000,1]"),
                shop.readable("revenue"),
                "the loser's segments are not in it");
        assertNothingIsLocal();
    }

    private void assertNothingIsLocal() throws IOException {
        assertFalse(Files.exists(folder.resolve("warehouse")));
        try (Stream<Path> files = Files.list(warehouse)) {
            assertEquals(
                    List.of("definitions", "master", "publications", "segments", "views"),
                    files.map(file -> file.getFileName().toString()).sorted().toList());
        }
    }
}
