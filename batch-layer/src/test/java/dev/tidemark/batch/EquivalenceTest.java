package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.RankedItem;
import dev.tidemark.view.Cause;
import dev.tidemark.view.Measure;
import dev.tidemark.view.Publication;
import dev.tidemark.view.Publication.SegmentRef;
import dev.tidemark.view.View;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is published is what a plain fold over the same events gives: with any events, in any timezone, in several runs of
 * which some compute days in full and some merge what is new.
 */
class EquivalenceTest {

    private static final int RUNS = 3;
    private static final int EVENTS_A_RUN = 150;

    /** Clocks change in Berlin and in St. John's within the days after it. */
    private static final Instant AROUND = Instant.parse("2001-03-25T00:00:00Z");

    private static final String[] REGIONS = {"\"eu\"", "\"EU\"", "\"us\"", "\"süd\"", "\"\"", "null"};

    @TempDir
    Path folder;

    @Test
    void segmentsAndReadableTablesEqualAPlainFold() {
        equalAPlainFold("America/St_Johns");
    }

    @Tag("thorough")
    @Test
    void soTheyDoEastOfGreenwich() {
        equalAPlainFold("Europe/Berlin");
    }

    private void equalAPlainFold(String zone) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed + " in " + zone);
        Random random = new Random(seed);
        Shop shop = Shop.withAllViews(folder, ZoneId.of(zone));
        PlainFold fold = new PlainFold(shop);
        for (int run = 0; run < RUNS; run++) {
            for (int partition = 0; partition < 2; partition++) {
                List<String> values = new ArrayList<>();
                for (int i = 0; i < EVENTS_A_RUN / 2; i++) {
                    values.add(random(random));
                }
                shop.send(partition, values.toArray(String[]::new));
                for (String value : values) {
                    fold.add(partition, value);
                }
            }
            shop.archive();
            publish(shop, run, random);
        }
        Definitions.resolve(shop.deployment).get(0).streamed().views().forEach(view -> {
            requireSameRows(shop, fold, view);
            requireSameBuckets(shop, fold, view);
        });
    }

    /** First by a recompute, in the end by an advance, and between them by whatever comes. */
    private static void publish(Shop shop, int run, Random random) {
        boolean advances = run > 0 && (run == RUNS - 1 || random.nextBoolean());
        System.out.println(advances ? "advance" : "recompute");
        Recompute.Report report = advances ? shop.advance() : shop.recompute();
        assertTrue(report.published());
        assertEquals(
                advances ? Cause.ADVANCE : Cause.RECOMPUTE, shop.published().cause());
    }

    static String random(Random random) {
        if (random.nextInt(15) == 0) {
            return random.nextBoolean() ? "{\"id\": " + random.nextInt() : "{\"id\": 1, \"at\": \"yesterday\"}";
        }
        Instant at = AROUND.plusMillis((long) (random.nextGaussian() * 3 * 86_400_000));
        return """
                {"id": %d, "at": "%s", "region": %s, "status": "%s", "amount": %d.%02d, "quantity": %d, "weight": %s}"""
                .formatted(
                        random.nextInt(),
                        at,
                        REGIONS[random.nextInt(REGIONS.length)],
                        random.nextInt(5) == 0 ? "TEST" : "OPEN",
                        random.nextInt(20_000) - 10_000,
                        random.nextInt(100),
                        random.nextInt(8) == 0 ? 0 : random.nextInt() / 2,
                        random.nextInt(4) == 0 ? "null" : Double.toString(random.nextGaussian() * 1e6));
    }

    static void requireSameRows(Shop shop, PlainFold fold, View view) {
        int keys = (view.session().isPresent() ? 2 : 1) + view.dimensions().size();
        Map<List<Object>, Object[]> expected = new HashMap<>(fold.cells(view));
        for (Row row : shop.rows(shop.deployment.warehouse().view(view.name())).collectAsList()) {
            List<Object> key = new ArrayList<>();
            for (int i = 0; i < keys; i++) {
                key.add(row.get(1 + i));
            }
            Instant start = row.getInstant(1);
            assertEquals(start.atZone(shop.deployment.zone()).toLocalDate(), row.getAs("day"));
            Object[] partials = expected.remove(key);
            assertTrue(partials != null, () -> view.name() + " has a row that nothing explains: " + row);
            for (int i = 0; i < partials.length; i++) {
                Measure measure = view.measures().get(i);
                Object wanted = measure.algebra().finish(partials[i]);
                assertTrue(
                        measure.algebra().accepts(partials[i], result(row, 1 + keys + i)),
                        () -> measure.name() + " of " + view.name() + ": " + row + ", not " + wanted);
            }
        }
        assertEquals(Set.of(), expected.keySet(), view.name() + " lacks rows");
    }

    private static Object result(Row row, int column) {
        if (!(row.schema().apply(column).dataType() instanceof ArrayType)) {
            return row.get(column);
        }
        return row.<Row>getList(column).stream()
                .map(item -> new RankedItem(item.get(0), item.getLong(1)))
                .toList();
    }

    private static void requireSameBuckets(Shop shop, PlainFold fold, View view) {
        Publication published = shop.published();
        Map<LocalDate, SegmentRef> segments = published.segmentsOf(view.name());
        assertEquals(
                fold.cells(view).size(),
                segments.values().stream().mapToLong(SegmentRef::cells).sum());
        String log = shop.master().latest().orElseThrow().commit().log();
        for (int partition = 0; partition < 2; partition++) {
            Map<Bucket, Long> sum = new HashMap<>();
            for (SegmentRef segment : segments.values()) {
                segment.buckets()
                        .getOrDefault(log, Map.of())
                        .getOrDefault(partition, Map.of())
                        .forEach((bucket, count) -> sum.merge(bucket, count, Long::sum));
            }
            sum.put(
                    Bucket.MALFORMED,
                    published
                            .source("orders")
                            .orElseThrow()
                            .malformed()
                            .get(log)
                            .getOrDefault(partition, 0L));
            for (Bucket bucket : Bucket.values()) {
                assertEquals(
                        fold.buckets(view.name(), partition).apply(bucket),
                        sum.getOrDefault(bucket, 0L),
                        bucket + " events of partition " + partition + " in " + view.name());
            }
        }
    }
}
