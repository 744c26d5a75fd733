package dev.tidemark.serving.spool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tidemark.schema.Bucket;
import dev.tidemark.schema.Contribution;
import dev.tidemark.schema.Field;
import dev.tidemark.schema.Increment;
import dev.tidemark.schema.Position;
import dev.tidemark.schema.ValueType;
import dev.tidemark.serving.Shop;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.Layers;
import dev.tidemark.view.Measure;
import dev.tidemark.view.MeasureCall;
import dev.tidemark.view.Pane;
import dev.tidemark.view.Session;
import dev.tidemark.view.Slicing;
import dev.tidemark.view.Tail;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.View;
import dev.tidemark.view.ViewDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a spool gives back: all of it, or what comes before the first slice that cannot be used. */
class SpoolTest {

    private static final LogPartition PARTITION = new LogPartition("log", 0);
    private static final DefinitionSet SET = new DefinitionSet(
            "v1-test",
            Shop.source("orders", "orders"),
            ZoneOffset.UTC,
            List.of(
                    counting("minutes", new Pane(Duration.ofMinutes(1))),
                    counting("visits", new Session("who", Duration.ofMinutes(3), 2))));

    private static View counting(String name, Slicing slicing) {
        MeasureCall count = MeasureCall.parse("count()");
        ViewDefinition definition = new ViewDefinition(
                name,
                "",
                "orders",
                Layers.BOTH,
                Optional.empty(),
                slicing,
                Map.of("who", "who"),
                Map.of("events", count));
        return new View(
                definition,
                List.of(new Field("who", ValueType.STRING)),
                List.of(new Measure("events", count, count.over(null))));
    }

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
            counted.add(new Increment(new Position("log", 0, next), next, 0, 0, contributions(next)));
            next++;
        }
        spool.append(counted.slice().orElseThrow(), Map.of(0, 10 * next), () -> false);
    }

    /** Two customers in turn; the third event of each bridges its first two, which are further apart than the gap. */
    private static List<Contribution> contributions(long number) {
        List<Object> who = List.of("c" + number % 2);
        long minute = new long[] {0, 5, 3}[(int) (number / 2 % 3)] + 20 * (number / 6);
        Contribution one = new Contribution(Bucket.COUNTED, minute * 60_000_000, who, List.of());
        return List.of(one, one);
    }

    /**
     * What a start finds.
     *
     * @param events how many events were counted
     * @param minutes how many the cells of minutes hold
     * @param visits how many the fragments hold
     * @param resume where it would go on
     */
    private record Found(long events, long minutes, long visits, Map<Integer, Long> resume) {

        static final Found NOTHING = of(0);

        static Found of(long events) {
            return new Found(events, events, events, events == 0 ? Map.of() : Map.of(0, 10 * events));
        }

        static long inCells(Tail tail, String view) {
            AtomicLong events = new AtomicLong();
            tail.select(view, Long.MIN_VALUE, Long.MAX_VALUE, cell -> events.addAndGet((Long) cell.partials()[0]));
            return events.get();
        }
    }

    private Found load(Spool spool) {
        AtomicReference<Tail> tail = new AtomicReference<>(new Tail(SET));
        Map<Integer, Long> resume = spool.load(kept -> tail.set(Tail.of(SET, kept)));
        return new Found(
                tail.get().events(PARTITION).all(),
                Found.inCells(tail.get(), "minutes"),
                Found.inCells(tail.get(), "visits"),
                resume);
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
            assertEquals(Found.NOTHING, load(spool));
            append(spool, 3);
            append(spool, 4);
        }
        try (Spool again = spool(1)) {
            assertEquals(Found.of(7), load(again));
            append(again, 2);
            assertEquals(3, again.size().slices());
            assertTrue(again.size().bytes() > 0);
            assertTrue(again.size().newest().isPresent());
        }
        assertEquals(Found.of(9), loadAgain());
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
            assertEquals(Found.of(7), load(killed));
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
        assertEquals(Found.of(7), loadAgain(), "undamaged");
        Map<Path, byte[]> good = new TreeMap<>();
        for (Path file : files()) {
            good.put(file, Files.readAllBytes(file));
        }
        Set<Found> possible = Set.of(Found.NOTHING, Found.of(3), Found.of(7));
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
        assertEquals(Found.NOTHING, loadAgain());
    }

    @Test
    void aSliceIsNotPutOverAnythingElseThanWhatItFollows() throws Exception {
        Path folder = directory.resolve("left");
        try (Spool spool = new Spool(folder, key(1), SET)) {
            load(spool);
            append(spool, 3);
        }
        // As if what was refused could not be deleted.
        try (Spool spool = new Spool(folder, key(1), SET)) {
            String refused =
                    assertThrows(IOException.class, () -> append(spool, 1)).getMessage();
            assertTrue(refused.endsWith("holds 1 slices, not the 0 that this one follows"), refused);
        }
        try (Spool spool = new Spool(folder, key(1), SET)) {
            assertEquals(Found.of(3), load(spool));
        }
    }

    @Test
    void aSliceThatIsGivenUpIsNotThere() throws Exception {
        try (Spool spool = spool(1)) {
            load(spool);
            append(spool, 3);
            counted.add(new Increment(new Position("log", 0, next), next, 0, 0, contributions(next)));
            AtomicInteger asked = new AtomicInteger();
            assertFalse(spool.append(counted.slice().orElseThrow(), Map.of(0, 99L), () -> asked.incrementAndGet() > 2));
            assertEquals(1, spool.size().slices());
        }
        assertEquals(Found.of(3), loadAgain());
    }

    @Test
    void aLargeSliceIsWrittenAsASmallOne() throws Exception {
        try (Spool spool = spool(1)) {
            load(spool);
            append(spool, 100_000);
            append(spool, 1);
            assertTrue(spool.size().bytes() > 100_000, spool.size().toString());
        }
        assertEquals(Found.of(100_001), loadAgain());
    }

    @Test
    void whoeverDeletesTheFolderMeanwhileLosesASpoolAndNothingElse() throws Exception {
        try (Spool spool = spool(1)) {
            load(spool);
            append(spool, 3);
            SpoolHome.delete(directory.resolve("orders"));
            assertThrows(IOException.class, () -> append(spool, 4));
        }
        assertEquals(Found.NOTHING, loadAgain());
    }

    @Test
    void whatIsOfAnotherKeyIsNotTakenAndOtherSpoolsOfTheSourceAreDeleted() throws Exception {
        Path elsewhere = directory.resolve("elsewhere");
        try (Spool spool = new Spool(elsewhere, key(1), SET)) {
            load(spool);
            append(spool, 3);
        }
        try (Spool other = new Spool(elsewhere, key(2), SET)) {
            assertEquals(Found.NOTHING, load(other));
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
