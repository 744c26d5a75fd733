package dev.tidemark.serving.spool;

import dev.tidemark.view.DefinitionSet;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The folder in which one serving process keeps its spools; locked, so that no other one writes there. Thread-safe. */
public final class SpoolHome implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SpoolHome.class);
    private static final String LOCK = "lock";

    /** No source has such a name. */
    private static final String LIBRARY = ".library";

    private final Path folder;
    private final SpoolPace pace;
    private final FileChannel locked;

    private SpoolHome(Path folder, SpoolPace pace, FileChannel locked) {
        this.folder = folder;
        this.pace = pace;
        this.locked = locked;
    }

    /**
     * Takes the folder; empty if another process has it, or nothing can be written there: then nothing is spooled.
     *
     * @param pace when slices are written, {@link SpoolPace#USUAL} but in tests
     */
    public static Optional<SpoolHome> open(Path folder, SpoolPace pace) {
        try {
            Files.createDirectories(folder);
            FileChannel file =
                    FileChannel.open(folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            return locked(new SpoolHome(folder, pace, file));
        } catch (IOException e) {
            LOG.warn("the tail is not spooled, since nothing can be written in {}: {}", folder, e.toString());
            return Optional.empty();
        }
    }

    private static Optional<SpoolHome> locked(SpoolHome home) {
        try {
            if (lock(home.locked).isPresent()) {
                SpoolStore.loadLibrary(home.folder.resolve(LIBRARY));
                return Optional.of(home);
            }
            LOG.warn("another process spools in {}: the tail of this one is not spooled", home.folder);
        } catch (IOException e) {
            LOG.warn("the tail is not spooled: {}", e.toString());
        }
        home.close();
        return Optional.empty();
    }

    private static Optional<FileLock> lock(FileChannel file) throws IOException {
        try {
            return Optional.ofNullable(file.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        }
    }

    /** When slices are written. */
    public SpoolPace pace() {
        return pace;
    }

    /** The spool of a key. Any other one of its source is deleted: no start will ask for it. */
    public Spool spool(SpoolKey key, DefinitionSet set) {
        Path source = folder.resolve(key.source());
        deleteBut(source, List.of(key.folder()));
        return new Spool(source.resolve(key.folder()), key, set);
    }

    /** Deletes the spools of all other sources. */
    public void keepSources(Collection<String> sources) {
        deleteBut(
                folder,
                Stream.concat(sources.stream(), Stream.of(LOCK, LIBRARY)).toList());
    }

    private static void deleteBut(Path folder, List<String> kept) {
        if (!Files.isDirectory(folder)) {
            return;
        }
        try (Stream<Path> found = Files.list(folder)) {
            for (Path each : found.toList()) {
                if (!kept.contains(each.getFileName().toString())) {
                    delete(each);
                }
            }
        } catch (IOException e) {
            LOG.warn("old slices in {} cannot be deleted: {}", folder, e.toString());
        }
    }

    static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path emptied, IOException failure) throws IOException {
                Files.delete(emptied);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    @Override
    public void close() {
        try {
            locked.close();
        } catch (IOException e) {
            LOG.debug("the lock of {} could not be given back", folder, e);
        }
    }
}
