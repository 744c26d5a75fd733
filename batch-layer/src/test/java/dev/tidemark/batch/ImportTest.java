package dev.tidemark.batch;

import static dev.tidemark.batch.Shop.order;
import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.batch.Progress.Stage;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.view.CountedImport;
import dev.tidemark.view.Layers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.apache.avro.Schema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows of files become events as if they had come by the topic, once. */
class ImportTest {

    private static final List<String> ORDERS = List.of(
            order(1, "2001-01-01T10:00:00Z", "EU", "12.50", 3),
            order(2, "2001-01-01T10:00:30.125Z", null, "1.00", 1),
            order(3, "2001-03-05T23:59:59.999Z", "süd, \\\"west\\\"", "-7.25", 0));

    /** The same, as columns of types of their own. */
    private static final String COLUMNS =
            """
            SELECT * FROM VALUES
              (1L, TIMESTAMP'2001-01-01 10:00:00Z', 'EU', 12.50, 3, 'ignored'),
              (2L, TIMESTAMP'2001-01-01 10:00:30.125Z', NULL, 1.00, 1, 'ignored'),
              (3L, TIMESTAMP'2001-03-05 23:59:59.999Z', 'süd, "west"', -7.25, 0, NULL)
            AS orders(id, at, region, amount, quantity, more)""";

    private static final String CSV =
            """
            id,at,region,amount,quantity,more
            1,2001-01-01T10:00:00Z,EU,12.50,3,
            2,2001-01-01T10:00:30.125Z,,1.00,1,ignored
            3,2001-03-05T23:59:59.999Z,"süd, ""west""\",-7.25,0,ignored
            """;

    @TempDir
    Path folder;

    @TempDir
    Path files;

    private Path file(String name, String text) {
        try {
            return Files.writeString(files.resolve(name), text);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Path lines(String name, List<String> lines) {
        return file(name, String.join("\n", lines) + "\n");
    }

    private Path packed(String name, String text) throws IOException {
        Path file = files.resolve(name);
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
            out.write(text.getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return file;
    }

    /** One file of a format that Spark writes. */
    private Path written(Shop shop, String format, String select) throws IOException {
        Path table = files.resolve("written-" + format);
        shop.spark().sql(select).coalesce(1).write().format(format).save(table.toString());
        if (format.equals("delta")) {
            return table;
        }
        try (Stream<Path> parts = Files.list(table)) {
            Path part = parts.filter(path -> path.toString().endsWith("." + format))
                    .findFirst()
                    .orElseThrow();
            return Files.copy(part, files.resolve("orders." + format));
        }
    }

    /** What the master dataset has of events, in the order of their positions. */
    private static List<String> events(Shop shop) {
        return shop
                .rows(shop.master().table())
                .orderBy("log_id", "partition", "offset")
                .select("partition", "offset", "verdict", "record_timestamp", "event_time", "event", "event_day")
                .collectAsList()
                .stream()
                .map(Row::toString)
                .toList();
    }

    private static List<String> verdicts(Shop shop) {
        return shop.rows(shop.master().table()).orderBy("log_id", "partition", "offset").collectAsList().stream()
                .map(row -> row.getAs("partition") + "@" + row.getAs("offset") + " " + row.getAs("verdict")
                        + (row.getAs("reason") == null ? "" : " " + row.getAs("reason")))
                .toList();
    }

    private static String refusal(Runnable run) {
        return assertThrows(RefusedException.class, run::run).getMessage();
    }

    @Test
    void everyFormatGivesTheSameEvents() throws IOException {
        Shop shop = Shop.in(folder);
        Path lines = lines("orders.ndjson", ORDERS);
        List<Path> formats = List.of(
                lines,
                file("orders.json", Files.readString(lines).replace("\n", "\r\n")),
                packed("orders.jsonl.gz", Files.readString(lines)),
                file("orders.csv", CSV),
                packed("orders.csv.gz", CSV),
                written(shop, "parquet", COLUMNS),
                written(shop, "delta", COLUMNS));
        List<String> expected = null;
        for (Path format : formats) {
            Shop other = shop.anew(folder.resolve(format.getFileName().toString()));
            Import.Report report = other.imports(format);
            assertEquals(3, report.rows(), format::toString);
            assertEquals(0, report.malformed(), () -> format + ": " + verdicts(other));
            assertEquals(2, report.days());
            expected = expected == null ? events(other) : expected;
            assertEquals(expected, events(other), format::toString);
        }
        assertTrue(
                expected.get(1).startsWith("[0,1,ok,2001-01-01T10:00:30.125Z,2001-01-01T10:00:30.125Z,[2,"),
                "stamped with its own time: " + expected);
    }

    @Test
    void eachFileIsAPartitionInTheOrderOfTheNamesAndEachRowAnOffset() {
        Shop shop = Shop.in(folder);
        Path second = lines("b.ndjson", ORDERS.subList(1, 3));
        Path first = file("a.ndjson", "\n" + ORDERS.get(0) + "\n \n");
        Import.Report report = shop.imports(second, first);
        assertEquals(List.of("0@0 ok", "1@0 ok", "1@1 ok"), verdicts(shop), "blank lines are no rows");
        ArchiveCommit commit = shop.master().latest().orElseThrow().commit();
        assertEquals(List.of(new CountedImport(report.id(), 2, 3)), commit.cut().imports());
        assertEquals(commit.cut(), commit.coverage().end());
        assertEquals(
                report.version(), shop.imports(first, second).version(), "the order that they are named in is none");
    }

    @Test
    void whatIsMalformedIsArchivedWithItsReasonAndIsADeadLetter() {
        Shop shop = Shop.in(folder);
        Instant before = Instant.now().minusMillis(1);
        shop.imports(
                file(
                        "a.ndjson",
                        ORDERS.get(0) + "\nnonsense\n{\"id\": 1}\n" + order(4, "1999-01-01T00:00:00Z", "EU", "1", 1)),
                file(
                        "b.csv",
                        "id,at,amount,quantity\n1,2001-01-01T10:00:00Z,1.00,1\n2,2001-01-01T10:00:00Z\nx,,1.00,1\n"));
        assertEquals(
                List.of(
                        "0@0 ok",
                        "0@1 malformed unreadable",
                        "0@2 malformed schema",
                        "0@3 malformed too_early",
                        "1@0 ok",
                        "1@1 malformed unreadable",
                        "1@2 malformed schema"),
                verdicts(shop));
        Dataset<Row> letters = shop.rows(shop.deployment.warehouse().deadLetters());
        assertEquals(5, letters.count());
        Row short_ =
                letters.where("partition = 1 AND offset = 1").collectAsList().get(0);
        assertEquals("2,2001-01-01T10:00:00Z", new String(short_.<byte[]>getAs("value")));
        assertTrue(short_.<Instant>getAs("archived_at").isAfter(before));
        assertTrue(short_.<Instant>getAs("record_timestamp").isAfter(before));
    }

    @Test
    void cellsOfCsvAreNumbersAndBooleansOnlyWhereTheSchemaHasThem() throws IOException {
        Schema schema = new Schema.Parser()
                .parse(
                        """
                        {"type": "record", "name": "Cell", "fields": [
                          {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                          {"name": "text", "type": ["null", "string"], "default": "left out"},
                          {"name": "flag", "type": ["null", "boolean"], "default": null},
                          {"name": "ratio", "type": "double", "default": 0},
                          {"name": "day", "type": ["null", {"type": "int", "logicalType": "date"}], "default": null}]}""");
        Shop plain = Shop.in(folder);
        Shop shop = plain.with(plain.source.by(schema));
        shop.imports(
                file(
                        "cells.csv",
                        """
                at,text,flag,ratio,day
                978343200000,007,true,-1.5e3,2001-01-01
                2001-01-01T10:00:00Z,,,2,
                2001-01-01T10:00:00Z,"",no,2,
                2001-01-01T10:00:00Z,true,false,02,
                """));
        assertEquals(List.of("0@0 ok", "0@1 ok", "0@2 malformed schema", "0@3 malformed schema"), verdicts(shop));
        assertEquals(
                List.of(
                        "[2001-01-01T10:00:00Z,007,true,-1500.0,2001-01-01]",
                        "[2001-01-01T10:00:00Z,null,null,2.0,null]"),
                shop
                        .rows(shop.master().table())
                        .where(col("verdict").equalTo("ok"))
                        .orderBy("offset")
                        .select("event.*")
                        .collectAsList()
                        .stream()
                        .map(Row::toString)
                        .toList());
    }

    @Test
    void theSameFilesAgainDoNothing() {
        Shop shop = Shop.in(folder);
        Path file = lines("orders.ndjson", ORDERS);
        Import.Report first = shop.imports(file);
        assertTrue(first.added());
        var before = Snapshot.of(folder);
        List<String> said = new ArrayList<>();
        Import.Report again = new Import(shop.deployment, shop.source, Shop.NO_SPARK, said::add).run(List.of(file));
        assertFalse(again.added());
        assertEquals(first.id(), again.id());
        assertEquals(3, again.rows());
        assertEquals(List.of("orders: already imported as " + first.id()), said);
        assertEquals(before, Snapshot.of(folder));
    }

    @Test
    void aFileThatIsInAnotherImportIsRefusedUnderAnyName() throws IOException {
        Shop shop = Shop.in(folder);
        Path file = lines("orders.ndjson", ORDERS);
        String id = shop.imports(file).id();
        Path other = lines("more.ndjson", List.of(order(9, "2001-01-01T10:00:00Z", "US", "1.00", 1)));
        Path renamed = Files.copy(file, files.resolve("again.jsonl"));
        String message = refusal(() -> shop.imports(other, renamed));
        assertEquals(
                renamed + " is imported already, as orders.ndjson of " + id
                        + ", and its rows would count twice; leave it"
                        + " out, or take that import out first: `tidemark import --revoke " + id + "`",
                message);
        Path twice = Files.copy(other, files.resolve("twice.ndjson"));
        message = refusal(() -> shop.imports(other, twice));
        assertTrue(message.contains("are the same, and would count twice"), message);
        assertEquals(3, shop.rows(shop.master().table()).count());
    }

    @Tag("thorough")
    @Test
    void aLaterVersionOfAnImportedTableIsRefused() throws IOException {
        Shop shop = Shop.in(folder);
        Path table = written(shop, "delta", COLUMNS);
        String id = shop.imports(table).id();
        assertFalse(shop.imports(table).added());
        shop.spark().sql(COLUMNS).write().format("delta").mode("append").save(table.toString());
        String message = refusal(() -> shop.imports(table));
        assertTrue(message.contains("is imported already, as written-delta of " + id), message);
        shop.revoke(id);
        assertEquals(6, shop.imports(table).rows());
    }

    @Test
    void whatCannotBeImportedIsRefusedByName() throws IOException {
        Shop shop = Shop.in(folder);
        assertEquals(
                files.resolve("none.csv") + " is not there", refusal(() -> shop.imports(files.resolve("none.csv"))));
        assertEquals(
                files.resolve("orders.xlsx")
                        + " is of no known kind: its name ends otherwise; accepted is .parquet, .csv,"
                        + " .ndjson, .jsonl, .json (csv and JSON with .gz after it too), or the folder of a Delta table",
                refusal(() -> shop.imports(file("orders.xlsx", ""))));
        assertTrue(refusal(() -> shop.imports(files)).contains("is a folder without _delta_log"));
        String message = refusal(() -> shop.imports(file("bare.csv", "1,2001-01-01T10:00:00Z,EU,12.50,3\n")));
        assertEquals(
                files.resolve("bare.csv") + " has no column of the schema of source orders: its columns are [1,"
                        + " 2001-01-01T10:00:00Z, EU, 12.50, 3] by its first line; accepted are any of [amount, at, id,"
                        + " quantity, region, status, weight]",
                message);
        message = refusal(() -> shop.imports(file("no.parquet", "no Parquet")));
        assertTrue(message.startsWith(files.resolve("no.parquet") + " cannot be read: "), message);
        assertTrue(refusal(() -> shop.imports(file("blank.ndjson", "\n"))).startsWith("there are no rows in"));
        message = refusal(() -> shop.withLayers(Layers.SPEED).imports(lines("a.ndjson", ORDERS)));
        assertTrue(message.startsWith("source orders is not archived, since the stream alone"), message);
        assertTrue(shop.master().latest().isEmpty());
    }

    @Test
    void nothingImportedIsLateAndIdsCountOnceWithinAFile() {
        Shop plain = Shop.in(folder);
        Shop shop = plain.with(
                plain.source.with(LateEvents.EXCLUDE, Optional.of(new Deduplication("id", Duration.ofMinutes(10)))));
        List<String> repeated = List.of(
                ORDERS.get(0),
                order(1, "2001-01-01T10:05:00Z", "EU", "1.00", 1),
                order(1, "2001-01-01T11:00:00Z", "EU", "1.00", 1));
        shop.imports(lines("a.ndjson", repeated), lines("b.ndjson", List.of(ORDERS.get(0))));
        List<String> expected = List.of("0@0 ok", "0@1 duplicate", "0@2 ok", "1@0 ok");
        assertEquals(expected, verdicts(shop));
        shop.recompute();
        assertEquals(
                List.of(
                        "[2001-01-01,2001-01-01T10:00:00Z,EU,2,25.00,12.500000,3]",
                        "[2001-01-01,2001-01-01T11:00:00Z,EU,1,1.00,1.000000,1]"),
                shop.readable("revenue"));

        Shop longer = plain.with(
                plain.source.with(LateEvents.EXCLUDE, Optional.of(new Deduplication("id", Duration.ofHours(2)))));
        longer.archive();
        assertEquals(List.of("0@0 ok", "0@1 duplicate", "0@2 duplicate", "1@0 ok"), verdicts(longer));
        shop.archive();
        assertEquals(expected, verdicts(shop));
    }

    @Test
    void rowsAreJsonWhateverTheTopicHoldsAndStaySoWhenTheyAreJudgedAgain() {
        Shop json = Shop.in(folder);
        Shop avro = json.with(json.source.in(Format.AVRO));
        avro.send(
                0,
                List.of(avro.source
                        .format()
                        .writer(Shop.SCHEMA, "orders")
                        .write(ORDERS.get(0).getBytes())));
        avro.archive();
        avro.imports(lines("orders.ndjson", List.of(ORDERS.get(1), "nonsense", ORDERS.get(2))));
        List<String> before = events(avro);
        Schema wider = new Schema.Parser()
                .parse(Shop.SCHEMA
                        .toString()
                        .replace("\"quantity\",\"type\":\"int\"", "\"quantity\",\"type\":\"long\""));
        Shop later = avro.with(avro.source.by(wider));
        later.archive();
        assertEquals(before, events(later));
        assertEquals(1, later.rows(later.deployment.warehouse().deadLetters()).count());
        later.recompute();
        assertEquals(3, later.readable("revenue").size());
    }

    @Tag("thorough")
    @Test
    void anEventThatBecomesWellFormedLaterIsNotLate() {
        Shop plain = Shop.in(folder);
        Shop strict = plain.with(plain.source.with(LateEvents.EXCLUDE, Optional.empty()));
        strict.imports(lines(
                "orders.ndjson",
                List.of(
                        ORDERS.get(0),
                        "{\"id\": 5, \"at\": \"2001-01-01T10:00:00Z\", \"region\": \"EU\", \"quantity\": 1}")));
        assertEquals(List.of("0@0 ok", "0@1 malformed schema"), verdicts(strict));
        Schema kind = new Schema.Parser()
                .parse(Shop.SCHEMA.toString().replace("\"name\":\"amount\",", "\"name\":\"amount\",\"default\":\"\","));
        Shop later = strict.with(strict.source.by(kind));
        later.archive();
        assertEquals(List.of("0@0 ok", "0@1 ok"), verdicts(later));
        later.recompute();
        assertEquals(List.of("[2001-01-01,2001-01-01T10:00:00Z,EU,2,12.50,6.250000,3]"), later.readable("revenue"));
    }

    @Test
    void ofTwoAtOnceOneLosesTheRaceAndNothingIsThereTwice() throws Exception {
        Shop shop = Shop.in(folder);
        Path file = lines("orders.ndjson", ORDERS);
        Race race = new Race();
        race.hasOneWinner(() -> shop.imports(
                line -> {
                    if (line.contains("reading")) {
                        race.meet();
                    }
                },
                file));
        assertEquals(3, shop.rows(shop.master().table()).count());
        assertFalse(shop.imports(file).added());
    }

    @Test
    void whatIsArchivedWhileFilesAreReadIsKept() {
        Shop shop = Shop.in(folder);
        shop.send(0, ORDERS.get(0));
        shop.imports(
                line -> {
                    if (line.contains("reading")) {
                        shop.archive();
                    }
                },
                lines("orders.ndjson", ORDERS.subList(1, 3)));
        assertEquals(3, shop.rows(shop.master().table()).count());
        assertEquals(
                2, shop.master().latest().orElseThrow().commit().cut().logs().size());
    }

    @Test
    void killedItLeavesNothingOrTheWholeImport() {
        Shop shop = Shop.in(folder);
        Path file = lines("orders.ndjson", List.of(ORDERS.get(0), "nonsense"));
        assertThrows(
                Killed.class,
                () -> shop.imports(
                        line -> {
                            throw new Killed();
                        },
                        file));
        assertTrue(shop.master().latest().isEmpty());
        assertThrows(Killed.class, () -> shop.imports(Killed.at(Stage.IMPORTED), file));
        assertFalse(Files.exists(shop.deployment.warehouse().deadLetters()));
        assertFalse(shop.imports(file).added());
        assertEquals(2, shop.rows(shop.master().table()).count());
        assertEquals(1, shop.rows(shop.deployment.warehouse().deadLetters()).count());
    }

    @Tag("thorough")
    @Test
    void importedBeforeAnythingIsArchivedTheTopicStillBeginsWhereItsIncrementsDo() {
        Shop shop = Shop.in(folder);
        shop.send(0, "gone", ORDERS.get(0));
        shop.increments(0, 0, 2);
        shop.trim(0, 1);
        shop.imports(lines("orders.ndjson", ORDERS.subList(1, 3)));
        assertEquals(
                Instant.EPOCH, shop.master().latest().orElseThrow().commit().askedAt());
        shop.recompute();
        assertEquals(2, shop.readable("revenue").size());
        String message = refusal(shop::archive);
        assertTrue(message.contains("retention has deleted records") && message.contains("[0, 1)"), message);
        assertEquals(1, shop.archive(Shop.QUIET, true).records());
        shop.advance();
        assertEquals(3, shop.readable("revenue").size());
    }
}
