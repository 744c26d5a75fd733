package dev.tidemark.batch;

import static org.apache.spark.sql.functions.base64;
import static org.apache.spark.sql.functions.col;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.broker.LocalSchemaRegistry;
import dev.tidemark.deployment.InvalidDeploymentException;
import dev.tidemark.deployment.RefusedException;
import dev.tidemark.schema.Format;
import dev.tidemark.schema.SchemaRegistry;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Input;
import dev.tidemark.view.Replay;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is archived is judged again when the schema or the rules change, as if its bytes were archived today. */
class RejudgementTest {

    /** {@link Shop#SCHEMA} with a wider quantity, two fields more and a status less. */
    private static final Schema LATER = new Schema.Parser()
            .parse(
                    """
                    {"type": "record", "name": "Order", "fields": [
                      {"name": "channel", "type": "string", "default": "WEB"},
                      {"name": "id", "type": "long"},
                      {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
                      {"name": "region", "type": ["null", "string"], "default": null},
                      {"name": "amount", "type": {"type": "bytes", "logicalType": "decimal", "precision": 12, "scale": 2},
                       "default": "\\u0000"},
                      {"name": "quantity", "type": "long"},
                      {"name": "weight", "type": ["null", "double"], "default": null},
                      {"name": "status", "type": "string", "default": "OPEN"},
                      {"name": "shipped", "type": ["null", {"type": "long", "logicalType": "timestamp-millis"}],
                       "default": null}]}""");

    private static final String EARLY = Shop.order(1, "2026-01-01T10:00:00Z", "EU", "10.00", 2);
    private static final String LATE = Shop.order(2, "2026-01-02T10:00:00Z", null, "5.50", 3);
    private static final String WITHOUT_AMOUNT = "{\"id\": 3, \"at\": \"2026-01-03T10:00:00Z\", \"quantity\": 1}";
    private static final String NONSENSE = "nonsense";

    @TempDir
    Path folder;

    @TempDir
    Path today;

    private static Shop by(Shop shop, Schema schema) {
        return shop.with(shop.source.by(schema));
    }

    /** Everything that is kept of a source, row by row, and what the newest commit says of it. */
    private static List<String> kept(Shop shop) {
        Dataset<Row> master = shop.rows(shop.master().table());
        ArchiveCommit commit = shop.master().latest().orElseThrow().commit();
        return Stream.of(
                        lines(master),
                        letters(shop),
                        Stream.of(
                                master.schema().treeString(),
                                commit.judgedBy(),
                                commit.cut().toString(),
                                commit.malformed().toString(),
                                commit.archived().toString(),
                                commit.newestRecord().toString()))
                .flatMap(lines -> lines)
                .toList();
    }

    private static Stream<String> letters(Shop shop) {
        Path table = shop.deployment.warehouse().deadLetters();
        return Files.exists(table) ? lines(shop.rows(table).drop("archived_at")) : Stream.of();
    }

    private static Stream<String> lines(Dataset<Row> rows) {
        return rows.withColumn("value", base64(col("value"))).collectAsList().stream()
                .map(Row::toString)
                .sorted();
    }

    private void requireAsIfArchivedToday(Shop shop) {
        Shop anew = shop.anew(today);
        anew.archive();
        assertEquals(kept(anew), kept(shop));
        shop.recompute();
        anew.recompute();
        assertEquals(anew.readable("revenue"), shop.readable("revenue"));
        assertEquals(
                anew.published().source("orders").orElseThrow().malformed(),
                shop.published().source("orders").orElseThrow().malformed());
    }

    @Test
    void jsonEventsTakeTheDefaultsAndTypesOfTheNewSchema() {
        Shop shop = Shop.in(folder);
        shop.send(0, EARLY, WITHOUT_AMOUNT, NONSENSE);
        shop.send(1, LATE);
        shop.archive();
        shop.recompute();
        Shop later = by(shop, LATER);
        shop.send(1, "{\"id\": 4, \"at\": \"2026-01-04T10:00:00Z\", \"quantity\": 5000000000, \"channel\": \"SHOP\"}");
        Archive.Archived archived = later.archive();
        assertEquals(1, archived.records());
        requireAsIfArchivedToday(later);
        assertEquals(
                List.of("WEB", "WEB", "WEB", "SHOP"),
                later
                        .rows(later.master().table())
                        .where(col("verdict").equalTo("ok"))
                        .orderBy("event_time")
                        .select("event.channel")
                        .collectAsList()
                        .stream()
                        .map(row -> row.getString(0))
                        .toList());
    }

    @Tag("thorough")
    @Test
    void withoutNewRecordsItIsJudgedAgainTooAndOnlyOnce() {
        Shop shop = Shop.in(folder);
        shop.send(0, EARLY, NONSENSE);
        shop.archive();
        Shop later = by(shop, LATER);
        long version = later.archive().version();
        assertEquals(version, later.archive().version());
        requireAsIfArchivedToday(later);
        String properties = later.spark()
                .sql("SHOW TBLPROPERTIES delta.`" + later.master().table() + "`")
                .collectAsList()
                .toString();
        assertTrue(properties.contains("[delta.enableExpiredLogCleanup,false]"), properties);
    }

    @Tag("thorough")
    @Test
    void eventsMoveToTheDaysOfAnotherEventTime() {
        Shop shop = Shop.in(folder);
        shop.send(0, EARLY.replace("}", ", \"booked\": \"2025-12-24T00:00:00Z\"}"), EARLY);
        shop.archive();
        String booked = "{\"name\":\"booked\",\"default\":0,\"type\":"
                + LATER.getField("at").schema() + "}";
        Schema withBooked =
                new Schema.Parser().parse(LATER.toString().replace("\"fields\":[", "\"fields\":[" + booked + ","));
        Source source = shop.source;
        Shop byBooking = shop.with(new Source(
                source.name(),
                source.topic(),
                withBooked,
                "booked",
                source.key(),
                source.allowedLateness(),
                source.earliest(),
                source.horizon()));
        byBooking.archive();
        requireAsIfArchivedToday(byBooking);
        assertEquals(1, malformed(byBooking), "booked at the default, before the earliest time");
        assertEquals(
                List.of("2025-12-24"),
                byBooking.readable("revenue").stream()
                        .map(row -> row.substring(1, "[2025-12-24".length()))
                        .toList());
    }

    @Tag("thorough")
    @Test
    void otherRulesMakeOthersMalformed() {
        Shop shop = Shop.in(folder);
        shop.send(0, EARLY, Shop.order(9, "2050-01-01T00:00:00Z", "EU", "1", 1));
        shop.archive();
        Source source = shop.source;
        Shop strict = shop.with(new Source(
                source.name(),
                source.topic(),
                source.schema(),
                source.eventTime(),
                source.key(),
                source.allowedLateness(),
                source.earliest(),
                Duration.ofHours(1)));
        RefusedException refusal = assertThrows(RefusedException.class, strict::recompute);
        assertTrue(
                refusal.getMessage().contains("judging rules of source orders have changed")
                        && refusal.getMessage().contains("run `tidemark archive`, which judges again"),
                refusal.getMessage());
        strict.archive();
        requireAsIfArchivedToday(strict);
        // And back again.
        shop.archive();
        assertEquals(0, malformed(shop));
    }

    private static long malformed(Shop shop) {
        return shop.rows(shop.master().table())
                .where(col("verdict").equalTo("malformed"))
                .count();
    }

    @Test
    void plainAvroIsReadByTheSchemaThatItWasArchivedUnder() {
        Shop json = Shop.in(folder);
        Shop first = json.with(json.source.in(Format.AVRO));
        first.send(0, avro(first, EARLY, NONSENSE));
        first.archive();
        first.send(1, avro(first, LATE));
        first.archive();
        Shop second = by(first, LATER);
        second.send(0, avro(second, Shop.order(5, "2026-01-05T10:00:00Z", "US", "1.25", 4)));
        second.archive();
        Shop third = by(
                second,
                new Schema.Parser().parse(LATER.toString().replace("\"name\":\"channel\"", "\"name\":\"way\"")));
        third.archive();
        assertEquals(
                List.of("[WEB,1,10.00,2]", "[WEB,2,5.50,3]", "[WEB,5,1.25,4]"),
                third
                        .rows(third.master().table())
                        .where(col("verdict").equalTo("ok"))
                        .orderBy("event_time")
                        .select("event.way", "event.id", "event.amount", "event.quantity")
                        .collectAsList()
                        .stream()
                        .map(Row::toString)
                        .toList());
        assertEquals(1, malformed(third));
        assertEquals(2, third.master().latest().orElseThrow().commit().schemas().size());
        third.recompute();
        Replay fromLog = third.replays(Shop.QUIET)
                .create(new ReplayRequest(
                        LocalDate.of(2026, 1, 1), LocalDate.of(2027, 1, 1), List.of("revenue"), Input.LOG));
        assertTrue(fromLog.differences().get(0).isSame(), "the topic is read by the same schemas");
    }

    private static List<byte[]> avro(Shop shop, String... orders) {
        var writer = shop.source.format().writer(shop.source.schema(), shop.source.topic());
        return Stream.of(orders)
                .map(order -> writer.write(order.getBytes(StandardCharsets.UTF_8)))
                .toList();
    }

    @Tag("thorough")
    @Test
    void confluentsFormatIsReadByTheSchemaOfItsId() {
        try (LocalSchemaRegistry registry = LocalSchemaRegistry.start()) {
            Shop json = Shop.in(folder);
            Format format = new Format.ConfluentAvro(
                    Optional.of(new SchemaRegistry(registry.url(), Optional.empty(), registry.url())));
            Shop first = json.with(json.source.in(format));
            Shop second = by(first, LATER);
            first.send(0, avro(first, EARLY, NONSENSE));
            first.send(0, avro(second, LATE));
            first.archive();
            assertEquals(2, malformed(first), "a long is no int, though this one would fit");
            second.send(1, avro(second, Shop.order(5, "2026-01-05T10:00:00Z", "US", "1.25", 4)));
            second.send(1, avro(first, Shop.order(6, "2026-01-05T11:00:00Z", "US", "1.25", 4)));
            second.archive();
            requireAsIfArchivedToday(second);
            assertEquals(1, malformed(second));
        }
    }

    @Test
    void anIncompatibleSchemaOrAnotherFormatIsRefusedAndChangesNothing() {
        Shop shop = Shop.in(folder);
        shop.send(0, EARLY);
        shop.archive();
        List<String> before = kept(shop);
        Shop narrower = by(
                shop,
                new Schema.Parser()
                        .parse(Shop.SCHEMA
                                .toString()
                                .replace("\"precision\":10,\"scale\":2", "\"precision\":10,\"scale\":3")));
        String message = assertThrows(InvalidDeploymentException.class, narrower::archive)
                .getMessage();
        assertTrue(
                message.contains("amount: is decimal(10,3), but was decimal(10,2) in earlier events; accepted is"),
                message);
        Shop avro = shop.with(shop.source.in(Format.AVRO));
        message = assertThrows(InvalidDeploymentException.class, avro::archive).getMessage();
        assertTrue(message.contains("format: is now avro, but events were archived as json"), message);
        assertEquals(before, kept(shop));
    }

    @Tag("thorough")
    @Test
    void anAppendInBetweenWinsAndNothingIsThereTwice() {
        Shop shop = Shop.in(folder);
        shop.send(0, EARLY);
        shop.archive();
        Shop later = by(shop, LATER);
        Progress appendsMeanwhile = line -> {
            if (line.contains("judging what is archived again")) {
                shop.send(0, LATE);
                shop.archive();
            }
        };
        assertThrows(LostRaceException.class, () -> later.archive(appendsMeanwhile, false));
        later.archive();
        assertEquals(2, later.rows(later.master().table()).count());
        requireAsIfArchivedToday(later);
    }

    @Test
    void aRecomputeThatMayHaveReadBothJudgementsIsLost() {
        Shop shop = Shop.in(folder);
        shop.send(0, EARLY);
        shop.archive();
        Shop later = by(shop, LATER);
        Progress judgesMeanwhile = line -> {
            if (line.contains("recomputing")) {
                later.archive();
            }
        };
        assertThrows(LostRaceException.class, () -> shop.recompute(new Selection.Touched(), judgesMeanwhile));
        assertTrue(shop.published().isNone());
    }
}
