package dev.tidemark.compile.ids;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.IdHash;
import dev.tidemark.schema.IdStore.Seen;
import dev.tidemark.schema.SeenIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskIdsTest {

    private static final long WITHIN = 400;

    @TempDir
    Path folder;

    private DiskIds open() {
        try {
            return DiskIds.open(Files.createDirectories(folder.resolve("ids")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** docs/duplicates.md, word for word. */
    private static final class Model {

        private final Map<String, Seen> last = new HashMap<>();
        private long time = Long.MIN_VALUE;

        OptionalLong repeats(String id, long timestamp, long offset) {
            time = Math.max(time, timestamp);
            Seen before = last.put(id, new Seen(time, offset));
            return before != null && time - before.time() <= WITHIN
                    ? OptionalLong.of(before.offset())
                    : OptionalLong.empty();
        }
    }

    @RepeatedTest(3)
    void idsOnDiskCountOnceAsThoseInMemoryDo() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        Model model = new Model();
        long duplicates = 0;
        long now = 1_000_000;
        try (SeenIds ids = new SeenIds(Duration.ofMillis(WITHIN), 1 + random.nextInt(20), this::open)) {
            for (int offset = 0; offset < 20_000; offset++) {
                now += random.nextInt(3) + (random.nextInt(2_000) == 0 ? 2 * WITHIN : 0);
                long stamped = random.nextInt(10) == 0 ? now + random.nextInt(300) - 200 : now;
                String id = "id-" + random.nextInt(1_500);
                ids.advance(stamped);
                OptionalLong repeats = model.repeats(id, stamped, offset);
                assertEquals(repeats, ids.repeats(id, offset), "offset " + offset);
                duplicates += repeats.isPresent() ? 1 : 0;
            }
        }
        assertTrue(duplicates > 1_000 && duplicates < 19_000, duplicates + " duplicates");
        assertFalse(Files.exists(folder.resolve("ids")), "deleted");
    }

    /** Of more ids than a write buffer holds, so that there are files, and such as hold two buckets. */
    @Test
    void bucketsAreDroppedAndWhatIsLeftIsFound() {
        int aBucket = 150_000;
        try (DiskIds ids = open()) {
            for (int i = 0; i < 6 * aBucket; i++) {
                ids.put(i / aBucket, hash(i), new Seen(i, 2L * i));
            }
            ids.dropThrough(1);
            ids.dropThrough(3);
            for (int i = 4 * aBucket; i < 6 * aBucket; i++) {
                assertEquals(Optional.of(new Seen(i, 2L * i)), ids.get(i / aBucket, hash(i)));
                assertEquals(Optional.empty(), ids.get(9 - i / aBucket, hash(i)));
            }
        }
    }

    private static IdHash hash(long number) {
        return new IdHash(number * 0x9E3779B97F4A7C15L, number);
    }

    @Test
    void whatWasPutLastCounts() {
        try (DiskIds ids = open()) {
            ids.put(7, hash(1), new Seen(-5, 1));
            ids.put(7, hash(1), new Seen(-4, 2));
            assertEquals(Optional.of(new Seen(-4, 2)), ids.get(7, hash(1)));
            assertEquals(Optional.empty(), ids.get(6, hash(1)));
            assertEquals(Optional.empty(), ids.get(7, hash(2)));
        }
    }

    @Test
    void whatIsClosedIsNeverUsedAndMayBeClosedAgain() {
        DiskIds ids = open();
        ids.close();
        ids.close();
        assertThrows(IllegalStateException.class, () -> ids.put(0, hash(1), new Seen(0, 0)));
        assertThrows(IllegalStateException.class, () -> ids.get(0, hash(1)));
        assertThrows(IllegalStateException.class, () -> ids.dropThrough(0));
    }

    @Test
    void whereNothingCanBeWrittenItSaysSo() throws IOException {
        Path file = Files.createFile(folder.resolve("a file"));
        assertThrows(IOException.class, () -> DiskIds.open(file));
    }

    @Test
    void onlyWhatAKilledProcessHasLeftIsDeleted() throws IOException {
        IdFolders killed = IdFolders.in(folder);
        Path left = Files.createFile(killed.create().resolve("file"));
        IdFolders alive = IdFolders.in(folder);
        Path used = alive.create();
        Path being = Files.createDirectory(folder.resolve("tidemark-ids-being-made"));
        killed.release();
        IdFolders.deleteStale(folder);
        assertFalse(Files.exists(left));
        try (Stream<Path> homes = Files.list(folder)) {
            assertEquals(2, homes.filter(Files::exists).count());
        }
        assertTrue(Files.exists(used) && Files.exists(being));
        alive.release();
    }

    @Test
    void thisProcesssFoldersAreItsOwn() {
        try (DiskIds one = DiskIds.open();
                DiskIds other = DiskIds.open()) {
            one.put(0, hash(1), new Seen(1, 1));
            IdFolders.deleteStale();
            assertEquals(Optional.empty(), other.get(0, hash(1)));
            assertEquals(Optional.of(new Seen(1, 1)), one.get(0, hash(1)));
        }
    }
}
