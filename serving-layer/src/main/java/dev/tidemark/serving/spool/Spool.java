package dev.tidemark.serving.spool;

import dev.tidemark.view.DefinitionSet;
import dev.tidemark.view.TailSlice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The slices of one source under one publication, one after the other: each goes on where the one before it ends. A
 * cache: whatever of it lacks, or cannot be used, is folded again. Not thread-safe, but for {@link #size}.
 */
public final class Spool {

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    /** Slices are merged up to that size, so that there are few files and merging needs little memory. */
    private static final long MERGED_BYTES = 64L << 20;

    private final Path folder;
    private final SpoolKey key;
    private final DefinitionSet set;
    private final List<SliceFile> files = new ArrayList<>();
    private volatile Size size = Size.NONE;

    Spool(Path folder, SpoolKey key, DefinitionSet set) {
        this.folder = folder;
        this.key = key;
        this.set = set;
    }

    /**
     * How much it holds.
     *
     * @param slices how many files
     * @param bytes their bytes
     * @param newest when the last slice was written; empty if there is none
     */
    public record Size(int slices, long bytes, Optional<Instant> newest) {

        /** Of nothing. */
        public static final Size NONE = new Size(0, 0, Optional.empty());
    }

    public Size size() {
        return size;
    }

    /**
     * Gives its slices in order to {@code taker}, which refuses one by throwing. A slice that cannot be read or is
     * refused is deleted with all that follow it.
     *
     * @return where to go on in the increments topic after the last slice that was taken, by partition
     */
    public Map<Integer, Long> load(Consumer<TailSlice> taker) {
        Map<Integer, Long> resume = Map.of();
        try {
            Files.createDirectories(folder);
            files.addAll(inOrder());
            for (int i = 0; i < files.size(); i++) {
                Optional<StoredSlice> stored = take(files.get(i), taker);
                if (stored.isEmpty()) {
                    dropFrom(i);
                } else {
                    resume = stored.get().resume();
                }
            }
            measure();
        } catch (IOException e) {
            LOG.warn("slices in {} cannot be used, and are folded again: {}", folder, e.toString());
        }
        return resume;
    }

    private Optional<StoredSlice> take(SliceFile file, Consumer<TailSlice> taker) {
        try {
            StoredSlice stored = file.read(key, set);
            taker.accept(stored.slice());
            return Optional.of(stored);
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            LOG.warn(
                    "slice {} is not used, and what it and later ones hold is folded again: {}",
                    file.path(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    /** A process that dies while it merges leaves slices behind that are in another one too. */
    private List<SliceFile> inOrder() throws IOException {
        List<SliceFile> found = new ArrayList<>();
        try (Stream<Path> paths = Files.list(folder)) {
            for (Path path : paths.toList()) {
                Optional<SliceFile> file = SliceFile.of(path);
                if (file.isPresent()) {
                    found.add(file.get());
                } else {
                    Files.delete(path);
                }
            }
        }
        found.sort(
                Comparator.comparingLong(SliceFile::first).thenComparing(SliceFile::last, Comparator.reverseOrder()));
        List<SliceFile> ordered = new ArrayList<>();
        for (SliceFile file : found) {
            if (!ordered.isEmpty() && ordered.get(ordered.size() - 1).holds(file)) {
                Files.delete(file.path());
            } else {
                ordered.add(file);
            }
        }
        return ordered;
    }

    private void dropFrom(int at) throws IOException {
        while (files.size() > at) {
            Files.deleteIfExists(files.remove(files.size() - 1).path());
        }
    }

    /** Adds the slice that goes on where the last one ends. */
    public void append(StoredSlice stored) throws IOException {
        long number = files.isEmpty() ? 1 : last(0).last() + 1;
        SliceFile file = SliceFile.in(folder, number, number);
        file.write(key, set, stored);
        files.add(file);
        while (isMergeDue()) {
            merge();
        }
        measure();
    }

    /** Merging what is alike in size rewrites each cell as often as the sizes double, not with each slice. */
    private boolean isMergeDue() throws IOException {
        return files.size() > 1
                && last(0).bytes() >= last(1).bytes() / 2
                && last(0).bytes() + last(1).bytes() <= MERGED_BYTES;
    }

    private void merge() throws IOException {
        SliceFile merged = SliceFile.in(folder, last(1).first(), last(0).last());
        merged.write(key, set, last(1).read(key, set).plus(last(0).read(key, set)));
        dropFrom(files.size() - 2);
        files.add(merged);
    }

    private SliceFile last(int before) {
        return files.get(files.size() - 1 - before);
    }

    private void measure() throws IOException {
        long bytes = 0;
        for (SliceFile file : files) {
            bytes += file.bytes();
        }
        Optional<Instant> newest = files.isEmpty()
                ? Optional.empty()
                : Optional.of(Files.getLastModifiedTime(last(0).path()).toInstant());
        size = new Size(files.size(), bytes, newest);
    }
}
