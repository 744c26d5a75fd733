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
import dev.tidemark.view.TailSlicer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
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

    private StoredSlice slice(int events) {
        for (int i = 0; i < events; i++) {
            counted.add(new Increment(new Position("log", 0, next), next, 0, 0, List.of()));
            next++;
        }
        TailSlicer slicer = new TailSlicer(SET);
        slicer.add(counted.take().orElseThrow());
        return new StoredSlice(slicer.slice().orElseThrow(), Map.of(0, 10 * next));
    }

    /** How many events a start finds, and where it would go on. */
    private record Found(long events, Map<Integer, Long> resume) {}

    private Found load(Spool spool) {
        Tail tail = new Tail(SET);
        Map<Integer, Long> resume = spool.load(tail::add);
        return new Found(tail.events(PARTITION).all(), resume);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve("orders").resolve(key(1).folder()))) {
            return files.sorted().toList();
        }
    }

    private static List<String> names(List<Path> files) {
        return files.stream().map(file -> file.getFileName().toString()).toList();
    }

    /** Two files of a slice each, which were merged and are there as before too. */
    private void killedWhileMerging() throws IOException {
        Spool spool = spool(1);
        spool.load(slice -> {});
        spool.append(slice(3));
        Path first = files().get(0);
        byte[] before = Files.readAllBytes(first);
        spool.append(slice(4));
        assertEquals(List.of("0000000001-0000000002.slice"), names(files()), "merged");
        Files.write(first, before);
    }

    @Test
    void whatWasSpooledIsFoundAgainAndGoesOn() throws Exception {
        Spool spool = spool(1);
        assertEquals(new Found(0, Map.of()), load(spool));
        spool.append(slice(3));
        spool.append(slice(4));
        Spool again = spool(1);
        assertEquals(new Found(7, Map.of(0, 70L)), load(again));
        again.append(slice(2));
        assertEquals(new Found(9, Map.of(0, 90L)), load(spool(1)));
        assertEquals(1, again.size().slices(), "small ones are merged");
        assertEquals(Files.size(files().get(0)), again.size().bytes());
    }

    @Test
    void aKillWhileSlicesAreMergedOrWrittenLosesNoneAndCountsNoneTwice() throws Exception {
        killedWhileMerging();
        Files.write(files().get(0).resolveSibling(".new-0000000003-0000000003.slice"), new byte[10]);
        assertEquals(3, files().size());
        assertEquals(new Found(7, Map.of(0, 70L)), load(spool(1)));
        assertEquals(List.of("0000000001-0000000002.slice"), names(files()));
    }

    @Test
    void aDamagedSliceAndWhatFollowsItAreLeftOutAndReplaced() throws Exception {
        Spool spool = spool(1);
        spool.load(slice -> {});
        spool.append(slice(3));
        Path file = files().get(0);
        byte[] good = Files.readAllBytes(file);
        for (int at = 0; at < good.length; at++) {
            byte[] damaged = good.clone();
            damaged[at] ^= 1;
            Files.write(file, damaged);
            assertEquals(new Found(0, Map.of()), load(spool(1)), "byte " + at);
            Files.write(file, java.util.Arrays.copyOf(good, at));
            assertEquals(new Found(0, Map.of()), load(spool(1)), "cut off after byte " + at);
            assertEquals(List.of(), files());
        }
        Files.write(file, good);
        assertEquals(new Found(3, Map.of(0, 30L)), load(spool(1)));
    }

    @Test
    void afterAGapNothingIsTaken() throws Exception {
        Spool spool = spool(1);
        spool.load(slice -> {});
        spool.append(slice(3));
        slice(2);
        SliceFile.in(files().get(0).getParent(), 2, 2).write(key(1), SET, slice(1));
        assertEquals(new Found(3, Map.of(0, 30L)), load(spool(1)));
        assertEquals(1, files().size(), "it is not tried again");
    }

    @Test
    void aSliceThatCoversWhatAnotherOneDoesIsNotTaken() throws Exception {
        Spool spool = spool(1);
        spool.load(slice -> {});
        StoredSlice first = slice(3);
        spool.append(first);
        SliceFile.in(files().get(0).getParent(), 2, 2).write(key(1), SET, first);
        assertEquals(new Found(3, Map.of(0, 30L)), load(spool(1)));
    }

    @Test
    void whatIsOfAnotherKeyIsNotTakenAndOtherSpoolsOfTheSourceAreDeleted() throws Exception {
        Spool spool = spool(1);
        spool.load(slice -> {});
        spool.append(slice(3));
        byte[] good = Files.readAllBytes(files().get(0));
        Spool other = spool(2);
        assertFalse(Files.exists(directory.resolve("orders").resolve(key(1).folder())));
        Path folder = Files.createDirectories(directory.resolve("orders").resolve(key(2).folder()));
        Files.write(folder.resolve("0000000001-0000000001.slice"), good);
        assertEquals(new Found(0, Map.of()), load(other));
    }

    @Test
    void aFolderThatAnotherProcessHasIsLeftAlone() throws Exception {
        spool(1).load(slice -> {});
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
