package dev.tidemark.serving.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Position;
import dev.tidemark.serving.Shop;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a spool gives back: all of it, or what comes before the first slice that cannot be used. */
class SpoolTest {

    private static final LogPartition PARTITION = new LogPartition("log", 0);
    private static final DefinitionSet SET =
            new DefinitionSet("v1-test", Shop.source("orders", "orders"), ZoneOffset.UTC, List.of());

    @TempDir
    Path directory;

    private SpoolHome home;
    private final Tail counted = counting();
    private long next;

    private static Tail counting() {
        Tail tail = new Tail(SET);
        tail.start(PARTITION, 0, 0);
        tail.beginSlices();
        return tail;
    }

    private static SpoolKey key(long publication) {
        return new SpoolKey("shop", "orders", "v1-test", "log", "increments", publication, Instant.EPOCH);
    }

    @BeforeEach
    void open() {
        home = SpoolHome.open(directory, SpoolPace.USUAL).orElseThrow();
    }

    @AfterEach
    void close() {
        home.close();
    }

    private Spool spool(long publication) {
        return home.spool(key(publication), SET);
    }

    /** Counts so many events more, and appends what is different. */
    private void append(Spool spool, int events) throws IOException {
        for (int i = 0; i < events; i++) {
            counted.add(new Increment(new Position("log", 0, next), next, 0, 0, List.of()));
            next++;
        }
        spool.append(counted.slice().orElseThrow(), Map.of(0, 10 * next));
    }

    /** How many events a start finds, and where it would go on. */
    private record Found(long events, Map<Integer, Long> resume) {}

    private Found load(Spool spool) {
        AtomicReference<Tail> tail = new AtomicReference<>(new Tail(SET));
        Map<Integer, Long> resume = spool.load(kept -> tail.set(Tail.of(SET, kept)));
        return new Found(tail.get().events(PARTITION).all(), resume);
    }

    private Found loadAgain() {
        try (Spool spool = spool(1)) {
            return load(spool);
        }
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("orders").resolve(key(1).folder()))) {
            return files.sorted().toList();
        }
    }

    @Test
    void whatWasSpooledIsFoundAgainAndGoesOn() throws Exception {
        try (Spool spool = spool(1)) {
            assertEquals(new Found(0, Map.of()), load(spool));
            append(spool, 3);
            append(spool, 4);
        }
        try (Spool again = spool(1)) {
            assertEquals(new Found(7, Map.of(0, 70L)), load(again));
            append(again, 2);
            assertEquals(3, again.size().slices());
            assertTrue(again.size().bytes() > 0);
            assertTrue(again.size().newest().isPresent());
        }
        assertEquals(new Found(9, Map.of(0, 90L)), loadAgain());
    }

    @Test
    void aSliceIsThereAsSoonAsItIsWrittenWithoutAnEnd() throws Exception {
        Path left = directory.resolve("left");
        try (Spool spool = spool(1)) {
            load(spool);
            append(spool, 3);
            append(spool, 4);
            // What a kill at this moment leaves.
            Files.createDirectories(left);
            for (Path file : files()) {
                Files.copy(file, left.resolve(file.getFileName()));
            }
            append(spool, 5);
        }
        try (Spool killed = new Spool(left, key(1), SET)) {
            assertEquals(new Found(7, Map.of(0, 70L)), load(killed));
        }
    }

    /** Whatever is damaged, an answer is never made of half a spool. */
    @Test
    void ofADamagedSpoolNothingIsTakenOrWhatWasThereAfterSomeSlice() throws Exception {
        try (Spool spool = spool(1)) {
            load(spool);
            append(spool, 3);
            append(spool, 4);
        }
        Map<Path, byte[]> good = new TreeMap<>();
        for (Path file : files()) {
            good.put(file, Files.readAllBytes(file));
        }
        Set<Found> possible =
                Set.of(new Found(0, Map.of()), new Found(3, Map.of(0, 30L)), new Found(7, Map.of(0, 70L)));
        for (Path damaged : good.keySet()) {
            int length = good.get(damaged).length;
            for (int at = 0; at < length; at += Math.max(1, length / 20)) {
                for (boolean cut : new boolean[] {false, true}) {
                    if (Files.exists(damaged.getParent())) {
                        SpoolHome.delete(damaged.getParent());
                    }
                    Files.createDirectories(damaged.getParent());
                    for (Map.Entry<Path, byte[]> file : good.entrySet()) {
                        Files.write(file.getKey(), file.getValue());
                    }
                    byte[] bytes = good.get(damaged).clone();
                    bytes[at] ^= 1;
                    Files.write(damaged, cut ? Arrays.copyOf(bytes, at) : bytes);
                    Found found = loadAgain();
                    assertTrue(possible.contains(found), damaged.getFileName() + " at " + at + ": " + found);
                }
            }
        }
    }

    @Test
    void whatIsRefusedIsDeleted() throws Exception {
        try (Spool spool = spool(1)) {
            load(spool);
            append(spool, 3);
        }
        try (Spool spool = spool(1)) {
            assertEquals(Map.of(), spool.load(kept -> {
                throw new IllegalArgumentException("it does not fit");
            }));
            assertEquals(Spool.Size.NONE, spool.size());
        }
        assertEquals(new Found(0, Map.of()), loadAgain());
    }

    @Test
    void whatIsOfAnotherKeyIsNotTakenAndOtherSpoolsOfTheSourceAreDeleted() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        try (Spool spool = new Spool(elsewhere, key(1), SET)) {
            load(spool);
            append(spool, 3);
        }
        try (Spool other = new Spool(elsewhere, key(2), SET)) {
            assertEquals(new Found(0, Map.of()), load(other));
        }
        loadAgain();
        spool(2);
        assertFalse(Files.exists(directory.resolve("orders").resolve(key(1).folder())));
    }

    @Test
    void aFolderThatAnotherProcessHasIsLeftAlone() throws Exception {
        loadAgain();
        assertEquals(Optional.empty(), SpoolHome.open(directory, SpoolPace.USUAL));
        home.keepSources(Set.of("orders"));
        assertTrue(Files.exists(directory.resolve("orders")));
        home.keepSources(Set.of());
        assertFalse(Files.exists(directory.resolve("orders")));
        assertTrue(Files.exists(directory.resolve("lock")));
        home.close();
        home = SpoolHome.open(directory, SpoolPace.USUAL).orElseThrow();
    }

    @Test
    void whereNothingCanBeWrittenNothingIsSpooled() throws Exception {
        Path file = Files.writeString(directory.resolve("file"), "no folder");
        assertEquals(Optional.empty(), SpoolHome.open(file.resolve("8686"), SpoolPace.USUAL));
    }
}
