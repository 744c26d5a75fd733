package dev.tidemark.schema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

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
        SeenIds ids = new SeenIds(Duration.ofMillis(WITHIN));
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
            SeenIds ids = new SeenIds(Duration.ofMillis(WITHIN));
            for (int offset = Math.min(begin, start); offset < log.size(); offset++) {
                OptionalLong found = offer(ids, log, offset);
                if (offset >= start) {
                    assertEquals(repeats(log, offset), found, "offset " + offset + ", begun at " + start);
                }
            }
        }
    }

    @Test
    void idsAreForgottenSoThatMemoryIsBounded() {
        SeenIds ids = new SeenIds(Duration.ofMillis(WITHIN));
        for (int offset = 0; offset < 10_000; offset++) {
            ids.advance(offset);
            ids.repeats("id-" + offset, offset);
            assertTrue(ids.size() <= WITHIN + 1, ids.size() + " ids at " + offset);
        }
    }
}
