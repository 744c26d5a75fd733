package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.ReferenceLoads.Result;
import dev.tidemark.compile.EnrichedEvents;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.LoadedReference;
import dev.tidemark.deployment.ReferenceTable;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.deployment.Warehouse;
import dev.tidemark.view.DefinitionSet;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whatever was loaded can be joined for as long as a definition set names it. */
class ReferenceVersionsTest {

    private static final String A = "EU,Europe,0.190,,";
    private static final String B = "EU,Old World,0.190,,";
    private static final String C = "EU,Continent,0.190,,";

    @TempDir
    Path folder;

    private EnrichedShop files;

    @BeforeEach
    void aShop() throws IOException {
        files = new EnrichedShop(folder);
    }

    private DefinitionSet loaded(String... rows) throws IOException {
        files.csv(rows);
        files.load();
        return Definitions.resolve(files.deployment()).get(0).streamed();
    }

    /** What is joined to an event of EU for a definition set. */
    private String joined(DefinitionSet set) {
        Warehouse warehouse = files.deployment().warehouse();
        Dataset<Row> events = files.shop()
                .spark()
                .sql("select timestamp'2026-06-01 12:00:00' event_time, named_struct('region', 'EU') event");
        ReferenceRows references = new ReferenceRows(warehouse::reference, warehouse::versionOf);
        return EnrichedEvents.of(events, set.enrichments(), references)
                .select("event.area")
                .collectAsList()
                .get(0)
                .getString(0);
    }

    private Path table() {
        return files.deployment().warehouse().reference("regions");
    }

    /** Makes what was committed ten days older than it is, as far as Delta can tell. */
    private void age() throws IOException {
        try (Stream<Path> log = Files.list(table().resolve("_delta_log"))) {
            for (Path file : log.filter(Files::isRegularFile).sorted().toList()) {
                FileTime before = Files.getLastModifiedTime(file);
                Instant earlier = before.toInstant().minus(Duration.ofDays(10));
                if (file.toString().endsWith(".json")) {
                    String commit = Files.readString(file);
                    Files.writeString(
                            file, commit.replaceAll("\"timestamp\":\\d+", "\"timestamp\":" + earlier.toEpochMilli()));
                    Files.deleteIfExists(file.resolveSibling("." + file.getFileName() + ".crc"));
                }
                if (Files.exists(file)) {
                    Files.setLastModifiedTime(file, FileTime.from(earlier));
                }
            }
        }
        DeltaLog.clearCache();
    }

    @Test
    void aVersionThatWasReplacedIsReadHoweverOldItIs() throws IOException {
        DefinitionSet first = loaded(A);
        DefinitionSet second = loaded(B);
        age();
        DefinitionSet third = loaded(C);
        assertEquals(
                List.of("Europe", "Old World", "Continent"), List.of(joined(first), joined(second), joined(third)));
    }

    @Tag("thorough")
    @Test
    void aTableOfAnEarlierReleaseKeepsItsVersionsFromTheNextLoadOn() throws IOException {
        DefinitionSet first = loaded(A);
        loaded(B);
        files.shop()
                .spark()
                .sql(("alter table delta.`%s` unset tblproperties"
                                + " ('delta.deletedFileRetentionDuration', 'delta.logRetentionDuration')")
                        .formatted(table()));
        age();
        assertThrows(Exception.class, () -> joined(first));
        loaded(B);
        assertEquals("Europe", joined(first));
    }

    @Test
    void aPinnedVersionIsFoundByItsContentWhateverItsNumberIs() throws IOException {
        DefinitionSet first = loaded(A);
        DefinitionSet second = loaded(B);
        assertEquals(1, second.enrichments().get(0).version());
        try (Stream<Path> all = Files.walk(table())) {
            all.sorted(Comparator.reverseOrder()).forEach(path -> path.toFile().delete());
        }
        DeltaLog.clearCache();
        loaded(B);
        loaded(C);
        assertEquals("Old World", joined(second), "which is version 0 now");
        RefusedException gone = assertThrows(RefusedException.class, () -> joined(first));
        assertTrue(gone.getMessage().startsWith("reference regions: no version in " + table()), gone::getMessage);
    }

    @Test
    void twoLoadsAtOnceAreBothDoneAndDoneOnce() throws IOException {
        for (String place : List.of("one", "two")) {
            files.write("data/" + place + ".csv", "region,area,tax,since,until\nEU," + place + ",0.1,,\n");
        }
        List<ReferenceTable> tables = new ArrayList<>();
        for (String place : List.of("one", "two")) {
            files.regions("csv: ../data/" + place + ".csv");
            tables.add(files.deployment().references().get(0));
        }
        Shop shop = files.shop();
        Deployment deployment = shop.deployment;
        List<Result> results = tables.parallelStream()
                .map(table -> new ReferenceLoads(deployment, shop::spark, Shop.QUIET)
                        .load(List.of(table))
                        .get(0))
                .toList();
        List<LoadedReference> versions =
                deployment.warehouse().loadedReferences("regions").toList();
        assertEquals(2, versions.size(), versions::toString);
        for (Result result : results) {
            assertTrue(result.loaded());
            assertTrue(versions.stream()
                    .anyMatch(version -> version.version() == result.version() && version.has(result.content())));
        }
    }

    @Test
    void aLoadThatDiedLeavesNothingInTheWayOfTheNext() throws IOException {
        files.write("warehouse/references/regions/part-00000-0.c000.snappy.parquet", "half");
        files.write("warehouse/references/regions/_delta_log/.half.tmp", "{");
        assertEquals("Europe", joined(loaded(A)));
        files.write("warehouse/references/regions/part-00000-1.c000.snappy.parquet", "half");
        assertEquals("Old World", joined(loaded(B)));
    }
}
