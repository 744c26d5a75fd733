package dev.tidemark.serving.spool;

import dev.tidemark.view.Counted;
import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.KeptTail;
import dev.tidemark.view.Tail.LogPartition;
import dev.tidemark.view.TailFormat;
import dev.tidemark.view.TailSlice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The tail of one source under one publication, as it was when its last slice was written. A cache: if it lacks, or cannot
 * be used, the tail is folded again. Not thread-safe, but for {@link #size}; may be handed from one thread to another.
 */
public final class Spool implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    private final Path folder;
    private final SpoolKey key;
    private final TailFormat format;
    private Optional<SpoolStore> store = Optional.empty();
    private volatile Size size = Size.NONE;

    Spool(Path folder, SpoolKey key, DefinitionSet set) {
        this.folder = folder;
        this.key = key;
        this.format = new TailFormat(set);
    }

    /**
     * How much it holds.
     *
     * @param slices how many slices have been written to it
     * @param bytes the bytes of what they came to
     * @param newest when the last one was written; empty if there is none
     */
    public record Size(long slices, long bytes, Optional<Instant> newest) {

        /** Of nothing. */
        public static final Size NONE = new Size(0, 0, Optional.empty());
    }

    public Size size() {
        return size;
    }

    /**
     * Gives what it holds to {@code taker}, which refuses it by throwing. What cannot be read, is of another key or is
     * refused is deleted.
     *
     * @return where to go on in the increments topic after what was taken, by partition
     */
    public Map<Integer, Long> load(Consumer<KeptTail> taker) {
        try {
            SpoolStore opened = open();
            Optional<SpoolStore.Head> head = opened.head();
            if (head.isPresent()) {
                requireKey(head.get());
                measure(head.get());
                // The last that may fail: what was taken must be what later slices are put over.
                taker.accept(new Stored(opened, partitions(opened)));
                return head.get().resume();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("what is spooled in {} is not used, and is folded again: {}", folder, e.toString());
            drop();
        }
        return Map.of();
    }

    private void requireKey(SpoolStore.Head head) throws IOException {
        if (!head.key().equals(key.text())) {
            throw new IOException("it is of " + head.key() + ", not of " + key.text());
        }
    }

    private Map<LogPartition, Counted> partitions(SpoolStore opened) throws IOException {
        Map<LogPartition, Counted> partitions = new TreeMap<>();
        opened.forEach(
                SpoolStore.Kind.PARTITION,
                (partition, counted) -> partitions.put(format.partition(partition), format.counted(counted)));
        return partitions;
    }

    private final class Stored implements KeptTail {

        private final SpoolStore opened;
        private final Map<LogPartition, Counted> partitions;

        private Stored(SpoolStore opened, Map<LogPartition, Counted> partitions) {
            this.opened = opened;
            this.partitions = partitions;
        }

        @Override
        public Map<LogPartition, Counted> partitions() {
            return partitions;
        }

        @Override
        public void forEach(CellTaker taker) {
            try {
                opened.forEach(SpoolStore.Kind.CELL, (cell, value) -> format.read(cell, value, taker));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /**
     * Puts what is different over what it holds: all of the slice, or nothing.
     *
     * @param resume by partition of the increments topic, the offset from which on whatever has not been counted stands
     * @param givenUp asked now and then; once it says so, nothing is written
     * @return whether it was written; if not, no later slice may be
     * @throws IOException if it cannot be written, or there is something else than what was loaded and appended before
     */
    public boolean append(TailSlice slice, Map<Integer, Long> resume, BooleanSupplier givenUp) throws IOException {
        SpoolStore opened = open();
        long before = opened.head().map(SpoolStore.Head::slices).orElse(0L);
        if (before != size.slices()) {
            throw new IOException(
                    "%s holds %d slices, not the %d that this one follows".formatted(folder, before, size.slices()));
        }
        SpoolStore.Head head = new SpoolStore.Head(key.text(), before + 1, Instant.now(), resume);
        boolean written = opened.write(head, writes(slice), givenUp);
        if (written) {
            measure(head);
        }
        return written;
    }

    private SpoolStore.Writes writes(TailSlice slice) {
        SpoolStore.Writes writes = new SpoolStore.Writes();
        slice.partitions()
                .forEach((partition, counted) -> writes.put(
                        SpoolStore.Kind.PARTITION, format.partition(partition), () -> format.counted(counted)));
        for (int i = 0; i < slice.changes().size(); i++) {
            int view = i;
            slice.changes()
                    .get(i)
                    .forEach(
                            (place, cell) -> writes.put(
                                    SpoolStore.Kind.CELL, format.key(view, place), () -> format.value(view, cell)),
                            gone -> writes.remove(SpoolStore.Kind.CELL, format.key(view, gone)));
        }
        return writes;
    }

    private SpoolStore open() throws IOException {
        if (store.isEmpty()) {
            store = Optional.of(SpoolStore.open(folder));
        }
        return store.get();
    }

    private void measure(SpoolStore.Head head) throws IOException {
        size = new Size(head.slices(), open().bytes(), Optional.of(head.writtenAt()));
    }

    private void drop() {
        close();
        size = Size.NONE;
        try {
            if (Files.exists(folder)) {
                SpoolHome.delete(folder);
            }
        } catch (IOException e) {
            LOG.warn("{} cannot be deleted: {}", folder, e.toString());
        }
    }

    @Override
    public void close() {
        store.ifPresent(SpoolStore::close);
        store = Optional.empty();
    }
}
