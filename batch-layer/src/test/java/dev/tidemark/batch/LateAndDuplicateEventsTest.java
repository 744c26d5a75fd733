package dev.tidemark.batch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Deduplication;
import dev.tidemark.schema.LateEvents;
import dev.tidemark.schema.Source;
import dev.tidemark.view.Publication.SegmentRef;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Late events and duplicates in the batch layer: whichever runs have archived and recomputed them, on whichever days. */
class LateAndDuplicateEventsTest {

    private static final int PARTITIONS = 2;
    private static final int RUNS = 2;
    private static final int EVENTS_A_RUN = 60;
    private static final Instant BEGIN = Instant.parse("2026-03-01T23:00:00Z");

    @TempDir
    Path folder;

    /**
     * A record that was sent.
     *
     * @param id null of a malformed one
     */
    private record Sent(Long id, Instant recorded, Instant at) {

        String json() {
            return id == null ? "{" : Shop.order(id, at.toString(), "EU", "1.00", 1);
        }
    }

    private final List<List<Sent>> sent = new ArrayList<>(List.of(new ArrayList<>(), new ArrayList<>()));

    @ParameterizedTest
    @EnumSource(names = {"DEFER", "EXCLUDE"})
    void everyRecordIsInTheBucketThatTheLogSays(LateEvents treatment) {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Shop plain = Shop.in(folder);
        Shop shop = plain.with(plain.source.with(treatment, within(Duration.ofMinutes(10))));
        Instant now = BEGIN;
        for (int run = 0; run < RUNS; run++) {
            for (int partition = 0; partition < PARTITIONS; partition++) {
                send(shop, partition, random, now);
            }
            now = now.plus(Duration.ofMinutes(EVENTS_A_RUN));
            shop.archive();
            shop.recompute();
            requireBuckets(shop);
        }
        requireVerdicts(shop);

        Shop longer = plain.with(plain.source.with(treatment, within(Duration.ofMinutes(30))));
        longer.archive();
        requireVerdicts(longer);
        longer.recompute();
        requireBuckets(longer);
    }

    private static Optional<Deduplication> within(Duration within) {
        return Optional.of(new Deduplication("id", within));
    }

    /** One a minute; some twice, some late, some stamped out of order, some malformed. */
    private void send(Shop shop, int partition, Random random, Instant from) {
        List<Map.Entry<Long, String>> records = new ArrayList<>();
        for (int i = 0; i < EVENTS_A_RUN; i++) {
            Instant recorded = from.plusSeconds(60L * i - (random.nextInt(8) == 0 ? random.nextInt(1500) : 0));
            Instant at = recorded.minusSeconds(random.nextInt(6) == 0 ? random.nextInt(90_000) : random.nextInt(60));
            Long id = random.nextInt(15) == 0 ? null : (long) random.nextInt(25);
            Sent record = new Sent(id, recorded, at);
            sent.get(partition).add(record);
            records.add(Map.entry(recorded.toEpochMilli(), record.json()));
        }
        shop.sendAt(partition, records);
    }

    private Bucket bucket(Source source, int partition, int offset) {
        List<Sent> log = sent.get(partition);
        Sent record = log.get(offset);
        if (record.id() == null) {
            return Bucket.MALFORMED;
        }
        Duration within = source.deduplication().orElseThrow().within();
        for (int earlier = 0; earlier < offset; earlier++) {
            boolean same = record.id().equals(log.get(earlier).id());
            if (same && time(log, offset).minus(within).compareTo(time(log, earlier)) <= 0) {
                return Bucket.DUPLICATE;
            }
        }
        boolean late = record.recorded().isAfter(record.at().plus(source.allowedLateness()));
        return late && source.lateEvents() == LateEvents.EXCLUDE ? Bucket.EXCLUDED : Bucket.COUNTED;
    }

    /** The newest timestamp so far. */
    private static Instant time(List<Sent> log, int offset) {
        return log.subList(0, offset + 1).stream()
                .map(Sent::recorded)
                .max(Instant::compareTo)
                .orElseThrow();
    }

    private Map<Bucket, Long> expected(Source source, int partition) {
        Map<Bucket, Long> buckets = new EnumMap<>(Bucket.class);
        for (int offset = 0; offset < sent.get(partition).size(); offset++) {
            buckets.merge(bucket(source, partition, offset), 1L, Long::sum);
        }
        return buckets;
    }

    private void requireBuckets(Shop shop) {
        String log = shop.master().latest().orElseThrow().commit().log();
        var state = shop.published().source("orders").orElseThrow();
        long counted = 0;
        for (int partition = 0; partition < PARTITIONS; partition++) {
            Map<Bucket, Long> found = new EnumMap<>(Bucket.class);
            for (SegmentRef segment : shop.published().segmentsOf("revenue").values()) {
                segment.buckets()
                        .getOrDefault(log, Map.of())
                        .getOrDefault(partition, Map.of())
                        .forEach((bucket, events) -> found.merge(bucket, events, Long::sum));
            }
            found.put(Bucket.MALFORMED, state.malformed().get(log).getOrDefault(partition, 0L));
            found.values().removeIf(events -> events == 0);
            Map<Bucket, Long> expected = expected(shop.source, partition);
            assertEquals(expected, found, "partition " + partition);
            assertEquals(
                    (long) sent.get(partition).size(), state.records().get(log).get(partition));
            counted += expected.getOrDefault(Bucket.COUNTED, 0L);
        }
        long inRows = shop.rows(shop.deployment.warehouse().view("revenue")).collectAsList().stream()
                .mapToLong(row -> row.<Long>getAs("orders"))
                .sum();
        assertEquals(counted, inRows);
    }

    private void requireVerdicts(Shop shop) {
        Map<String, String> found = new HashMap<>();
        for (Row row : shop.rows(shop.master().table()).collectAsList()) {
            found.put(row.getAs("partition") + ":" + row.getAs("offset"), row.getAs("verdict"));
        }
        Map<String, String> expected = new TreeMap<>();
        for (int partition = 0; partition < PARTITIONS; partition++) {
            for (int offset = 0; offset < sent.get(partition).size(); offset++) {
                expected.put(
                        partition + ":" + offset,
                        switch (bucket(shop.source, partition, offset)) {
                            case MALFORMED -> "malformed";
                            case DUPLICATE -> "duplicate";
                            default -> "ok";
                        });
            }
        }
        assertEquals(expected, new TreeMap<>(found));
        assertTrue(found.containsValue("duplicate"));
    }
}
