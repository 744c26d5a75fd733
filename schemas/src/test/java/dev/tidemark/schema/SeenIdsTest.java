package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SeenIdsTest {

    private static final long WITHIN = 50;

    /** @param id null of a record that is no well-formed event, or that has no id */
    private record Entry(String id, long timestamp) {}

    private static List<Entry> random(Random random) {
        List<Entry> log = new ArrayList<>();
        long now = 1_000;
        for (int i = 0; i < 300; i++) {
            now += random.nextInt(4);
            // Some are stamped long before those around them, some after.
            long stamped = random.nextInt(10) == 0 ? now + random.nextInt(300) - 200 : now;
            log.add(new Entry(random.nextInt(12) == 0 ? null : "id-" + random.nextInt(30), stamped));
        }
        return log;
    }

    /** As the definition says it: the last earlier event with the id, if the partition's time has not gone on too far. */
    private static OptionalLong repeats(List<Entry> log, int offset) {
        String id = log.get(offset).id();
        if (id == null) {
            return OptionalLong.empty();
        }
        return IntStream.range(0, offset)
                .filter(earlier -> id.equals(log.get(earlier).id()))
                .filter(earlier -> time(log, offset) - time(log, earlier) <= WITHIN)
                .mapToLong(earlier -> earlier)
                .max();
    }

    private static long time(List<Entry> log, int offset) {
        return log.subList(0, offset + 1).stream()
                .mapToLong(Entry::timestamp)
                .max()
                .orElseThrow();
    }

    /** All ids that are kept fit into memory. */
    private static SeenIds inMemory() {
        return new SeenIds(Duration.ofMillis(WITHIN), SeenIds.IN_MEMORY, () -> {
            throw new IllegalStateException("there is room in memory");
        });
    }

    /** Buckets in maps, that hold whoever uses them to what they may do. */
    private static final class Buckets implements IdStore {

        private final TreeMap<Integer, Map<IdHash, Seen>> buckets = new TreeMap<>();
        private int dropped = -1;
        private boolean closed;
        private int asked;

        @Override
        public void put(int bucket, IdHash id, Seen seen) {
            assertTrue(bucket > dropped && (buckets.isEmpty() || bucket >= buckets.lastKey()), "bucket " + bucket);
            assertFalse(closed);
            buckets.computeIfAbsent(bucket, number -> new HashMap<>()).put(id, seen);
        }

        @Override
        public Optional<Seen> get(int bucket, IdHash id) {
            assertTrue(bucket > dropped && !closed, "bucket " + bucket);
            asked++;
            return Optional.ofNullable(buckets.get(bucket).get(id));
        }

        @Override
        public void dropThrough(int bucket) {
            assertFalse(closed);
            dropped = bucket;
            buckets.headMap(bucket, true).clear();
        }

        @Override
        public void close() {
            assertFalse(closed, "closed once");
            closed = true;
        }
    }

    private static OptionalLong offer(SeenIds ids, List<Entry> log, int offset) {
        Entry record = log.get(offset);
        ids.advance(record.timestamp());
        return record.id() == null ? OptionalLong.empty() : ids.repeats(record.id(), offset);
    }

    @Test
    void anEventRepeatsTheLastOneWithItsIdThatIsNotForgotten() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        List<Entry> log = random(new Random(seed));
        SeenIds ids = inMemory();
        long duplicates = 0;
        for (int offset = 0; offset < log.size(); offset++) {
            OptionalLong found = offer(ids, log, offset);
            assertEquals(repeats(log, offset), found, "offset " + offset);
            duplicates += found.isPresent() ? 1 : 0;
        }
        assertTrue(duplicates > 20 && duplicates < log.size() - 20, duplicates + " duplicates");
    }

    @Test
    void whoeverBeginsAnywhereReadsBackNoFurtherThanTheFirstRecordStampedSoAndKnowsTheSame() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        List<Entry> log = random(new Random(seed));
        for (int start = 0; start < log.size(); start++) {
            long stamped = log.get(start).timestamp() - WITHIN;
            int begin = IntStream.range(0, log.size())
                    .filter(offset -> log.get(offset).timestamp() >= stamped)
                    .findFirst()
                    .orElseThrow();
            SeenIds ids = inMemory();
            for (int offset = Math.min(begin, start); offset < log.size(); offset++) {
                OptionalLong found = offer(ids, log, offset);
                if (offset >= start) {
                    assertEquals(repeats(log, offset), found, "offset " + offset + ", begun at " + start);
                }
            }
        }
    }

    @RepeatedTest(20)
    void howManyAreInMemoryMakesNoDifference() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        List<Entry> log = random(random);
        List<Buckets> stores = new ArrayList<>();
        try (SeenIds ids = new SeenIds(Duration.ofMillis(WITHIN), 1 + random.nextInt(5), () -> {
            stores.add(new Buckets());
            return stores.get(stores.size() - 1);
        })) {
            for (int offset = 0; offset < log.size(); offset++) {
                assertEquals(repeats(log, offset), offer(ids, log, offset), "offset " + offset);
            }
        }
        assertEquals(1, stores.size());
        assertTrue(stores.get(0).closed && stores.get(0).dropped > 0, "dropped up to " + stores.get(0).dropped);
    }

    @Test
    void manyIdsInMemoryAreFoundAsTheirTableGrowsAndTheyAreForgotten() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        SeenIds ids = new SeenIds(Duration.ofMillis(5_000), 20_000, () -> {
            throw new IllegalStateException("there is room in memory");
        });
        Map<Integer, Integer> last = new HashMap<>();
        for (int offset = 0; offset < 60_000; offset++) {
            int id = random.nextInt(20_000);
            ids.advance(offset);
            Integer before = last.put(id, offset);
            boolean repeats = before != null && before >= offset - 5_000;
            assertEquals(repeats ? OptionalLong.of(before) : OptionalLong.empty(), ids.repeats("id-" + id, offset));
        }
        assertTrue(ids.size() <= 5_001, ids.size() + " ids");
    }

    @Test
    void idsThatWereGivenUpAreNotUsed() {
        SeenIds ids = inMemory();
        ids.close();
        ids.close();
        assertThrows(IllegalStateException.class, () -> ids.advance(0));
        assertThrows(IllegalStateException.class, () -> ids.repeats("a", 0));
    }

    @Test
    void mostNewIdsAreNotLookedForOnDisk() {
        Buckets disk = new Buckets();
        try (SpilledIds ids = new SpilledIds(10_000, () -> disk)) {
            Random random = new Random(1);
            List<IdHash> added = Stream.generate(() -> new IdHash(random.nextLong(), random.nextLong()))
                    .limit(20_000)
                    .toList();
            added.forEach(id -> ids.add(id, new IdStore.Seen(1, 1)));
            assertTrue(added.stream().allMatch(id -> ids.find(id, 0).isPresent()));
            int before = disk.asked;
            assertTrue(Stream.generate(() -> new IdHash(random.nextLong(), random.nextLong()))
                    .limit(100_000)
                    .allMatch(id -> ids.find(id, 0).isEmpty()));
            int asked = disk.asked - before;
            assertTrue(asked < 2_000, asked + " of 100,000, in two buckets");
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {SeenIds.IN_MEMORY, 3})
    void idsAreForgottenSoThatWhatIsKeptIsBounded(int inMemory) {
        SeenIds ids = new SeenIds(Duration.ofMillis(WITHIN), inMemory, Buckets::new);
        for (int offset = 0; offset < 10_000; offset++) {
            ids.advance(offset);
            ids.repeats("id-" + offset, offset);
            // A bucket is dropped when the newest in it is forgotten.
            assertTrue(ids.size() <= WITHIN + 1 + 3, ids.size() + " ids at " + offset);
        }
    }
}
