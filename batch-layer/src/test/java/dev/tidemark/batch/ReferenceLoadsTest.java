package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.ReferenceLoads.Result;
import dev.tidemark.compile.ReferenceRows;
import dev.tidemark.deployment.Deployment;
import dev.tidemark.deployment.RefusedException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A reference table is loaded as it is, once for each content, or not at all. */
class ReferenceLoadsTest {

    private static final String EUROPE = "EU,Europe,0.190,2026-01-01,";
    private static final String STATES = "US,States,0.080,,2026-07-01T12:00:00Z";

    @TempDir
    Path folder;

    private EnrichedShop files;

    @BeforeEach
    void aShop() throws IOException {
        files = new EnrichedShop(folder);
    }

    private Dataset<Row> rows() {
        return files.shop().rows(files.deployment().warehouse().reference("regions"));
    }

    private List<String> lines() {
        return rows().orderBy(ReferenceRows.KEY).collectAsList().stream()
                .map(Row::toString)
                .toList();
    }

    @Test
    void theSameRowsInWhateverOrderAreLoadedOnce() throws IOException {
        assertEquals(1, files.deployment().referencesToLoad().size());
        files.csv(EUROPE, STATES, "APAC,,,,");
        Result first = files.load();
        assertEquals(0, first.version());
        assertEquals(3, first.rows());
        assertTrue(first.loaded());
        assertEquals(List.of(), files.deployment().referencesToLoad());
        assertEquals(
                List.of(
                        "[APAC,null,null,[null,null]]",
                        "[EU,2026-01-01T00:00:00Z,null,[Europe,0.190]]",
                        "[US,null,2026-07-01T12:00:00Z,[States,0.080]]"),
                lines());

        files.csv("APAC,,,,", STATES, EUROPE.replace("2026-01-01", "2026-01-01T01:00:00+01:00"));
        Result again = files.load();
        assertFalse(again.loaded());
        assertEquals(first.content(), again.content());
        assertEquals(0, again.version());
    }

    @Test
    void inCsvAnEmptyFieldIsNullQuotedOrNot() throws IOException {
        files.csv("APAC,\"\",,,", "EU,,,,");
        files.load();
        assertEquals(List.of("[APAC,null,null,[null,null]]", "[EU,null,null,[null,null]]"), lines());
    }

    @Test
    void anotherContentIsAnotherVersionAndAnotherDefinitionSetForTheViewsThatUseIt() throws IOException {
        files.csv(EUROPE, STATES);
        Result first = files.load();
        Deployment before = files.deployment();
        files.csv(EUROPE);
        assertEquals(
                before.definitionSetId("orders"),
                files.deployment().definitionSetId("orders"),
                "what is loaded counts, not what its place holds");
        Result second = files.load();
        assertEquals(1, second.version());
        assertNotEquals(first.content(), second.content());
        assertNotEquals(before.definitionSetId("orders"), files.deployment().definitionSetId("orders"));
        files.csv(STATES, EUROPE);
        Result third = files.load();
        assertEquals(2, third.version());
        assertEquals(first.content(), third.content());
        assertEquals(before.definitionSetId("orders"), files.deployment().definitionSetId("orders"));
    }

    @Test
    void aTableThatIsStatedOtherwiseIsNotLoadedYet() throws IOException {
        files.csv(EUROPE, STATES);
        files.load();
        Path reference = files.path("references/regions.yaml");
        Files.writeString(reference, Files.readString(reference).replace("decimal(4,3)", "double"));
        assertEquals(1, files.deployment().referencesToLoad().size());
        assertEquals(1, files.load().version());
        assertEquals(List.of(), files.deployment().referencesToLoad());
    }

    @Test
    void rowsComeFromParquetAndDeltaTablesToo() throws IOException {
        files.csv(EUROPE, STATES);
        Result fromCsv = files.load();
        Dataset<Row> typed = files.shop()
                .spark()
                .sql("select 'EU' region, 'Europe' area, 0.190BD tax, date'2026-01-01' since, null until"
                        + " union all select 'US', 'States', 0.080BD, null, timestamp'2026-07-01T12:00:00Z'");
        typed = typed.withColumn("since", typed.col("since").cast("date"))
                .withColumn("until", typed.col("until").cast("timestamp"));
        typed.write().parquet(files.path("data/regions.parquet").toString());
        typed.write().format("delta").save(files.path("data/regions").toString());
        for (String place : List.of("parquet: ../data/regions.parquet", "table: ../data/regions")) {
            files.regions(place);
            Result again = files.load();
            assertEquals(fromCsv.content(), again.content(), place);
            assertFalse(again.loaded(), place);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "EU,Europe,high,, | at the key EU, the tax 'high', which is no decimal(4,3)",
                "EU,Europe,0.1905,, | at the key EU, the tax '0.1905', which is no decimal(4,3)",
                "EU,Europe,19.000,, | at the key EU, the tax '19.000', which is no decimal(4,3)",
                "EU,Europe,0.19,soon, | at the key EU, the since 'soon', which is no timestamp",
                "EU,Europe,0.19,12:30, | at the key EU, the since '12:30', which is no timestamp that begins with its year",
                ",Europe,0.190,, | has a row without region, its key: [Europe,0.190]",
                "EU,Europe,0.19,2026-02-01,2026-02-01 | has a row of key EU that is never valid:"
                        + " from 2026-02-01T00:00:00Z to 2026-02-01T00:00:00Z",
                "EU,Europe | Malformed CSV record: EU,Europe",
            })
    void aBadRowRefusesTheWholeTable(String row, String message) throws IOException {
        files.csv(STATES, row);
        RefusedException refused = assertThrows(RefusedException.class, files::load);
        assertTrue(refused.getMessage().startsWith("reference regions: " + files.path("data/regions.csv")));
        assertTrue(refused.getMessage().contains(message), refused::getMessage);
        assertFalse(Files.exists(files.deployment().warehouse().reference("regions")));
    }

    @Test
    void aKeyHasOneRowAtATime() throws IOException {
        files.csv("EU,old,0.160,,2026-01-01", "EU,new,0.190,2026-01-01,2026-07-01", "EU,newest,0.2,2026-08-01,");
        assertTrue(files.load().loaded());
        String both = "has two rows of key EU that are valid at the same time, from 2026-01-01T00:00:00Z for ever and"
                + " from 2026-06-01T00:00:00Z to 2026-07-01T00:00:00Z; accepted is one at any time";
        files.csv("EU,b,0.2,2026-06-01,2026-07-01", "EU,a,0.1,2026-01-01,");
        RefusedException refused = assertThrows(RefusedException.class, files::load);
        assertTrue(refused.getMessage().endsWith(both), refused::getMessage);
        files.csv("EU,a,0.1,,", "EU,b,0.2,,");
        assertThrows(RefusedException.class, files::load);
        assertEquals(
                0,
                files.deployment()
                        .warehouse()
                        .loadedReference(files.deployment().references().get(0))
                        .orElseThrow()
                        .version());
    }

    @Test
    void whatIsNotThereOrOfAnotherShapeIsNamed() throws IOException {
        RefusedException absent = assertThrows(RefusedException.class, files::load);
        assertTrue(absent.getMessage().endsWith("data/regions.csv is not there"), absent::getMessage);
        files.write("data/regions.csv", "region,area,since,until\nEU,Europe,,\n");
        RefusedException lacking = assertThrows(RefusedException.class, files::load);
        assertTrue(
                lacking.getMessage().endsWith("has no column tax; its columns are [region, area, since, until]"),
                lacking::getMessage);
        files.shop()
                .spark()
                .sql("select 'EU' region, 'x' area, 0.19D tax, null since, null until")
                .write()
                .parquet(files.path("data/doubles").toString());
        files.regions("parquet: ../data/doubles");
        RefusedException wider = assertThrows(RefusedException.class, files::load);
        assertTrue(
                wider.getMessage()
                        .contains("has a column tax of type double, whose values a decimal(4,3) does not" + " hold"),
                wider::getMessage);
        files.csv("EU," + "é".repeat(8193) + ",0.1,,");
        files.regions("csv: ../data/regions.csv");
        RefusedException longer = assertThrows(RefusedException.class, files::load);
        assertTrue(longer.getMessage().contains("which is no text of up to 16,384 bytes"), longer::getMessage);
    }

    @Test
    void theFilesOfAFolderHaveOneHeader() throws IOException {
        files.write("data/all/a.csv", "region,area,tax,since,until\nEU,Europe,0.1,,\n");
        files.write("data/all/b.csv", "region,tax,area,since,until\nUS,0.2,States,,\n");
        files.regions("csv: ../data/all");
        RefusedException refused = assertThrows(RefusedException.class, files::load);
        assertTrue(
                refused.getMessage().contains("CSV header does not conform to the schema.; Header: region, "),
                refused::getMessage);
        assertTrue(refused.getMessage().contains("data/all/"), refused::getMessage);
        files.write("data/all/b.csv", "region,area,tax,since,until\nUS,States,0.2,,\n");
        files.load();
        assertEquals(List.of("[EU,null,null,[Europe,0.100]]", "[US,null,null,[States,0.200]]"), lines());
    }

    @Test
    void aPlaceIsANameWhateverCharactersItHas() throws IOException {
        files.shop()
                .spark()
                .sql("select 'EU' region, 'Europe' area, 0.1BD tax, null since, null until")
                .write()
                .parquet(files.path("data/plain").toString());
        Files.move(files.path("data/plain"), files.path("data/re[gi]on{s}*"));
        files.regions("parquet: ../data/re[gi]on{s}*");
        assertEquals(1, files.load().rows());
        files.write("data/re[gi]on.csv", "region,area,tax,since,until\nEU,Europe,0.1,,\n");
        files.regions("csv: ../data/re[gi]on.csv");
        RefusedException refused = assertThrows(RefusedException.class, files::load);
        assertTrue(refused.getMessage().contains("re[gi]on.csv has one of "), refused::getMessage);
    }

    @Test
    void aTableHasRowsAndNotTooMany() throws IOException {
        files.csv();
        RefusedException empty = assertThrows(RefusedException.class, files::load);
        assertTrue(empty.getMessage().contains("regions.csv has no rows, "), empty::getMessage);
        files.shop()
                .spark()
                .range(1_000_001)
                .selectExpr("cast(id as string) region", "'x' area", "0.1BD tax", "null since", "null until")
                .write()
                .parquet(files.path("data/many").toString());
        files.regions("parquet: ../data/many");
        RefusedException many = assertThrows(RefusedException.class, files::load);
        assertTrue(
                many.getMessage()
                        .endsWith("has 1,000,001 rows; accepted are up to 1,000,000, since all of them are held in"
                                + " memory"),
                many::getMessage);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "1767225600000L since | string | a column since of type bigint, whose values a timestamp does not hold",
                "timestamp_ntz'2026-01-01 00:00:00' since | string | type timestamp_ntz, whose values a timestamp does",
                "9007199254740993L area | double | a column area of type bigint, whose values a double does not hold",
                "X'00' area | string | a column area of type binary, whose values a string does not hold",
                "timestamp'2026-01-01 00:00:00Z' area | string | of type timestamp, whose values a string does not",
                "current_date() area | timestamp | ",
                "7 area | string | ",
                "0.5F area | double | ",
                "12BD area | 'decimal(8,3)' | ",
            })
    void aTypedColumnIsTakenOnlyWhereTheStatedTypeHoldsItsValues(String column, String area, String refusal)
            throws IOException {
        Path reference = files.path("references/regions.yaml");
        files.regions("parquet: ../data/typed");
        Files.writeString(reference, Files.readString(reference).replace("area: string", "area: \"" + area + "\""));
        String others = column.endsWith("since") ? "'x' area" : "null since";
        files.shop()
                .spark()
                .sql("select 'EU' region, 0.1BD tax, null until, " + column + ", " + others)
                .write()
                .parquet(files.path("data/typed").toString());
        if (refusal == null) {
            assertEquals(1, files.load().rows());
        } else {
            RefusedException refused = assertThrows(RefusedException.class, files::load);
            assertTrue(refused.getMessage().contains(refusal), refused::getMessage);
        }
    }

    @Test
    void theCommandsLoadAndList() throws IOException {
        files.csv(EUROPE, STATES);
        String config = files.path("tidemark.yaml").toString();
        assertEquals(0, BatchMain.run("references", "list", "-c", config));
        assertEquals(1, BatchMain.run("references", "load", "--missing", "nations", "-c", config));
        assertEquals(1, files.deployment().referencesToLoad().size());
        assertEquals(0, BatchMain.run("references", "load", "--missing", "regions", "-c", config));
        assertEquals(0, BatchMain.run("references", "load", "regions", "-c", config, "--output", "json"));
        assertEquals(1, BatchMain.run("references", "load", "nations", "-c", config));
        assertEquals(2, BatchMain.run("references", "-c", config));
        assertEquals(0, BatchMain.run("references", "list", "-c", config, "--output", "json"));
        List<ReferencesCommand.Listed> listed = ReferencesCommand.listed(files.deployment());
        assertEquals(0, listed.get(0).version());
        assertEquals(2, listed.get(0).rows());
        assertFalse(listed.get(0).changedSince());
        files.csv(EUROPE);
        assertTrue(ReferencesCommand.listed(files.deployment()).get(0).changedSince());
    }
}
