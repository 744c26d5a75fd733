package dev.tidemark.compile.ids;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.Optional;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Temporary folders of this process, in one folder that is locked for as long as the process lives, and deleted when it ends.
 * Those that a process left which was killed are deleted by the next one. Thread-safe.
 */
public final class IdFolders {

    private static final Logger LOG = LoggerFactory.getLogger(IdFolders.class);
    private static final String PREFIX = "tidemark-ids-";
    private static final String LOCK = "lock";

    private static IdFolders ours;

    private final Path home;
    /** Held, not read: closing it would give the lock back. */
    private final FileChannel locked;

    private IdFolders(Path home, FileChannel locked) {
        this.home = home;
        this.locked = locked;
    }

    /** Those of this process; made when they are asked for first. */
    static synchronized IdFolders ofThisProcess() throws IOException {
        if (ours == null) {
            deleteStale(temporary());
            IdFolders made = in(temporary());
            Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(made.home), "ids-shutdown"));
            ours = made;
        }
        return ours;
    }

    /** Where temporary files belong. */
    static Path temporary() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    static IdFolders in(Path parent) throws IOException {
        while (true) {
            Path home = Files.createTempDirectory(parent, PREFIX);
            Path lock = home.resolve(LOCK);
            FileChannel file = FileChannel.open(lock, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            // Between the two, another process may have taken it for a stale one.
            if (lock(file).isPresent() && Files.exists(lock)) {
                return new IdFolders(home, file);
            }
            file.close();
        }
    }

    /** Deletes what processes have left that were killed. */
    public static void deleteStale() {
        deleteStale(temporary());
    }

    static void deleteStale(Path parent) {
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path home : homes) {
                if (!isOurs(home)) {
                    deleteIfStale(home);
                }
            }
        } catch (IOException e) {
            LOG.debug("{} cannot be listed", parent, e);
        }
    }

    /** To look whether it is locked would give our own lock back. */
    private static synchronized boolean isOurs(Path home) {
        return ours != null && ours.home.equals(home);
    }

    private static void deleteIfStale(Path home) {
        try (FileChannel file = FileChannel.open(home.resolve(LOCK), StandardOpenOption.WRITE)) {
            if (lock(file).isPresent()) {
                delete(home);
            }
        } catch (IOException e) {
            LOG.debug("{} is another user's, or is being made", home, e);
        }
    }

    private static Optional<FileLock> lock(FileChannel file) throws IOException {
        try {
            return Optional.ofNullable(file.tryLock());
        } catch (OverlappingFileLockException e) {
            return Optional.empty();
        }
    }

    /** A new, empty folder. */
    Path create() throws IOException {
        return Files.createTempDirectory(home, "partition-");
    }

    Path home() {
        return home;
    }

    /** Gives the lock back, as the end of the process does. */
    void release() throws IOException {
        locked.close();
    }

    /** Deletes a folder with all that is in it. */
    static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException | UncheckedIOException e) {
            LOG.warn("the temporary folder {} is left behind: {}", folder, e.getMessage());
        }
    }
}
